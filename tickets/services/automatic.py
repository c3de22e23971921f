"""What the desk does by itself as time passes: remind, resolve, announce, close.

`Ticket.next_step_at` says when a ticket is to be looked at, so a run costs what is due. What was
done is written under the ticket's lock, in the transaction that does it: however many workers
run, stop halfway or repeat themselves, each step happens once.
"""

import logging
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from tickets.choices import EventType
from tickets.models import DeskSettings, Ticket
from tickets.schedule import Step, ends_at, plan
from tickets.services.changes import lock, record
from tickets.services.status import close_ticket, reopen_ticket, resolve_ticket

logger = logging.getLogger(__name__)

BATCH = 200
PAUSE_AFTER_FAULT = timedelta(hours=1)
UNANSWERED = (
    "We asked you something and had no answer for {days} days, so we take it as solved."
    " Write on the ticket, and work goes on."
)


def take_due_steps(now: datetime | None = None) -> int:
    """Do what is due with at most `BATCH` tickets; return how many were reminded of or ended."""
    moment = now or timezone.now()
    settings = DeskSettings.load()
    due = Ticket.objects.present().filter(next_step_at__lte=moment).order_by("next_step_at")
    count = 0
    for pk in list(due.values_list("pk", flat=True)[:BATCH]):
        try:
            count += _look_at(pk, settings, moment)
        except (InterfaceError, OperationalError):  # the database is away
            raise
        except Exception:
            # One ticket's fault must not hold up the others.
            logger.exception("a ticket's next step failed", extra={"ticket": pk})
            Ticket.objects.filter(pk=pk).update(next_step_at=moment + PAUSE_AFTER_FAULT)
    return count


@transaction.atomic
def _look_at(pk: int, settings: DeskSettings, now: datetime) -> bool:
    """Do what is due with one ticket, unless another worker has it in hand."""
    skips = connection.features.has_select_for_update_skip_locked
    due = Ticket.objects.present().filter(pk=pk, next_step_at__lte=now)
    held = due.select_for_update(skip_locked=skips).values_list("pk", flat=True)
    if held.first() is None:
        return False
    ticket = lock(Ticket(pk=pk), actor=None)
    planned = plan(ticket, settings, now)
    if planned.step is None:
        Ticket.objects.filter(pk=pk).update(next_step_at=planned.look_at)
        return False
    _take(planned.step, ticket, settings, now)
    return True


def _take(step: Step, ticket: Ticket, settings: DeskSettings, now: datetime) -> None:
    match step:
        case Step.RESOLVE:
            summary = UNANSWERED.format(days=settings.waiting_resolve_days)
            resolve_ticket(ticket, actor=None, resolution_summary=summary)
        case Step.CLOSE:
            close_ticket(ticket, actor=None)
        case Step.REOPEN:
            reopen_ticket(ticket, actor=None, unconfirmed=True)
        case Step.REMIND:
            _tell(EventType.CUSTOMER_REMINDED, ticket, settings, now)
        case Step.ANNOUNCE:
            _tell(EventType.CLOSING_ANNOUNCED, ticket, settings, now)


def _tell(type: EventType, ticket: Ticket, settings: DeskSettings, now: datetime) -> None:
    """Tell the customer what comes, and write down that they were told."""
    ticket.reminded_at = ticket.next_step_at = now
    # No new version: nobody who is writing on the ticket has to know.
    ticket.save(update_fields=["reminded_at", "next_step_at"])
    until = ends_at(ticket, settings, now)
    record(ticket, type, actor=None, changes={"until": until.isoformat() if until else None})
