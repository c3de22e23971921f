"""Mails about accounts."""

from collections.abc import Iterable
from typing import ClassVar

from django.conf import settings
from django.urls import reverse

from accounts.choices import LinkPurpose
from accounts.links import find_link, token_for, url_for
from accounts.models import AccountEvent, User
from notifications.messages.base import Message, NotWanted, Words, name_of


class AccountMessage(Message):
    """A mail about an account, mostly about its safety: also for what the owner did."""

    tells_actor = True
    # What the link in it is for, where it brings one.
    link: ClassVar[LinkPurpose | None] = None

    def recipients(self, event: AccountEvent) -> Iterable[User]:
        return [event.user] if event.user else []

    def address(self, event: AccountEvent) -> str:
        """Return the address that it goes to, "" for the person's present one."""
        return ""

    def words(self, event: AccountEvent, recipient: User, *, trusted: bool) -> Words:
        """Return what the templates say; raises `NotWanted` when the link is of no use any more."""
        return {
            "user_id": recipient.user_id or "",
            "at": event.at,
            "by_other": event.actor_id not in (None, recipient.pk),
            "url": self.url(event),
            "profile_url": settings.SITE_URL + reverse("accounts:profile"),
            "sessions_url": settings.SITE_URL + reverse("accounts:session-list"),
            "sign_in_url": settings.SITE_URL + reverse("accounts:sign-in"),
            "reset_url": settings.SITE_URL + reverse("accounts:password-reset"),
        }

    def url(self, event: AccountEvent) -> str:
        if self.link is None or event.link is None:
            return ""
        if find_link(token_for(event.link), self.link) is None:
            raise NotWanted("The link in it was used, replaced or has expired")
        return url_for(event.link)


class CustomerWelcome(AccountMessage):
    name = "customer_welcome"
    link = LinkPurpose.VERIFY_EMAIL


class VerifyEmail(AccountMessage):
    name = "verify_email"
    link = LinkPurpose.VERIFY_EMAIL
    hourly_limit = 5


class StaffWelcome(AccountMessage):
    """Somebody at the desk made the account."""

    name = "staff_welcome"
    link = LinkPurpose.INVITATION

    def words(self, event: AccountEvent, recipient: User, *, trusted: bool) -> Words:
        return super().words(event, recipient, trusted=trusted) | {
            "role": "" if recipient.is_customer else recipient.get_role_display().lower(),
            "inviter": name_of(event.actor),
        }


class AccountExists(AccountMessage):
    name = "account_exists"
    hourly_limit = 1


class PasswordReset(AccountMessage):
    name = "password_reset"
    link = LinkPurpose.RESET_PASSWORD
    hourly_limit = 5


class PasswordChanged(AccountMessage):
    name = "password_changed"


class EmailChangeConfirm(AccountMessage):
    """To the new address, which has to be proved."""

    name = "email_change_confirm"
    link = LinkPurpose.CHANGE_EMAIL

    def address(self, event: AccountEvent) -> str:
        return event.link.email if event.link else ""


class EmailChangeNotice(AccountMessage):
    """To the present address, whose owner has to agree; the warning is due in any case."""

    name = "email_change_notice"

    def words(self, event: AccountEvent, recipient: User, *, trusted: bool) -> Words:
        change = event.link
        partner = change.partner if change else None
        usable = partner and find_link(token_for(partner), LinkPurpose.LEAVE_EMAIL)
        return super().words(event, recipient, trusted=trusted) | {
            "new_email": change.email if change else "",
            "leave_url": url_for(usable) if usable else "",
        }


class EmailChanged(AccountMessage):
    """To the new address, which is the person's now."""

    name = "email_changed"

    def recipients(self, event: AccountEvent) -> Iterable[User]:
        # Where an admin changed it, the new address gets a mail to verify it.
        own = event.actor_id == event.user_id
        return [event.user] if own and event.user else []


class EmailChangedAway(AccountMessage):
    """To the former address: the last mail that it gets."""

    name = "email_changed_away"

    def address(self, event: AccountEvent) -> str:
        return event.changes["email"][0]

    def words(self, event: AccountEvent, recipient: User, *, trusted: bool) -> Words:
        new = {"new_email": event.changes["email"][1]}
        return super().words(event, recipient, trusted=trusted) | new


class TokenReused(AccountMessage):
    name = "token_reused"


class SignInBlocked(AccountMessage):
    name = "sign_in_blocked"
    hourly_limit = 1
