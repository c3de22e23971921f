"""The links of a mail that need no sign-in: turning mails off, of a kind or about a ticket."""

from django.core import signing
from django.urls import reverse

SALT = "notifications.unsubscribe"
TICKET_SALT = "notifications.mute-ticket"
TOKEN_LENGTH = 200


def unsubscribe_path(user_pk: int, message: str) -> str:
    """Return the path of the page that turns `message` off for this person; it never expires."""
    token = signing.Signer(salt=SALT).sign(f"{user_pk}:{message}")
    return reverse("notifications:unsubscribe", args=[token])


def read_unsubscribe_token(token: str) -> tuple[int, str] | None:
    """Return (the person's primary key, the message's name) of a genuine token, or None."""
    if len(token) > TOKEN_LENGTH:
        return None
    try:
        user_pk, _, message = signing.Signer(salt=SALT).unsign(token).partition(":")
    except signing.BadSignature:
        return None
    return int(user_pk), message


def mute_path(user_pk: int, ticket_number: int) -> str:
    """Return the path of the page that stops this person's mails about a ticket they follow.

    It never expires.
    """
    token = signing.Signer(salt=TICKET_SALT).sign(f"{user_pk}:{ticket_number}")
    return reverse("notifications:ticket-mute", args=[token])


def read_mute_token(token: str) -> tuple[int, int] | None:
    """Return (the person's primary key, the ticket's number) of a genuine token, or None."""
    if len(token) > TOKEN_LENGTH:
        return None
    try:
        user_pk, _, number = signing.Signer(salt=TICKET_SALT).unsign(token).partition(":")
    except signing.BadSignature:
        return None
    return int(user_pk), int(number)
