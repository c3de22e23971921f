"""The worker's part: sends what is due in the ledger. Any number of workers share the work.

A worker leases one row, sends it, marks it. If it dies in between, the lease runs out and another
one sends the mail again under the same Message-ID.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from notifications import emails
from notifications.choices import DeliveryState
from notifications.messages import MESSAGES, AccountMessage, NotWanted
from notifications.models import Delivery
from notifications.services import why_unwanted
from tickets.models import Ticket, TicketEvent

logger = logging.getLogger(__name__)

# Seconds to wait after the first, second, ... fault of one mail; the last one repeats.
PAUSES = (30, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800)
# Nothing is wrong with the mail while the server is away: ask again soon.
SERVER_PAUSE = 30
PATIENCE = timedelta(days=2)
LEASE_MARGIN = 15
KEEP_DAYS = 90
PURGE_BATCH = 1000


def deliver_due(
    limit: int = 500, *, now: datetime | None = None, stop: Callable[[], bool] = lambda: False
) -> int:
    """Deal with at most `limit` mails that are due and return how many rows got an answer.

    Ends early when nothing is due, when the mail server is away (its answer counts for none, so
    the caller rests), or when `stop()` says so (asked between two mails). `now` is the time that
    decides what is due.
    """
    handled = 0
    with emails.Mailer() as mailer:
        while handled < limit and not stop():
            delivery = lease_next(now or timezone.now())
            if delivery is None or not deliver(delivery, mailer):
                break
            handled += 1
    return handled


def due(now: datetime) -> QuerySet[Delivery]:
    """Return the rows that may be sent now, oldest first.

    A row waits for the earlier ones of its thread to the same person.
    """
    earlier = Delivery.objects.filter(
        thread=OuterRef("thread"),
        recipient=OuterRef("recipient"),
        pk__lt=OuterRef("pk"),
        state=DeliveryState.WAITING,
    )
    return (
        free(now)
        .filter(Q(thread="") | ~Exists(earlier), next_attempt_at__lte=now)
        .order_by("next_attempt_at", "id")
    )


def free(now: datetime) -> QuerySet[Delivery]:
    """Return the waiting rows that no worker has."""
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING)
    return waiting.filter(Q(leased_until=None) | Q(leased_until__lt=now))


def lease_next(now: datetime) -> Delivery | None:
    """Take the next due row for this worker, with all that its mail is made from, or None."""
    skips = connection.features.has_select_for_update_skip_locked
    # SQLite takes its one write lock for the transaction: not for an idle look each second.
    if not skips and not due(now).exists():
        return None
    until = timezone.now() + timedelta(seconds=emails.deadline() + LEASE_MARGIN)
    with transaction.atomic():
        found = due(now).select_for_update(skip_locked=skips).values_list("pk", flat=True).first()
        if found is None:
            return None
        free(now).filter(pk=found).update(leased_until=until, attempts=F("attempts") + 1)
    return load(found)


def load(pk: int) -> Delivery:
    """Return a row with all that its mail is made from.

    In three reads: PostgreSQL plans one join of a dozen tables longer than it runs it.
    """
    delivery = Delivery.objects.select_related(
        "recipient",
        "account_event__detail__link",
        "account_event__actor",
        "account_event__user",
    ).get(pk=pk)
    if delivery.ticket_event_id:
        events = TicketEvent.objects.select_related("actor", "technician", "comment", "detail")
        event = events.get(pk=delivery.ticket_event_id)
        tickets = Ticket.objects.select_related("customer", "technician", "category__parent")
        event.ticket = tickets.get(pk=event.ticket_id)
        delivery.ticket_event = event
    return delivery


def deliver(delivery: Delivery, mailer: emails.Mailer) -> bool:
    """Send one leased mail and write down what came of it; False: the server is away."""
    unwanted = why_unwanted(delivery)
    try:
        if unwanted:
            raise NotWanted(unwanted)
        mail = emails.build(delivery, MESSAGES[delivery.message], address=address_of(delivery))
        mailer.send(mail)
    except NotWanted as reason:
        finish(delivery, DeliveryState.DROPPED, last_error=str(reason))
    except emails.NotSent as fault:
        return put_off(delivery, fault)
    except Exception as fault:
        # A fault of ours. It must not stop the other mails, and it may be mended by an update.
        logger.exception("mail not made", extra=about(delivery))
        return put_off(delivery, emails.NotSent(f"It could not be made: {type(fault).__name__}"))
    else:
        finish(delivery, DeliveryState.SENT, sent_at=timezone.now(), last_error="")
    return True


def address_of(delivery: Delivery) -> str:
    """Return where it goes: people's mails follow them, a proof of an address does not."""
    message, event = MESSAGES[delivery.message], delivery.account_event
    if isinstance(message, AccountMessage) and event and (event.link or message.address(event)):
        return delivery.email
    return delivery.recipient.email


def put_off(delivery: Delivery, fault: emails.NotSent) -> bool:
    """Try again later, or give up; False if the server is away and the other mails wait too."""
    now = timezone.now()
    give_up_at = delivery.give_up_at or now + PATIENCE
    if fault.permanent or now >= give_up_at:
        finish(delivery, DeliveryState.FAILED, last_error=str(fault))
        return not fault.server_wide
    attempts = delivery.attempts - 1 if fault.server_wide else delivery.attempts
    pause = SERVER_PAUSE if fault.server_wide else pause_after(attempts)
    own_lease(delivery).update(
        attempts=attempts,
        next_attempt_at=now + timedelta(seconds=pause),
        leased_until=None,
        give_up_at=give_up_at,
        last_error=str(fault),
    )
    logger.warning("mail put off", extra=about(delivery) | {"pause": pause})
    return not fault.server_wide


def pause_after(attempts: int) -> int:
    """Return the seconds to wait after so many tries."""
    return PAUSES[min(max(attempts, 1), len(PAUSES)) - 1]


def finish(delivery: Delivery, state: DeliveryState, **fields: Any) -> None:
    """Write the end of a row; a mail that was sent is sent, whoever has the lease meanwhile."""
    rows = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.WAITING)
    if state != DeliveryState.SENT:
        rows = own_lease(delivery)
    rows.update(state=state, leased_until=None, **fields)
    level = logging.ERROR if state == DeliveryState.FAILED else logging.INFO
    logger.log(level, "mail %s", state.value, extra=about(delivery))


def own_lease(delivery: Delivery) -> QuerySet[Delivery]:
    """Return the row as long as nobody else has taken it over."""
    return Delivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.WAITING, leased_until=delivery.leased_until
    )


def about(delivery: Delivery) -> dict[str, Any]:
    """Return what a log line says: no address, no text."""
    return {"delivery": delivery.pk, "mail": delivery.message, "attempts": delivery.attempts}


def purge_old_deliveries(now: datetime | None = None) -> int:
    """Remove rows of mails that were sent or dropped more than 90 days ago; return how many."""
    before = (now or timezone.now()) - timedelta(days=KEEP_DAYS)
    count = 0
    for state in (DeliveryState.SENT, DeliveryState.DROPPED):
        oldest = Delivery.objects.filter(state=state).order_by("id")[:PURGE_BATCH]
        old = [pk for pk, at in oldest.values_list("pk", "created_at") if at < before]
        count += Delivery.objects.filter(pk__in=old).delete()[0]
    return count
