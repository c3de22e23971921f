"""Merging a ticket into another one, and undoing that exactly.

Nothing is moved. The source is closed, keeps every row it has and names the target in
`merged_into`; the target's timeline shows both stories, and the source's people follow it.
`merged_into` always leads to where the story is shown now; `TicketMerge` keeps each step, so that
the last one can be taken back.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from tickets.choices import EventType, ParticipantRole, Status
from tickets.models import Ticket, TicketMerge, TicketParticipant
from tickets.permissions import can_merge, can_undo_merge
from tickets.services.changes import EditConflict, allow, record, save
from tickets.services.several import lock_all, refuse_deleted

NOT_ALLOWED = "You can merge a ticket of yours, or one that you could take, into one of yours."
SHARED = (
    "Not the same people follow the two tickets: after the merge all of them read both."
    " Say that this is meant."
)
# What merging changes in the source.
CLOCK = ("waiting_since", "reminded_at", "next_step_at", "confirm_since")
CHANGED = ("status", "closed_at", "awaits_reply", "answered_by_note", *CLOCK)
# After one of these the target's customer waits, or not, for a reason of its own.
WORDS = (EventType.REPLY_ADDED, EventType.RESOLVED, EventType.CLOSED, EventType.REOPENED)


@dataclass(frozen=True)
class Joining:
    """Somebody who will follow the target."""

    user: User
    role: ParticipantRole
    name: str


@dataclass(frozen=True)
class MergePlan:
    """What merging will do: who joins the target, and which customers read which ticket now."""

    joining: list[Joining]
    readers: dict[int, str]
    readers_there: dict[int, str]

    @property
    def reveals(self) -> bool:
        """Whether some of the customers will read what they could not read before."""
        return self.readers.keys() != self.readers_there.keys()


def plan_merge(source: Ticket, target: Ticket) -> MergePlan:
    """Return what merging would do to the people of both tickets."""
    here, there = _people(source), _people(target)
    known = {one.user.pk for one in there}
    return MergePlan(
        joining=[one for one in here if one.user.pk not in known],
        readers=_readers(here),
        readers_there=_readers(there),
    )


def _readers(people: list[Joining]) -> dict[int, str]:
    return {one.user.pk: one.name for one in people if one.role == ParticipantRole.CC}


def _people(ticket: Ticket) -> list[Joining]:
    """Return everybody who follows the ticket, as what they would follow another one."""
    cc, watcher = ParticipantRole.CC, ParticipantRole.WATCHER
    people = [Joining(ticket.customer, cc, ticket.customer.name)]
    technician = ticket.technician
    if technician is not None and technician.is_active and not technician.is_customer:
        people.append(Joining(technician, watcher, technician.name))
    for row in ticket.participants.with_people():
        people.append(Joining(row.user, ParticipantRole(row.role), row.name))
    return list({one.user.pk: one for one in reversed(people)}.values())[::-1]


@transaction.atomic
def merge_tickets(
    source: Ticket, *, target: Ticket, actor: User, share: bool = False, version: int | None = None
) -> Ticket:
    """Let `source` go on as `target`, which is returned; `version` is the source's.

    `share` says that all people of both may read both: needed where the customers who read one
    are not those who read the other.
    """
    if source.pk == target.pk:
        raise ValidationError({"into": "A ticket can't be merged into itself."}, code="self")
    held = lock_all([source.pk, target.pk, *_shown_in(source)], actor=actor)
    source, target = held[source.pk], held[target.pk]
    refuse_deleted(source, target)
    if version is not None and version != source.version:
        raise EditConflict(source)
    _check(source, target, held)
    allow(can_merge(source, target, actor), NOT_ALLOWED)
    plan = plan_merge(source, target)
    if plan.reveals and not share:
        raise ValidationError({"share": SHARED}, code="share")
    joined = [_join(target, one, actor) for one in plan.joining]
    before = {name: _kept(getattr(source, name)) for name in CHANGED}
    awaited = target.awaits_reply
    target.has_merged, target.awaits_reply = True, awaited or source.awaits_reply
    # A note that took the place of an answer there does so here, unless words here wait as well.
    target.answered_by_note |= source.answered_by_note and not awaited
    save(target, "has_merged", "awaits_reply", "answered_by_note")
    _send_on(source, target)
    told = {"status": [before["status"], source.status], "merge": [None, target.ticket_id]}
    record(source, EventType.MERGED, actor=actor, changes=told)
    told = {"merge": [None, source.ticket_id]}
    event = record(target, EventType.MERGED_IN, actor=actor, changes=told)
    TicketMerge.objects.create(
        source=source,
        target=target,
        merged_by=actor,
        before=before,
        target_awaited=awaited,
        target_event=event,
        joined=[row.pk for row in joined],
    )
    return target


def _kept(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _shown_in(ticket: Ticket) -> list[int]:
    return list(Ticket.objects.filter(merged_into=ticket.pk).values_list("pk", flat=True))


def _check(source: Ticket, target: Ticket, held: dict[int, Ticket]) -> None:
    """Raise `ValidationError` where the locked tickets can't be merged.

    Neither was merged already, so no chain of merges ever leads back to where it began.
    """
    if source.merged_into_id:
        where = source.merged_into_public_id
        raise ValidationError(
            {"into": f"{source.ticket_id} was merged into {where} already."}, code="merged"
        )
    if target.merged_into_id:
        where = target.merged_into_public_id
        raise ValidationError(
            {"into": f"{target.ticket_id} was merged into {where}: choose that one."},
            code="merged",
        )
    if target.is_done and not source.is_done:
        raise ValidationError(
            {"into": f"{target.ticket_id} is {target.status}: reopen it first."}, code="done"
        )
    if not held.keys() >= set(_shown_in(source)):  # merged in since we looked
        raise EditConflict(source)


def _join(target: Ticket, one: Joining, actor: User) -> TicketParticipant:
    return TicketParticipant.objects.create(
        ticket=target, user=one.user, role=one.role, name=one.name, added_by=actor
    )


def _send_on(source: Ticket, target: Ticket) -> None:
    """Close the source, and show it, and all that was shown in it, in the target."""
    source.merged_into, source.status = target, Status.CLOSED
    source.closed_at = source.closed_at or timezone.now()
    source.awaits_reply = source.answered_by_note = False
    for name in CLOCK:  # nothing happens to it by itself any more
        setattr(source, name, None)
    _store(source, "merged_into", *CHANGED)
    Ticket.objects.filter(merged_into=source.pk).update(merged_into=target)


# Undoing ---------------------------------------------------------------------------------------


@transaction.atomic
def undo_merge(source: Ticket, *, actor: User, version: int | None = None) -> Ticket:
    """Let the source go on by itself again, as it was before the merge; return it.

    What was written to the target since stays there. Where the target was merged itself
    meanwhile, that merge has to be undone first. `version` is the source's.
    """
    merge = _standing(source)
    below = _below(source)
    held = lock_all([merge.source_id, merge.target_id, *below], actor=actor)
    source, target = held[merge.source_id], held[merge.target_id]
    refuse_deleted(source)
    if version is not None and version != source.version:
        raise EditConflict(source)
    if _standing(source).pk != merge.pk or _below(source) != below:
        raise EditConflict(source)
    if target.merged_into_id:
        where = target.merged_into_public_id
        raise ValidationError(
            {"ticket_id": f"{target.ticket_id} was merged into {where}: undo that first."},
            code="merged",
        )
    allow(can_undo_merge(target, actor), "You can undo merges into a ticket that you work on.")
    _restore(source, merge)
    Ticket.objects.filter(pk__in=below).update(merged_into=source)
    others = list(target.merges_in.standing().exclude(pk=merge.pk).order_by("id"))
    _leave(target, merge, others)
    target.has_merged = bool(_shown_in(target))
    target.awaits_reply = _awaits_without(target, merge, others)
    target.answered_by_note = target.awaits_reply and target.answered_by_note
    save(target, "has_merged", "awaits_reply", "answered_by_note")
    merge.undone_at, merge.undone_by = timezone.now(), actor
    merge.save(update_fields=["undone_at", "undone_by"])
    told = {"status": [Status.CLOSED, source.status], "merge": [target.ticket_id, None]}
    record(source, EventType.UNMERGED, actor=actor, changes=told)
    told = {"merge": [source.ticket_id, None]}
    record(target, EventType.TAKEN_OUT, actor=actor, changes=told)
    return source


def _standing(source: Ticket) -> TicketMerge:
    merge = source.merges_away.standing().first()
    if merge is None:
        raise ValidationError({"ticket_id": f"{source.ticket_id} is not merged."}, code="unmerged")
    return merge


def _below(ticket: Ticket) -> list[int]:
    """Return the tickets that were merged into this one, and those merged into them, and so on."""
    found: list[int] = []
    step = [ticket.pk]
    while step:
        merges = TicketMerge.objects.standing().filter(target__in=step)
        step = list(merges.values_list("source", flat=True))
        found += step
    return sorted(found)


def _restore(source: Ticket, merge: TicketMerge) -> None:
    """Put the source back as it was; open work of somebody who has left is nobody's."""
    for name in CHANGED:
        field = Ticket._meta.get_field(name)
        setattr(source, name, field.to_python(merge.before[name]))  # type: ignore[union-attr]
    source.merged_into = None
    technician = source.technician
    if source.is_open and technician and not (technician.is_active and technician.is_technician):
        source.technician, source.status = None, Status.PENDING
    _store(source, "merged_into", "technician", *CHANGED)


