"""Handing a ticket over with a word about it, and giving it back."""

from dataclasses import astuple, dataclass

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q

from accounts.models import Team, User
from accounts.text import check_text
from tickets.choices import EventType, Visibility
from tickets.models import Comment, Ticket, TicketEvent
from tickets.models.ticket import TEXT_LENGTH
from tickets.permissions import can_assign, can_correct, can_route
from tickets.services.assignment import give, release
from tickets.services.changes import EditConflict, allow, lock, record
from tickets.services.corrections import withdraw_message

UNDO_SALT = "tickets.undo-handover"
UNDO_SECONDS = 600
TOKEN_LENGTH = 1000


@dataclass(frozen=True)
class Handover:
    """What a handover changed: enough to take it back as long as nothing else has happened."""

    ticket: int
    actor: int
    version: int  # the ticket's, afterwards
    event: int  # its newest one, afterwards
    technician: int | None  # before
    team: int | None
    note: int

    @property
    def token(self) -> str:
        """Return what takes it back, for ten minutes."""
        return signing.dumps(astuple(self), salt=UNDO_SALT)


def read_handover(token: str, *, actor: User) -> Handover | None:
    """Return the handover of a genuine token of the actor's that is not too old, or None."""
    if not token or len(token) > TOKEN_LENGTH:
        return None
    try:
        found = Handover(*signing.loads(token, salt=UNDO_SALT, max_age=UNDO_SECONDS))
    except signing.BadSignature:
        return None
    return found if found.actor == actor.pk else None


@transaction.atomic
def hand_over(
    ticket: Ticket,
    *,
    actor: User,
    note: str,
    technician: User | None = None,
    team: Team | None = None,
    version: int | None = None,
) -> Handover:
    """Give the ticket to a technician or into a team's queue, with a note for whoever gets it.

    The note is an internal one and stands in the mail to them. Into a queue the ticket comes
    without a technician.
    """
    ticket = lock(ticket, actor=actor, version=version)
    may = can_assign(ticket, actor) or (technician is None and can_route(ticket, actor))
    allow(may, "You can't hand over this ticket.")
    check_text("note", note, max_length=TEXT_LENGTH)
    _check_target(ticket, technician, team)
    former, queue = ticket.technician_id, ticket.team_id
    comment = Comment.objects.create(
        ticket=ticket, author=actor, visibility=Visibility.INTERNAL, body=note
    )
    # By this the mail about what comes next finds the note; only staff read it.
    told = {"handover": True}
    record(ticket, EventType.NOTE_ADDED, actor=actor, comment=comment, changes=told)
    if technician is not None:
        ticket = give(ticket, technician, actor=actor)
    else:
        ticket = _into_queue(ticket, team, actor=actor)
    newest = ticket.events.aggregate(newest=Max("pk"))["newest"]
    return Handover(ticket.pk, actor.pk, ticket.version, newest, former, queue, comment.pk)


def _check_target(ticket: Ticket, technician: User | None, team: Team | None) -> None:
    if (technician is None) == (team is None):
        raise ValidationError({"technician": "Choose a person or a team."}, code="one")
    if ticket.is_done:
        sentence = f"A ticket that is {ticket.status} can't be handed over; reopen it."
        raise ValidationError({"technician": sentence}, code="transition")
    if technician is not None:
        _check_person(ticket, technician)
    elif team is not None:
        _check_team(ticket, team)


def _check_person(ticket: Ticket, technician: User) -> None:
    if technician.pk == ticket.technician_id:
        raise ValidationError({"technician": f"{technician.name} has it already."}, "same")
    if not User.objects.active().technicians().filter(pk=technician.pk).exists():
        raise ValidationError({"technician": "There is no such technician."}, code="unknown")


def _check_team(ticket: Ticket, team: Team) -> None:
    if not Team.objects.active().filter(pk=team.pk).exists():
        raise ValidationError({"team": "There is no such team."}, code="unknown")
    if team.pk == ticket.team_id and ticket.technician_id is None:
        raise ValidationError({"team": f"It waits in the queue of {team.name} already."})


def _into_queue(ticket: Ticket, team: Team | None, *, actor: User) -> Ticket:
    if ticket.technician is not None:
        ticket = release(ticket, actor=actor)
    former, ticket.team = ticket.team, team
    ticket.save(update_fields=["team"])
    changes = {"team": [former.name if former else None, team.name if team else None]}
    record(ticket, EventType.TEAM_CHANGED, actor=actor, changes=changes)
    return ticket


@transaction.atomic
def undo_handover(handover: Handover, *, actor: User) -> Ticket:
    """Put the ticket back where it was, and withdraw the note while its author still can.

    Raises `EditConflict` where anything has happened to the ticket since.
    """
    allow(handover.actor == actor.pk, "You can take back only your own handover.")
    ticket = lock(Ticket(pk=handover.ticket), actor=actor)
    if ticket.version != handover.version or _went_on(handover):
        raise EditConflict(ticket)
    team = Team.objects.filter(pk=handover.team).first() if handover.team else None
    if ticket.team_id != (team.pk if team else None):
        ticket = _into_queue(ticket, team, actor=actor)
    people = User.objects.active().technicians()
    former = people.filter(pk=handover.technician).first() if handover.technician else None
    if former is not None:
        ticket = give(ticket, former, actor=actor)
    elif ticket.technician is not None:
        ticket = release(ticket, actor=actor)
    note = ticket.comments.filter(pk=handover.note).first()
    if note is not None and can_correct(note, actor):
        withdraw_message(ticket, comment=note, actor=actor)
    return ticket


def _went_on(handover: Handover) -> bool:
    """Whether somebody has done anything since that makes no new version: a note, another queue."""
    later = TicketEvent.objects.filter(ticket=handover.ticket, pk__gt=handover.event)
    by_somebody = Q(actor__isnull=False) | Q(type=EventType.TEAM_CHANGED)
    return later.filter(by_somebody).exists()


def is_untouched(ticket: Ticket, *, by: int, since: int) -> bool:
    """Whether somebody has done nothing on the ticket since an event."""
    return not TicketEvent.objects.filter(ticket=ticket, actor=by, pk__gt=since).exists()


@transaction.atomic
def give_back(ticket: Ticket, *, to: User, given_to: int, since: int) -> Ticket | None:
    """Give a ticket that was handed over before an absence back to `to`, who is there again.

    None where it is with somebody else by now, is finished, or was worked on since that event.
    """
    ticket = lock(ticket, actor=to, merged_too=True)
    is_there = ticket.technician_id == given_to and ticket.is_open
    if not is_there or not is_untouched(ticket, by=given_to, since=since):
        return None
    return give(ticket, to, actor=to)
