"""What every message has."""

from typing import Any, ClassVar

from django.conf import settings
from django.utils.functional import Promise

from accounts.choices import Role
from accounts.models import AccountEvent, User
from accounts.templatetags.desk_ui import single_line
from tickets.models import TicketEvent

Event = TicketEvent | AccountEvent
Words = dict[str, object]


class NotWanted(Exception):
    """The mail has lost its sense meanwhile; the text says why."""


class Message:
    """A kind of mail."""

    name: ClassVar[str]
    # What the preferences page calls it; empty: nobody can turn it off.
    optional: ClassVar[str | Promise] = ""
    roles: ClassVar[frozenset[Role]] = frozenset(Role)
    # Whether the person who did it is told as well.
    tells_actor: ClassVar[bool] = False
    # How many an hour a person gets at most, where strangers can cause them; 0: no limit.
    hourly_limit: ClassVar[int] = 0

    def is_letter(self, event: Any) -> bool:
        """Whether it brings what somebody at the desk wrote to the recipient, and is no notice.

        Such a mail is a person's, not a program's (RFC 3834): a help desk that gets it files it.
        """
        return False


def name_of(person: User | None) -> str:
    """Return how a mail calls somebody: the display name, or the desk's."""
    return single_line(person.name) if person and person.name.strip() else settings.SITE_NAME
