"""A ticket's events once more: the clocks that follow from them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from sla.course import DELETED, MERGED, Fact, Terms, Tracked, advance, next_due, set_due, take_over
from sla.models import TicketTerms
from sla.services.clocks import MOVING, promise_of, spoke, store
from sla.services.history import TermsChange, read
from sla.services.terms import active_policies, choose, terms_of
from sla.services.versions import Versions
from tickets.choices import EventType, Status
from tickets.models import Ticket, TicketEvent
from tickets.services import set_next_dues

HALTS = {
    EventType.DELETED: DELETED,
    EventType.RESTORED: "",
    EventType.MERGED: MERGED,
    EventType.UNMERGED: "",
}
# What is told again: what moves clocks, and what they went by.
TOLD = MOVING | {EventType.TARGETS_CHANGED}


def events_of(tickets: Iterable[Ticket]) -> dict[int, list[TicketEvent]]:
    """Return the events of each ticket that can be told again, in order, by one query."""
    events = TicketEvent.objects.filter(ticket__in=tickets, type__in=TOLD).order_by("id")
    found: dict[int, list[TicketEvent]] = {}
    for event in events.select_related("comment__author", "detail", "actor"):
        found.setdefault(event.ticket_id, []).append(event)
    return found


def _after(state: Fact, event: TicketEvent) -> Fact:
    changes = event.changes
    status = changes["status"][1] if changes.get("status") else state.status
    desk = spoke(event)
    technician = state.technician
    if event.type in (EventType.ASSIGNED, EventType.UNASSIGNED):
        technician = event.technician_id if event.type == EventType.ASSIGNED else None
    return replace(
        state,
        at=event.at,
        status=status,
        event=event,
        desk_spoke=desk,
        answered=state.answered or desk,
        awaits=_awaits(state, event, desk=desk),
        halted=HALTS.get(EventType(event.type), state.halted),
        technician=technician,
        promise=promise_of(event),
    )


def _awaits(state: Fact, event: TicketEvent, *, desk: bool) -> bool:
    match event.type:
        case EventType.REPLY_ADDED:
            return not desk and not event.changes.get("courtesy")
        case EventType.RESOLVED | EventType.CLOSED:
            return False
        case EventType.REOPENED:
            return event.actor is None or event.actor.is_customer
    return state.awaits


class Forgotten(Exception):
    """An event no longer says what was promised: its detail was erased."""


def replay(
    ticket: Ticket,
    events: Sequence[TicketEvent],
    terms: Terms,
    versions: Versions | None = None,
) -> list[Tracked]:
    """Return the clocks that the ticket's `events` make, by `terms` from the first one on.

    `versions` has those that the events name. Raises `Forgotten`.
    """
    life: list[Tracked] = []
    state = Fact(at=ticket.raised_at, status=Status.PENDING)
    for event, change in _with_changes(events):
        state = _after(state, event)
        if change is not None:
            assert versions is not None
            terms = versions.of(change.policy[1], change.hours[1])
            if change.begins:
                life.clear()  # what came before was not followed
            if change.since is not None:
                _count_by(life, terms, change.since)
                continue
        advance(life, state, terms)
    return life


def _with_changes(
    events: Iterable[TicketEvent],
) -> Iterator[tuple[TicketEvent, TermsChange | None]]:
    """Yield each event with the change of the terms that it is, or that it led to."""
    rows = list(events)
    found = dict(changes_of(rows))
    by_cause = {change.cause: change for change in found.values()}
    for event in rows:
        if event.pk not in found:
            yield event, by_cause.get(event.pk)
        elif found[event.pk].cause is None:
            yield event, found[event.pk]


def changes_of(events: Iterable[TicketEvent]) -> Iterator[tuple[int, TermsChange]]:
    """Yield the changes of the terms among the events, by the events' keys. Raises `Forgotten`."""
    for event in events:
        if event.type == EventType.TARGETS_CHANGED:
            change = read(event)
            if change is None:
                raise Forgotten
            yield event.pk, change


def _count_by(life: Iterable[Tracked], terms: Terms, since: datetime) -> None:
    for tracked in life:
        if tracked.clock.is_open and terms.calendar is not None:
            take_over(tracked, terms.calendar, since)
            if tracked.changed:
                set_due(tracked, terms.levels)


def begin_with(tickets: Iterable[Ticket], *, now: datetime | None = None) -> int:
    """Give tickets that have none the clocks of their whole story; return how many got them.

    For rows that were not made by services (demo data). Levels that were reached before now stay
    silent.
    """
    moment, policies = now or timezone.now(), active_policies()
    known: dict[int | None, Terms] = {}
    lives: dict[int, list[Tracked]] = {}
    rows, dues = [], []
    tickets = list(tickets)
    events = events_of(tickets)
    for ticket in tickets:
        chosen = choose(ticket, policies)
        key = chosen.pk if chosen else None
        terms = known.get(key) or known.setdefault(key, terms_of(chosen))
        lives[ticket.pk] = life = replay(ticket, events.get(ticket.pk, ()), terms)
        for tracked in life:
            tracked.clock.next_level_at = None
            if tracked.clock.is_open:
                set_due(tracked, terms.levels, after=moment)
        rows.append(
            TicketTerms(ticket=ticket, policy_version=terms.policy, calendar_version=terms.calendar)
        )
        dues.append((ticket, next_due(life)))
    with transaction.atomic():
        store(lives)
        TicketTerms.objects.bulk_create(rows)
        set_next_dues(dues)
    return len(rows)
