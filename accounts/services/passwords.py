"""Passwords: what may be one, changing it, choosing it by a link from a mail."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.choices import AccountEventType, LinkPurpose
from accounts.links import kill_links, make_link, use_link
from accounts.models import Device, EmailLink, User
from accounts.rate_limits import Rate, hit
from accounts.services.devices import end_devices, raise_credentials_version
from accounts.services.events import record
from accounts.services.sign_in import PASSWORD_LENGTH, confirm_password
from accounts.services.verification import mark_verified
from accounts.text import check_text
from accounts.timing import taking_at_least

RESETS_PER_ACCOUNT = Rate(5, 3600)


class LinkUsed(Exception):
    """The link from the mail was used, replaced or is too old."""


def set_checked_password(user: User, password: str) -> None:
    """Hash `password` into `user`; raise `ValidationError({"password": ...})` if it is weak."""
    if len(password) > PASSWORD_LENGTH:
        raise ValidationError({"password": f"Use at most {PASSWORD_LENGTH} characters."})
    check_text("password", password, max_length=PASSWORD_LENGTH)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    user.set_password(password)


def change_password(
    user: User,
    *,
    current_password: str,
    new_password: str,
    address: str | None,
    keep: Device | None = None,
) -> User:
    """Change the own password; every other device is signed out, `keep` goes on.

    Links in earlier mails die, those of a change of address too: whoever fears that somebody else
    asked for one is told to choose a new password.

    Raises `ValidationError` with `current_password` or `password`, or `TooManyTries`.
    """
    confirm_password(user, current_password, address=address)
    set_checked_password(user, new_password)
    with transaction.atomic():
        store_password(user)
        kill_links(user)
        end_devices(user, keep=keep)
        record(user, AccountEventType.PASSWORD_CHANGED, actor=user, address=address)
    return user


def request_password_reset(email: str, *, address: str | None) -> None:
    """Send a link to choose a new password to whoever has this address; tell the caller nothing.

    Known, unknown and deactivated take the same time. At most five an hour are sent to one person.
    """
    with taking_at_least():
        user = User.objects.active().filter(email=User.objects.normalize_email(email)).first()
        if user is None or hit("password-reset", str(user.pk), RESETS_PER_ACCOUNT):
            return
        with transaction.atomic():
            link = make_link(user, LinkPurpose.RESET_PASSWORD)
            record(user, AccountEventType.PASSWORD_RESET_REQUESTED, address=address, link=link)


def set_password_by_link(link: EmailLink, password: str, *, address: str | None) -> User:
    """Choose a password by a link from a mail; whoever was signed in until now is out.

    The mail was read, so the address counts as verified. Raises `LinkUsed`, or `ValidationError`
    for a weak password (the link then still works).
    """
    user = link.user
    set_checked_password(user, password)
    with transaction.atomic():
        if not use_link(link):
            raise LinkUsed
        store_password(user)
        kill_links(user)
        end_devices(user)
        if not user.is_email_verified:
            mark_verified(user, address=address)
        record(user, AccountEventType.PASSWORD_CHANGED, actor=user, address=address)
    return user


def store_password(user: User) -> None:
    """Save the password just set; sessions and tokens of the old one are void at once."""
    user.save(update_fields=["password"])
    raise_credentials_version(user)
