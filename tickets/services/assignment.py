"""Who works on a ticket."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import Team, User
from tickets.choices import OPEN_STATUSES, EventType, Status
from tickets.models import Ticket
from tickets.permissions import can_assign, can_route, can_take
from tickets.services.changes import allow, lock, record, save


@transaction.atomic
def take_ticket(ticket: Ticket, *, actor: User) -> Ticket:
    """Give an unassigned ticket to the technician who asks; of two who ask, one gets it."""
    ticket = lock(ticket, actor=actor)
    if ticket.technician_id == actor.pk:
        return ticket
    if ticket.technician is not None:
        raise PermissionDenied(f"{ticket.technician.name} took it a moment ago.")
    allow(can_take(ticket, actor), "You can take open tickets of your own categories.")
    return give(ticket, actor, actor=actor)


@transaction.atomic
def assign_ticket(
    ticket: Ticket,
    *,
    technician: User,
    actor: User | None,
    version: int | None = None,
    why: Mapping[str, str] | None = None,
) -> Ticket:
    """Give the ticket to `technician`, status Assigned. Twice the same one changes nothing.

    `why` is what staff read of the desk's own choice: `rule` and `reason`.
    """
    ticket = lock(ticket, actor=actor, version=version)
    allow(actor is None or can_assign(ticket, actor), "You can't assign this ticket.")
    if ticket.is_done:
        raise ValidationError(
            {"technician_id": f"A ticket that is {ticket.status} can't be assigned; reopen it."},
            code="transition",
        )
    if ticket.technician_id == technician.pk:
        return ticket
    if not User.objects.active().technicians().filter(pk=technician.pk).exists():
        raise ValidationError({"technician_id": "There is no such technician."}, code="unknown")
    ticket = give(ticket, technician, actor=actor)
    if why:
        changes = dict(why)
        record(ticket, EventType.AUTO_ASSIGNED, actor=actor, changes=changes, technician=technician)
    return ticket


def give(ticket: Ticket, technician: User, *, actor: User | None) -> Ticket:
    """Give a locked, checked ticket to a technician."""
    before, former = ticket.status, ticket.technician
    if former is not None:
        _record_loss(ticket, former, actor=actor)
    ticket.technician = technician
    ticket.status = Status.ASSIGNED
    save(ticket, "technician", "status")
    changes = {"technician": [former.name if former else None, technician.name]}
    if before != ticket.status:
        changes["status"] = [before, ticket.status]
    record(ticket, EventType.ASSIGNED, actor=actor, changes=changes, technician=technician)
    return ticket


@transaction.atomic
def unassign_ticket(ticket: Ticket, *, actor: User | None, version: int | None = None) -> Ticket:
    """Take the ticket from its technician; it is Pending again."""
    ticket = lock(ticket, actor=actor, version=version)
    allow(actor is None or can_assign(ticket, actor), "You can't unassign this ticket.")
    if ticket.technician is None:
        return ticket
    if ticket.is_done:
        raise ValidationError(
            {"technician_id": "A finished ticket keeps its technician."}, code="transition"
        )
    return release(ticket, actor=actor)


@transaction.atomic
def assign_team(
    ticket: Ticket, *, team: Team | None, actor: User | None, version: int | None = None
) -> Ticket:
    """Put the ticket into the queue of `team`; None takes it out of its queue.

    A technician who is no member of the team loses the ticket, which is Pending then. For the
    customer nothing else has happened: the team alone makes no new version.
    """
    ticket = lock(ticket, actor=actor, version=version)
    allow(actor is None or can_route(ticket, actor), "You can't give this ticket to a team.")
    if ticket.is_done:
        sentence = f"A ticket that is {ticket.status} can't go to a team; reopen it."
        raise ValidationError({"team": sentence}, code="transition")
    if ticket.team_id == (team.pk if team else None):
        return ticket
    if team and not Team.objects.active().filter(pk=team.pk).exists():
        raise ValidationError({"team": "There is no such team."}, code="unknown")
    former = ticket.team
    ticket.team = team
    ticket.save(update_fields=["team"])
    changes = {"team": [former.name if former else None, team.name if team else None]}
    record(ticket, EventType.TEAM_CHANGED, actor=actor, changes=changes)
    holder = ticket.technician
    if team and holder and not team.members.filter(pk=holder.pk).exists():
        return release(ticket, actor=actor)
    return ticket


def release(ticket: Ticket, *, actor: User | None) -> Ticket:
    """Take a locked ticket from its technician."""
    former, status = ticket.technician, ticket.status
    assert former is not None
    ticket.technician = None
    ticket.status = Status.PENDING
    save(ticket, "technician", "status")
    _record_loss(ticket, former, actor=actor, status=[status, ticket.status])
    return ticket


def _record_loss(
    ticket: Ticket, former: User, *, actor: User | None, status: list[str] | None = None
) -> None:
    changes: dict[str, list[str | None]] = {"technician": [former.name, None]}
    if status:
        changes["status"] = list(status)
    record(ticket, EventType.UNASSIGNED, actor=actor, changes=changes, technician=former)


@transaction.atomic
def release_tickets_of(technician: User, *, actor: User | None) -> int:
    """Put all open tickets of a technician who leaves back to Pending; return how many."""
    tickets = Ticket.objects.present().filter(technician=technician, status__in=OPEN_STATUSES)
    count = 0
    held = tickets.order_by("number").select_for_update(of=("self",))
    for ticket in held.select_related("customer", "technician", "category__parent"):
        release(ticket, actor=actor)
        count += 1
    return count
