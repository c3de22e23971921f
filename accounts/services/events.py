"""What happened to an account or to the desk: a row first, then the signal, in one transaction."""

from typing import Any

from accounts.choices import AccountEventType
from accounts.models import AccountEvent, EmailLink, User
from accounts.signals import account_event_recorded


def record(
    user: User | None,
    type: AccountEventType,
    *,
    actor: User | None = None,
    changes: dict[str, Any] | None = None,
    address: str | None = None,
    link: EmailLink | None = None,
) -> AccountEvent:
    """Write what happened to an account (None: to the desk itself) and announce it.

    `address` is that of the request where none is given.
    """
    event = AccountEvent(user=user, actor=actor, type=type)
    event.changes, event.address, event.link = changes or {}, address, link
    event.save(force_insert=True)
    account_event_recorded.send(sender=User, event=event)
    return event
