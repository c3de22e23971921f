"""The links of a mail that need no sign-in: one for each face of a rating."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.urls import reverse

from tickets.choices import Score
from tickets.models import Ticket

SALT = "tickets.rating"
TOKEN_LENGTH = 200
EPOCH = datetime.fromtimestamp(0, tz=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class RatingLink:
    """What a genuine link says: this customer, this resolution of this ticket, this face."""

    ticket: int
    resolved_at: datetime
    customer: int
    score: int


def rating_token(ticket: Ticket, score: int) -> str:
    """Return the token for rating the present resolution of the ticket, the same each time.

    It allows nothing else; it is worth nothing once the ticket was reopened, after the time for
    ratings, and where the customer has left (`services/rating.py`).
    """
    assert ticket.resolved_at is not None
    moment = (ticket.resolved_at - EPOCH) // MICROSECOND
    text = f"{ticket.pk}.{moment}.{ticket.customer_id}.{score}"
    return signing.Signer(salt=SALT).sign(text)


def rating_path(ticket: Ticket, score: int) -> str:
    """Return the path of the page that asks to confirm this face; it never changes anything."""
    return reverse("tickets:rate", args=[rating_token(ticket, score)])


def read_rating_token(token: str) -> RatingLink | None:
    """Return what a genuine token says, None for any other text."""
    if len(token) > TOKEN_LENGTH:
        return None
    try:
        parts = signing.Signer(salt=SALT).unsign(token).split(".")
        ticket, moment, customer, score = map(int, parts)
    except (signing.BadSignature, ValueError):
        return None
    if score not in Score.values:
        return None
    return RatingLink(ticket, EPOCH + moment * MICROSECOND, customer, score)
