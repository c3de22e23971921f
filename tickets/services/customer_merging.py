"""Merging a customer into another one, and undoing exactly that for thirty days.

The source's tickets, the tickets that they follow and the notes about them become the target's;
the source's account is shut, and its number and address lead to the target. No event, message or
file changes its author. Nobody is told by mail: for the people outside nothing has happened.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.choices import AccountEventType
from accounts.models import Organization, User
from accounts.services import part_merged, shut_merged
from accounts.services import record as record_account
from tickets import signals
from tickets.choices import EventType
from tickets.models import CustomerMerge, CustomerNote, Rating, Ticket, TicketEvent
from tickets.models import TicketParticipant as Participant
from tickets.permissions import can_merge_customers
from tickets.services.changes import allow, check_actor

NOT_ALLOWED = "Only admins merge customers."
UNCONFIRMED = (
    "The address of {target} is not confirmed, that of {source} is: whoever made the one could"
    " read the tickets of the other. Merge the other way round."
)
# What the target takes over from the source where it has none.
GIVEN = ("organization_id", "phone")


@dataclass(frozen=True)
class CustomerMergePlan:
    """What merging will move, and what people should know before."""

    tickets: int
    open: int
    following: int
    notes: int
    ratings: int
    devices: int
    both_have_passwords: bool
    both_confirmed: bool
    organizations_differ: bool
    refusal: str


def plan_customer_merge(source: User, target: User) -> CustomerMergePlan:
    """Return what merging would do."""
    tickets = Ticket.objects.present().filter(customer=source)
    return CustomerMergePlan(
        tickets=tickets.count(),
        open=tickets.open().count(),
        following=source.participations.count(),
        notes=source.desk_notes.count(),
        ratings=Rating.objects.given().filter(customer=source).count(),
        devices=source.devices.filter(ended_at__isnull=True).count(),
        both_have_passwords=source.has_usable_password() and target.has_usable_password(),
        both_confirmed=source.is_email_verified and target.is_email_verified,
        organizations_differ=bool(source.organization_id)
        and bool(target.organization_id)
        and source.organization_id != target.organization_id,
        refusal=_why_not(source, target),
    )


@transaction.atomic
def merge_customers(
    source: User, *, target: User, actor: User, take_organization: bool = False
) -> CustomerMerge:
    """Let `source` go on as `target`; `take_organization`: who becomes one of the source's.

    A password, a name and an address stay those of the target, as does an organisation or a
    telephone number that it has.
    """
    allow(can_merge_customers(actor), NOT_ALLOWED)
    check_actor(actor)
    source, target = _held(source, target)
    if refusal := _why_not(source, target):
        raise ValidationError({"into": refusal}, code="refused")
    was_active = source.is_active
    accounts = list(source.merged_accounts.values_list("pk", flat=True))
    numbers = list(Ticket.objects.filter(customer=source).values_list("pk", flat=True))
    followed = list(source.participations.values_list("ticket_id", flat=True))
    _lock([*numbers, *followed])
    moved: dict[str, Any] = {
        "tickets": numbers,
        "accounts": accounts,
        "notes": _move(CustomerNote.objects.filter(customer=source), customer=target),
        "given": _give(source, target, take_organization=take_organization),
        **_move_participants(source, target, numbers),
    }
    _move_tickets(numbers, target)
    _bump(followed, numbers)
    _tell_tickets(numbers, followed, source, target, actor)
    _tell_profile(target, moved["given"], actor)
    shut_merged(source, into=target)
    signals.customers_merged.send(sender=Ticket, source=source, target=target)
    record_account(
        source,
        AccountEventType.MERGED,
        actor=actor,
        changes={"merged_into": [None, target.desk_id]},
    )
    record_account(
        target, AccountEventType.MERGED_IN, actor=actor, changes={"merged": [None, source.desk_id]}
    )
    return CustomerMerge.objects.create(
        source=source, target=target, merged_by=actor, was_active=was_active, moved=moved
    )


def _held(one: User, other: User) -> tuple[User, User]:
    """Return both afresh, locked in the order of their keys: crossing merges wait, one then fails.

    Not against whoever only refers to them (`no_key`): those who hold a ticket that we want may
    write a message of theirs meanwhile.
    """
    people = User.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    held = {person.pk: person for person in people.filter(pk__in=[one.pk, other.pk])}
    return held[one.pk], held[other.pk]


def _why_not(source: User, target: User) -> str:
    """Return why the two can't be merged, "" where they can."""
    if source.pk == target.pk:
        return "Nobody can be merged into themselves."
    for person in (source, target):
        if person.merged_into is not None:
            return f"{person.desk_id} was merged into {person.merged_into.desk_id} already."
        if person.deleted_at is not None:
            return f"{person.desk_id} was deleted."
        if not person.is_customer:
            return f"{person.name} is no customer."
    if not target.is_active:
        return f"{target.desk_id} may not sign in: merge the other way round, or let them in first."
    if source.is_email_verified and not target.is_email_verified:
        return UNCONFIRMED.format(source=source.desk_id, target=target.desk_id)
    return ""


