"""Guests: customers who open one ticket by the link of a mail, without a sign-in.

The link's token and the cookie that it is exchanged for name a ticket, a person, when they end,
and what they were made under: the person's address and how often their links to this ticket were
ended before. Each is signed for its own purpose. Both are checked against the database at each
request, so that whatever takes the access away takes it at once.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from accounts.numbers import number_of, public_id
from tickets.models import DeskSettings, GuestEpoch, Ticket
from tickets.models.ticket import TICKET_PREFIX

# Sent to the addresses of one ticket only, which "__Host-" would not allow.
COOKIE = "__Secure-guest" if settings.SESSION_COOKIE_SECURE else "guest"
LINK_SALT = "tickets.guest-link"
SESSION_SALT = "tickets.guest-session"
SESSION_HOURS = 12
TOKEN_LENGTH = 300


@dataclass(frozen=True)
class Pass:
    """What a genuine token says; whether it still holds is `admitted`'s business."""

    ticket: int
    user: int
    ends: int  # seconds since 1970
    epoch: int
    address: str


def link_path(ticket: Ticket, user: User, *, issued_at: datetime) -> str:
    """Return the path that opens the ticket as `user`, "" where guest links are off."""
    desk = DeskSettings.load()
    if not desk.guest_links:
        return ""
    ends = issued_at + timedelta(days=desk.guest_link_days)
    return reverse("tickets:guest-open", args=[_token(ticket, user, ends, LINK_SALT)])


def session_token(ticket: Ticket, user: User, link: Pass) -> str:
    """Return the cookie of somebody whom the link let in: for 12 hours, never beyond the link."""
    ends = min(timezone.now() + timedelta(hours=SESSION_HOURS), _moment(link.ends))
    return _token(ticket, user, ends, SESSION_SALT)


def read_link(token: str) -> Pass | None:
    """Return what the token of a link says if we wrote it, or None."""
    return _read(token, LINK_SALT)


def read_session(token: str) -> Pass | None:
    """Return what the cookie of a guest says if we wrote it, or None."""
    return _read(token, SESSION_SALT)


def admit(request: HttpRequest, ticket_id: str) -> None:
    """Let a guest of this ticket go on as the customer whose link it is, with `guest_of`.

    Nothing happens to whoever is signed in, or has no cookie that still holds for the ticket.
    """
    cookie = request.COOKIES.get(COOKIE, "")
    if not cookie or request.user.is_authenticated:
        return
    guest = admitted(read_session(cookie))
    if guest is not None and number_of(TICKET_PREFIX, ticket_id) == guest.guest_of:
        request.user = guest


def admitted(claim: Pass | None) -> User | None:
    """Return the guest, who sees this one ticket and no other, or None where the pass has ended.

    It ends by time, when the address changes, when the person is removed from the ticket or their
    links are ended, when they may not sign in any more, and when guest links are switched off.
    """
    if claim is None or claim.ends < timezone.now().timestamp():
        return None
    user = User.objects.active().customers().filter(pk=claim.user).first()
    if user is None or not constant_time_compare(_address(user), claim.address):
        return None
    if epoch_of(claim.ticket, user) != claim.epoch or not DeskSettings.load().guest_links:
        return None
    user.guest_of = claim.ticket
    return user if Ticket.objects.visible_to(user).exists() else None


def ticket_of(guest: User) -> Ticket:
    """Return the ticket that an admitted guest's link opens: where it goes on, if it was merged.

    Only to somebody who takes part there, and whose links to that one were never ended.
    """
    ticket = Ticket.objects.visible_to(guest).get()
    if ticket.merged_into_id is None or epoch_of(ticket.merged_into_id, guest):
        return ticket
    guest.guest_of = ticket.merged_into_id
    return Ticket.objects.visible_to(guest).first() or ticket


def epoch_of(ticket: int, user: User) -> int:
    """Return how often the person's guest links to the ticket were ended."""
    rows = GuestEpoch.objects.filter(ticket=ticket, user=user)
    return rows.values_list("epoch", flat=True).first() or 0


def _token(ticket: Ticket, user: User, ends: datetime, salt: str) -> str:
    epoch = epoch_of(ticket.pk, user)
    parts = (ticket.pk, user.pk, int(ends.timestamp()), epoch, _address(user))
    return signing.Signer(salt=salt).sign(".".join(map(str, parts)))


def _read(token: str, salt: str) -> Pass | None:
    if len(token) > TOKEN_LENGTH:
        return None
    try:
        ticket, user, ends, epoch, address = signing.Signer(salt=salt).unsign(token).split(".")
    except signing.BadSignature:
        return None
    return Pass(int(ticket), int(user), int(ends), int(epoch), address)


def _address(user: User) -> str:
    """Return what stands for the address in a token: it tells nobody what it is."""
    return salted_hmac("tickets.guest-address", user.email, algorithm="sha256").hexdigest()[:16]


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=timezone.get_default_timezone())


# Addresses --------------------------------------------------------------------------------------


def file_path(pk: uuid.UUID, reader: User, what: str = "") -> str:
    """Return the path of a file for this reader: its content, `shown`, `thumbnail` or `discard`.

    A guest's cookie goes to the addresses below the ticket of their link, and nowhere else.
    """
    name = {"": "file", "discard": "file-discard"}.get(what, "file-shown")
    size = [what] if name == "file-shown" else []
    if reader.guest_of is None:
        return reverse(f"tickets:{name}", args=[pk, *size])
    return reverse(f"tickets:ticket-{name}", args=[_number(reader), pk, *size])


def upload_path(writer: User) -> str:
    """Return the path to which this writer's files go before they are sent."""
    if writer.guest_of is None:
        return reverse("tickets:file-upload")
    return reverse("tickets:ticket-file-upload", args=[_number(writer)])


def _number(guest: User) -> str:
    assert guest.guest_of is not None
    return public_id(TICKET_PREFIX, guest.guest_of)
