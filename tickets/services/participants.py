"""Who follows a ticket: customers who take part in the conversation, colleagues who watch."""

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import NAME_LENGTH, User
from accounts.rate_limits import Rate, hit
from accounts.services import TooManyTries, customer_at
from accounts.text import check_text
from tickets.choices import EventType, ParticipantRole
from tickets.models import Ticket, TicketParticipant
from tickets.permissions import (
    can_add_participant,
    can_add_watcher,
    can_remove_participant,
    can_remove_watcher,
    can_watch,
    may_know_name,
)
from tickets.services.changes import allow, lock, record, save
from tickets.services.guests import end_guest_links_of

MOST_PARTICIPANTS = 20
MOST_WATCHERS = 50
ADDED_BY_CUSTOMER = Rate(30, 3600)


def add_participant(
    ticket: Ticket,
    *,
    actor: User,
    email: str = "",
    name: str = "",
    user: User | None = None,
    again: bool = False,
) -> TicketParticipant:
    """Let the customer at `email` (or `user`) take part in the public conversation.

    An address that nobody has becomes an unverified customer without a password. `name` is what
    other customers read. Somebody who takes part already stays as they are. At most 20 a ticket;
    a customer adds at most 30 an hour (`TooManyTries`). `again` takes a removal back: they are
    not told anew.
    """
    if actor.is_customer and (wait := hit("participants", str(actor.pk), ADDED_BY_CUSTOMER)):
        raise TooManyTries(wait)
    return _add_participant(ticket, actor=actor, email=email, name=name, user=user, again=again)


@transaction.atomic
def add_mailed_person(ticket: Ticket, *, actor: User, email: str, name: str) -> TicketParticipant:
    """Let somebody take part to whom the requester's mail went as well, by the desk's rule.

    Somebody else has made sure that the requester sent it, so their address need not be confirmed.
    Raises `ValidationError`, `PermissionDenied`.
    """
    allow(ticket.customer_id == actor.pk, "Only the requester's mails add people.")
    return _add_participant(
        ticket, actor=actor, email=email, name=name, user=None, again=False, is_vouched=True
    )


@transaction.atomic
def _add_participant(
    ticket: Ticket,
    *,
    actor: User,
    email: str,
    name: str,
    user: User | None,
    again: bool,
    is_vouched: bool = False,
) -> TicketParticipant:
    known_person = user or User.objects.present().filter(email=email.strip().lower()).first()
    if known_person is not None:
        user = User.objects.held(known_person) if known_person.is_customer else user
    ticket = lock(ticket, actor=actor)
    allow(is_vouched or can_add_participant(ticket, actor), "You can't add people to this ticket.")
    name = check_text("name", name, max_length=NAME_LENGTH, required=False).strip()
    person = user or customer_at(email, name=name, actor=actor)
    if not person.is_customer:
        staff = "Colleagues at the desk watch a ticket: add them as watchers."
        raise ValidationError(
            {"email": "This address can't be added." if actor.is_customer else staff}
        )
    if person.pk == ticket.customer_id:
        raise ValidationError({"email": "The ticket is theirs: they get every message anyway."})
    known = ticket.participants.filter(user=person).first()
    if known is not None and not known.is_watcher:
        return known
    check_room(ticket, ParticipantRole.CC, "email", MOST_PARTICIPANTS)
    name = name or (person.name if may_know_name(person, actor) else "")
    participant = store(ticket, person, ParticipantRole.CC, actor=actor, name=name)
    save(ticket)
    changes: dict[str, object] = {"participant": [None, participant.shown_name]}
    if again:
        changes["again"] = True
    record(ticket, EventType.PARTICIPANT_ADDED, actor=actor, changes=changes)
    return participant


@transaction.atomic
def remove_participant(ticket: Ticket, *, user: User, actor: User) -> bool:
    """Let a customer take part no more (`actor` may be they); False where they did not anyway."""
    ticket = lock(ticket, actor=actor)
    participant = ticket.participants.cc().filter(user=user).first()
    if participant is None:
        return False
    allow(can_remove_participant(ticket, participant, actor), "You can't remove this person.")
    participant.delete()
    end_guest_links_of(ticket, user.pk)
    save(ticket)
    changes = {"participant": [participant.shown_name, None]}
    record(ticket, EventType.PARTICIPANT_REMOVED, actor=actor, changes=changes)
    return True


@transaction.atomic
def add_watcher(
    ticket: Ticket, *, user: User, actor: User, mentioned: bool = False
) -> TicketParticipant:
    """Let a colleague at the desk (or oneself) watch the ticket; whoever watches is told again.

    `mentioned`: by a note that tells them itself. The ticket's version stays: no customer learns
    of it.
    """
    ticket = lock(ticket, actor=actor)
    oneself = user.pk == actor.pk and can_watch(ticket, actor)
    allow(oneself or can_add_watcher(ticket, actor), "You can't add watchers to this ticket.")
    person = User.objects.active().filter(pk=user.pk).first()
    if person is None or person.is_customer:
        raise ValidationError({"user": "There is no such colleague."}, code="unknown")
    known = ticket.participants.watchers().filter(user=person).first()
    if known is not None:
        set_muted(known, muted=False)
        return known
    check_room(ticket, ParticipantRole.WATCHER, "user", MOST_WATCHERS)
    watcher = store(ticket, person, ParticipantRole.WATCHER, actor=actor, name=person.name)
    changes: dict[str, object] = {"watcher": [None, person.name]}
    if mentioned:
        changes["mentioned"] = True
    record(ticket, EventType.WATCHER_ADDED, actor=actor, changes=changes, technician=person)
    return watcher


@transaction.atomic
def remove_watcher(ticket: Ticket, *, user: User, actor: User) -> bool:
    """Let a colleague (or oneself) watch the ticket no more; False where they did not anyway."""
    ticket = lock(ticket, actor=actor)
    watcher = ticket.participants.watchers().filter(user=user).first()
    if watcher is None:
        return False
    allow(can_remove_watcher(ticket, watcher, actor), "You can't remove this watcher.")
    watcher.delete()
    changes = {"watcher": [user.name, None]}
    record(ticket, EventType.WATCHER_REMOVED, actor=actor, changes=changes, technician=user)
    return True


def mute_ticket(ticket: Ticket, *, user: User, muted: bool = True) -> bool:
    """Send `user` no more mails about a ticket that they follow, or send them again.

    Their own business, so it leaves no event. False where they do not follow it.
    """
    participant = ticket.participants.filter(user=user).first()
    if participant is None:
        return False
    set_muted(participant, muted=muted)
    return True


def set_muted(participant: TicketParticipant, *, muted: bool) -> None:
    """Store whether the person wants no mails about the ticket."""
    if participant.muted != muted:
        participant.muted = muted
        participant.save(update_fields=["muted"])


def check_room(ticket: Ticket, role: ParticipantRole, field: str, most: int) -> None:
    """Raise `ValidationError` where as many people of the role follow the ticket as can."""
    if ticket.participants.filter(role=role).count() >= most:
        raise ValidationError({field: f"At most {most} people: remove one first."}, code="limit")


def store(
    ticket: Ticket, person: User, role: ParticipantRole, *, actor: User, name: str
) -> TicketParticipant:
    """Store how a person follows a locked ticket; of a row from another role, nothing is left."""
    ticket.participants.filter(user=person).delete()
    return TicketParticipant.objects.create(
        ticket=ticket, user=person, role=role, name=name, added_by=actor
    )