def _lock(numbers: Iterable[int]) -> None:
    """Hold the tickets until the commit, in the order in which everybody locks several."""
    held = Ticket.objects.select_for_update().order_by("number").filter(pk__in=set(numbers))
    list(held.values_list("pk", flat=True))


def _move(rows: Any, **values: Any) -> list[int]:
    keys = list(rows.values_list("pk", flat=True))
    rows.model.objects.filter(pk__in=keys).update(**values)
    return keys


def _move_tickets(numbers: Collection[int], to: User) -> None:
    """Give the locked tickets, with what was said about our help there, to a customer."""
    tickets = Ticket.objects.filter(pk__in=numbers)
    # One form sent as both of them: each ticket stays one ticket.
    sent = Ticket.objects.filter(customer=to, submission_key__isnull=False)
    twice = tickets.filter(submission_key__in=list(sent.values_list("submission_key", flat=True)))
    twice.update(submission_key=None)
    tickets.update(customer=to, version=F("version") + 1, updated_at=timezone.now())
    Rating.objects.filter(ticket__in=numbers).update(customer=to)


def _bump(followed: Iterable[int], numbers: Collection[int]) -> None:
    others = set(followed) - set(numbers)
    tickets = Ticket.objects.filter(pk__in=others)
    tickets.update(version=F("version") + 1, updated_at=timezone.now())


def _move_participants(source: User, target: User, numbers: list[int]) -> dict[str, Any]:
    """Let the target follow what the source followed; nobody stands anywhere twice."""
    there = set(target.participations.values_list("ticket_id", flat=True))
    own = {*numbers, *Ticket.objects.filter(customer=target).values_list("pk", flat=True)}
    needless = Participant.objects.filter(
        Q(user=source, ticket__in=there | own) | Q(user=target, ticket__in=numbers)
    )
    columns = ("ticket_id", "user_id", "role", "name", "muted", "added_by_id")
    dropped = [dict(row) for row in needless.values(*columns)]
    needless.delete()
    return {
        "dropped": dropped,
        "participants": _move(Participant.objects.filter(user=source), user=target),
    }


def _give(source: User, target: User, *, take_organization: bool) -> dict[str, Any]:
    """Let the target take over what it has none of; return what changed."""
    given = {}
    for field in GIVEN:
        before, after = getattr(target, field), getattr(source, field)
        chosen = field == "organization_id" and take_organization
        if after and before != after and (chosen or not before):
            given[field] = [before, after]
            setattr(target, field, after)
    if given:
        target.save(update_fields=list(given))
    return given


def _tell_tickets(
    numbers: Iterable[int], followed: Iterable[int], before: User, after: User, actor: User
) -> None:
    """Write on each ticket whose it is now, or who follows it: a line for staff, and no mail."""
    names = [before.name, after.name]
    what = dict.fromkeys(followed, "participant") | dict.fromkeys(numbers, "customer")
    tickets = Ticket.objects.select_related("customer__organization", "category__parent")
    found = tickets.in_bulk(list(what))
    events = []
    for number, word in sorted(what.items()):
        event = TicketEvent(ticket=found[number], type=EventType.CUSTOMER_CHANGED, actor=actor)
        event.changes = {word: names, "numbers": [before.desk_id, after.desk_id]}
        events.append(event)
    TicketEvent.objects.bulk_create(events)
    for event in events:
        signals.event_recorded.send(sender=Ticket, event=event)


def _tell_profile(target: User, changes: dict[str, Any], actor: User) -> None:
    """Write into the target's history what else became of them."""
    told = dict(changes)
    if pair := told.pop("organization_id", None):
        names = dict(
            Organization.objects.filter(pk__in=filter(None, pair)).values_list("pk", "name")
        )
        told["organization"] = [names.get(key, "") for key in pair]
    if told:
        record_account(target, AccountEventType.PROFILE_CHANGED, actor=actor, changes=told)


