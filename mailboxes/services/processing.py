"""Reading what was received: one row after the other, each to exactly one outcome.

A worker leases a row, reads the message, and writes the outcome in the transaction of the change
that it names. A worker that dies leaves a lease that runs out; after three tries a message has
failed, and a person has to look. No message stops the next one.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.facts import Origin, origin
from accounts.models import User
from mailboxes.choices import Outcome
from mailboxes.decisions import Action, Decision, decide
from mailboxes.models import SUBJECT_LENGTH, InboundMail
from mailboxes.parsing import ParsedMail
from mailboxes.services.filing import Prepared, file_mail, prepare
from mailboxes.services.gathering import Found, gather
from mailboxes.services.reading import read

logger = logging.getLogger("desk.mail")

LEASE = timedelta(minutes=5)
PAUSES = (timedelta(seconds=30), timedelta(minutes=5))
MOST_ATTEMPTS = 3
SETTLING_ATTEMPTS = 3
Decide = Callable[[Found], Decision]


def process_due(
    limit: int = 200, *, now: datetime | None = None, stop: Callable[[], bool] = lambda: False
) -> int:
    """Decide about at most `limit` messages that wait, oldest first; return how many were tried."""
    handled = 0
    while handled < limit and not stop():
        row = lease_next(now or timezone.now())
        if row is None:
            break
        process(row)
        handled += 1
    return handled


def process_now(row: InboundMail) -> InboundMail:
    """Decide about one message at once, unless a worker has it; return its row as it is then."""
    now = timezone.now()
    if due(now).filter(pk=row.pk).update(leased_until=now + LEASE, attempts=F("attempts") + 1):
        process(
            InboundMail.objects.select_related("mailbox__category", "mailbox__team").get(pk=row.pk)
        )
    return InboundMail.objects.select_related("ticket", "comment").get(pk=row.pk)


def lease_next(now: datetime) -> InboundMail | None:
    """Take the next message for this worker, or None.

    One that took its worker along three times is not taken again: it has failed.
    """
    skips = connection.features.has_select_for_update_skip_locked
    if not skips and not due(now).exists():
        return None
    with transaction.atomic():
        pk = due(now).select_for_update(skip_locked=skips).values_list("pk", flat=True).first()
        if pk is None:
            return None
        due(now).filter(pk=pk).update(leased_until=now + LEASE, attempts=F("attempts") + 1)
    return InboundMail.objects.select_related("mailbox__category", "mailbox__team").get(pk=pk)


def due(now: datetime) -> QuerySet[InboundMail]:
    """Return what may be read now, oldest first."""
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    rows = InboundMail.objects.waiting().filter(free, next_attempt_at__lte=now)
    return rows.order_by("next_attempt_at", "id")


def process(row: InboundMail) -> None:
    """Read one leased message and write its outcome; raises `DatabaseError` only."""
    if row.attempts > MOST_ATTEMPTS:
        give_up(row, "It stopped the worker three times.")
        return
    token = origin.set(Origin(request_id=f"mail-{row.key.hex}"))
    try:
        mail = read(row)
        settle(row, mail, lambda found: decide(found.facts))
    except DatabaseError:
        raise
    except Exception as fault:
        logger.exception("mail not read", extra={"mail": row.pk, "attempts": row.attempts})
        put_off(row, f"{type(fault).__name__}")
    finally:
        origin.reset(token)


class Moved(Exception):
    """What was to be done has changed while it was prepared."""


def settle(
    row: InboundMail, mail: ParsedMail, how: Decide, then: Callable[[InboundMail], object] = id
) -> InboundMail:
    """Decide by `how` and do it; return the row with its outcome. Raises `Moved` if that goes on.

    Author and files are stored before the transaction. In it the facts are gathered again: what
    changed meanwhile decides. `then` is called at its end and may still refuse.
    """
    row.sender = User.objects.normalize_email(mail.sender.email) if mail.sender else ""
    row.subject = " ".join(mail.subject.split())[:SUBJECT_LENGTH]
    for left in reversed(range(SETTLING_ATTEMPTS)):
        found = gather(mail, row)
        planned = how(found).action
        prepared = prepare(mail, found, planned)
        try:
            return _file(row, mail, how, planned, prepared, then)
        except Moved:
            if not left:
                raise
    raise AssertionError("unreachable")


@transaction.atomic
def _file(
    row: InboundMail,
    mail: ParsedMail,
    how: Decide,
    planned: Action,
    prepared: Prepared,
    then: Callable[[InboundMail], object],
) -> InboundMail:
    held = InboundMail.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if (held.outcome, held.attempts) != (row.outcome, row.attempts):
        return held  # somebody else was quicker
    found = gather(mail, row)
    decision = how(found)
    if decision.action != planned:
        raise Moved
    done = file_mail(row, mail, found, decision, prepared)
    then(done)
    return done


def put_off(row: InboundMail, fault: str) -> None:
    """Try again later; after the last try it has failed."""
    if row.attempts >= MOST_ATTEMPTS:
        give_up(row, f"It could not be read: {fault}.")
        return
    next_at = timezone.now() + PAUSES[row.attempts - 1]
    own_lease(row).update(leased_until=None, next_attempt_at=next_at, trace=f"Fault: {fault}")


def give_up(row: InboundMail, reason: str) -> None:
    """Let a person look at it."""
    fields: dict[str, Any] = {"outcome": Outcome.FAILED, "reason": reason, "trace": reason}
    own_lease(row).update(**fields, leased_until=None, decided_at=timezone.now())
    logger.error("mail failed", extra={"mail": row.pk})


def own_lease(row: InboundMail) -> QuerySet[InboundMail]:
    """Return the row as long as nobody else has taken it over."""
    return InboundMail.objects.waiting().filter(pk=row.pk, attempts=row.attempts)