def _store(source: Ticket, *fields: str) -> None:
    """Store the fields as they are: `save` would start the clock of a new status anew."""
    source.version += 1
    source.updated_at = timezone.now()
    source.save(update_fields=[*fields, "version", "updated_at"])


def _leave(target: Ticket, merge: TicketMerge, others: list[TicketMerge]) -> None:
    """Let those who came with the merge go, but for whoever follows because of another one."""
    rows = {row.user_id: row for row in target.participants.filter(pk__in=merge.joined)}
    for other in others:
        kept = [rows.pop(one.user.pk) for one in _people(other.source) if one.user.pk in rows]
        if kept:
            other.joined = [*other.joined, *(row.pk for row in kept)]
            other.save(update_fields=["joined"])
    TicketParticipant.objects.filter(pk__in=[row.pk for row in rows.values()]).delete()


def _awaits_without(target: Ticket, merge: TicketMerge, others: list[TicketMerge]) -> bool:
    """Return whether the target's customer would wait for a word had there been no merge."""
    events = target.events.filter(pk__gt=merge.target_event_id, type__in=WORDS)
    if events.exists():
        return target.awaits_reply
    awaits = merge.target_awaited
    for later in (other for other in others if other.pk > merge.pk):
        if later.target_awaited != awaits:
            later.target_awaited = awaits
            later.save(update_fields=["target_awaited"])
        awaits = awaits or later.before["awaits_reply"]
    return awaits