# Undoing ----------------------------------------------------------------------------------------


@transaction.atomic
def undo_customer_merge(source: User, *, actor: User) -> User:
    """Let the source be a customer of their own again, with exactly what moved; return them.

    What changed meanwhile stays as it is: who was removed from a ticket stays removed, a removed
    note is gone, a new organisation stays. What came later stays with the target.
    """
    allow(can_merge_customers(actor), "Only admins undo merges of customers.")
    check_actor(actor)
    merge = CustomerMerge.objects.standing().filter(source=source).first()
    if merge is None:
        raise ValidationError({"customer": f"{source.desk_id} is not merged."}, code="unmerged")
    source, target = _held(source, merge.target)
    merge.refresh_from_db()
    _check_undo(merge, source, target)
    moved = merge.moved
    followed = _followed(merge)
    _lock([*moved["tickets"], *followed])
    part_merged(source, is_active=merge.was_active)
    User.objects.filter(pk__in=moved["accounts"], merged_into=target).update(merged_into=source)
    back = Ticket.objects.filter(pk__in=moved["tickets"], customer=target)
    numbers = list(back.values_list("pk", flat=True))
    _move_tickets(numbers, source)
    followed = _move_participants_back(merge)
    _bump(followed, numbers)
    _move(CustomerNote.objects.filter(pk__in=moved["notes"], customer=target), customer=source)
    _tell_profile(target, _take_back(target, moved["given"]), actor)
    _tell_tickets(numbers, followed, target, source, actor)
    merge.undone_at, merge.undone_by = timezone.now(), actor
    merge.save(update_fields=["undone_at", "undone_by"])
    told = {"merged_into": [target.desk_id, None]}
    record_account(source, AccountEventType.UNMERGED, actor=actor, changes=told)
    told = {"merged": [source.desk_id, None]}
    record_account(target, AccountEventType.TAKEN_OUT, actor=actor, changes=told)
    return source


def _check_undo(merge: CustomerMerge, source: User, target: User) -> None:
    if merge.undone_at is not None:
        raise ValidationError({"customer": f"{source.desk_id} is not merged."}, code="unmerged")
    if timezone.now() > merge.undo_until:
        sentence = "A merge can be undone for 30 days, which are over."
        raise ValidationError({"customer": sentence}, code="over")
    if source.deleted_at is not None:
        raise ValidationError({"customer": f"{source.desk_id} was deleted."}, code="deleted")
    if target.merged_into is not None:
        sentence = (
            f"{target.desk_id} was merged into {target.merged_into.desk_id}: undo that first."
        )
        raise ValidationError({"customer": sentence}, code="merged")


def _followed(merge: CustomerMerge) -> list[int]:
    rows = Participant.objects.filter(pk__in=merge.moved["participants"])
    return list(rows.values_list("ticket_id", flat=True))


def _move_participants_back(merge: CustomerMerge) -> list[int]:
    """Return the tickets that the source follows again; the tickets are theirs already."""
    moved, source, target = merge.moved, merge.source_id, merge.target_id
    rows = Participant.objects.filter(pk__in=moved["participants"], user=target)
    rows = rows.exclude(ticket__customer=source)
    taken = Participant.objects.filter(user=source).values_list("ticket_id", flat=True)
    rows = rows.exclude(ticket__in=list(taken))
    followed = list(rows.values_list("ticket_id", flat=True))
    rows.update(user=source)
    return [*followed, *(row["ticket_id"] for row in moved["dropped"] if _restore(row, target))]


def _restore(row: dict[str, Any], target: int) -> bool:
    """Put back a row that was needless, unless the person was removed there meanwhile."""
    ticket = Ticket.objects.filter(pk=row["ticket_id"]).first()
    if ticket is None or ticket.customer_id == row["user_id"]:
        return False
    people = ticket.participants.values_list("user_id", flat=True)
    is_there = row["user_id"] == target or ticket.customer_id == target or target in people
    if not is_there or row["user_id"] in people:
        return False
    Participant.objects.create(**row)
    return True


def _take_back(target: User, given: dict[str, Any]) -> dict[str, Any]:
    """Take back what the target was given and still has; return what changed."""
    taken = {}
    for name, (before, after) in given.items():
        if getattr(target, name) != after:
            continue
        if name == "organization_id" and not Organization.objects.filter(pk=before).exists():
            before = None  # it was deleted meanwhile
        setattr(target, name, before)
        taken[name] = [after, before]
    if taken:
        target.save(update_fields=list(taken))
    return taken
