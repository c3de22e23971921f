"""What happens when a clock reaches a level: told, handed over, written down, exactly once.

`Clock.next_level_at` says when a clock is to be looked at, so a run costs what is due. Under the
ticket's lock each level that was reached gets its row, unique for clock and level, in the
transaction that acts on it: however many schedulers run, stop halfway or have wrong clocks.
"""

import logging
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from accounts.choices import STAFF_ROLES, Role
from accounts.models import Team, User
from sla.course import Tracked, level_moments, set_due
from sla.models import Clock, ClockSegment, EscalationLevel, EscalationRun, TicketTerms
from sla.services.clocks import halted, store
from sla.services.terms import levels_of
from tickets.choices import Priority
from tickets.models import Ticket
from tickets.services import assign_ticket, change_priority, note_target

logger = logging.getLogger(__name__)

BATCH = 200
PAUSE_AFTER_FAULT = timedelta(minutes=10)


def escalate(now: datetime | None = None) -> int:
    """Do what is due with at most `BATCH` clocks; return how many levels were reached."""
    moment = now or timezone.now()
    due = Clock.objects.filter(next_level_at__lte=moment).order_by("next_level_at")
    count = 0
    for pk, number in list(due.values_list("pk", "ticket_id")[:BATCH]):
        try:
            count += _look_at(pk, number, moment)
        except (InterfaceError, OperationalError):  # the database is away
            raise
        except Exception:
            # One clock's fault must not hold up the others.
            logger.exception("a clock's level failed", extra={"ticket": number})
            Clock.objects.filter(pk=pk).update(next_level_at=moment + PAUSE_AFTER_FAULT)
    return count


@transaction.atomic
def _look_at(pk: int, number: int, now: datetime) -> int:
    """Act on the levels that a clock has reached, unless another scheduler has it in hand."""
    skips = connection.features.has_select_for_update_skip_locked
    held = Ticket.objects.filter(pk=number).select_for_update(of=("self",), skip_locked=skips)
    ticket = held.select_related("technician", "team__lead").first()
    clock = Clock.objects.filter(pk=pk, next_level_at__lte=now).first()
    if ticket is None or clock is None:
        return 0
    if clock.is_open and halted(ticket):
        # It stands still; what it had reached before is found anew when it goes on.
        Clock.objects.filter(pk=pk).update(next_level_at=None)
        return 0
    segments = ClockSegment.objects.filter(clock=clock).select_related("calendar_version")
    reached = set(clock.runs.values_list("level", flat=True))
    tracked = Tracked(clock, list(segments.order_by("begins_at", "id")), reached)
    levels = _levels(ticket)
    runs = [
        EscalationRun(clock=clock, level=level, due_at=moment, ran_at=now)
        for level, moment in level_moments(tracked, levels)
        if moment <= now and level.pk not in reached
    ]
    EscalationRun.objects.bulk_create(runs)
    tracked.reached = reached | {run.level_id for run in runs if run.level_id}
    if clock.is_open:
        set_due(tracked, levels)
    else:
        clock.next_level_at, tracked.changed = None, True
    store({number: [tracked]})
    if ticket.deleted_at is None:
        for run in runs:
            _act(run, ticket)
    return len(runs)


def _levels(ticket: Ticket) -> list[EscalationLevel]:
    row = TicketTerms.objects.filter(ticket=ticket).select_related("policy_version").first()
    return levels_of(row.policy_version) if row else []


def _act(run: EscalationRun, ticket: Ticket) -> None:
    """Do what the level says, and write it down; one that fails leaves the others alone."""
    level, clock = run.level, run.clock
    assert level is not None
    run.told = sorted(_told(level, ticket))
    done = []
    if clock.is_open:
        done = [said for said in (_raise_priority(level, ticket), _reassign(level, ticket)) if said]
    run.said = ". ".join(done)
    run.save(update_fields=["told", "said"])
    changes = {
        "target": clock.get_kind_display(),
        "due": clock.due_at.isoformat() if clock.due_at else None,
        "level": str(level),
        "run": run.pk,
        "said": run.said,
    }
    run.event = note_target(ticket, missed=not level.is_warning, changes=changes)
    run.save(update_fields=["event"])


def _told(level: EscalationLevel, ticket: Ticket) -> set[int]:
    """Return the keys of those whom the level tells and who are still at the desk.

    Where nobody of them is, the admins are told; a level that names nobody tells nobody.
    """
    told = set(level.tell_others.values_list("pk", flat=True))
    if not (told or level.tell_technician or level.tell_lead):
        return set()
    if level.tell_technician and ticket.technician_id:
        told.add(ticket.technician_id)
    if level.tell_lead:
        told |= leads_of(ticket)
    staff = User.objects.active().filter(role__in=STAFF_ROLES)
    here = set(staff.filter(pk__in=told).values_list("pk", flat=True))
    return here or set(staff.filter(role=Role.ADMIN).values_list("pk", flat=True))


def leads_of(ticket: Ticket) -> set[int]:
    """Return the keys of the leads of the ticket's team, or else of its technician's teams."""
    if ticket.team is not None and ticket.team.lead_id:
        return {ticket.team.lead_id}
    if ticket.technician_id is None:
        return set()
    teams = Team.objects.filter(members=ticket.technician_id, is_active=True, lead__isnull=False)
    return {lead for lead in teams.values_list("lead", flat=True) if lead}


def _raise_priority(level: EscalationLevel, ticket: Ticket) -> str:
    wanted = level.raise_priority_to
    if wanted is None or ticket.priority >= wanted:
        return ""
    change_priority(ticket, priority=wanted, actor=None)
    ticket.priority = wanted
    return f"Priority raised to {Priority(wanted).label}"


def _reassign(level: EscalationLevel, ticket: Ticket) -> str:
    wanted = level.reassign_to
    if wanted is None or wanted.pk == ticket.technician_id:
        return ""
    try:
        with transaction.atomic():
            assign_ticket(ticket, technician=wanted, actor=None)
    except (PermissionDenied, ValidationError):
        return f"{wanted.name} could not take it"
    ticket.technician = wanted
    return f"Handed to {wanted.name}"
