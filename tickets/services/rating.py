"""Asking customers how our help was, and keeping what they say."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.text import check_text
from tickets.choices import EventType, Score
from tickets.models import DeskSettings, Rating, Ticket
from tickets.models.rating import COMMENT_LENGTH
from tickets.permissions import can_change_rating, can_rate
from tickets.services.changes import allow, lock, record

# What an advisory lock of PostgreSQL is about; the other number is the customer's key.
ASKING = 1_364
NOT_NOW = "It can be rated by its customer for 30 days after it was resolved."
CHANGED_SINCE = "The ticket was reopened since then. Rate it when it is solved again."
TOO_OLD = "A rating can be changed for 7 days; yours stays as it is."


def ask_for_rating(ticket: Ticket) -> None:
    """Let the mail about the end of a locked ticket ask, unless its customer was asked lately.

    Of two tickets that end at once, one asks.
    """
    now, days = timezone.now(), DeskSettings.load().rating_ask_days
    _one_at_a_time(ticket.customer_id)
    asked = Rating.objects.filter(
        customer=ticket.customer_id, asked_at__gt=now - timedelta(days=days)
    )
    if ticket.resolved_at and not asked.exists():
        _row(ticket, ticket.resolved_at, asked_at=now)


def _one_at_a_time(customer: int) -> None:
    """Let nobody else ask this customer until the commit.

    Not by their row: who merges customers holds it, and waits for the ticket that we hold.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ASKING, customer % 2**31])


def _row(ticket: Ticket, resolved_at: datetime, **fields: datetime) -> Rating:
    """Return the row of this resolution of a locked ticket, made if need be."""
    first = {"customer": ticket.customer, "technician": ticket.technician, **fields}
    return ticket.ratings.get_or_create(resolved_at=resolved_at, defaults=first)[0]


@transaction.atomic
def rate_ticket(
    ticket: Ticket,
    *,
    actor: User,
    score: int,
    comment: str = "",
    resolved_at: datetime | None = None,
) -> Rating:
    """Say how the help was: once for each resolution, changeable for a week.

    `score` is one of `Score`. `resolved_at` is the resolution that is meant (by a link in a
    mail); without it, the present one. The same again changes nothing.
    """
    ticket = lock(ticket, actor=actor)
    if resolved_at is not None and resolved_at != ticket.resolved_at:
        raise PermissionDenied(CHANGED_SINCE)
    allow(can_rate(ticket, actor), NOT_NOW)
    if score not in Score.values:
        raise ValidationError({"score": "Choose one of the five faces."}, code="unknown")
    check_text("comment", comment, max_length=COMMENT_LENGTH, required=False)
    assert ticket.resolved_at is not None
    rating, comment = _row(ticket, ticket.resolved_at), comment.strip()
    if (rating.score, rating.comment) == (score, comment):
        return rating
    allow(can_change_rating(rating), TOO_OLD)
    return _store(rating, ticket, actor, Score(score), comment)


def _store(rating: Rating, ticket: Ticket, actor: User, score: Score, comment: str) -> Rating:
    before, now = rating.word or None, timezone.now()
    rating.score, rating.comment = score, comment
    rating.changed_at, rating.rated_at = now, rating.rated_at or now
    rating.technician = ticket.technician
    rating.save(update_fields=["score", "comment", "changed_at", "rated_at", "technician"])
    changes = {"rating": [before, str(score.label)]}
    record(ticket, EventType.RATED, actor=actor, changes=changes)
    return rating
