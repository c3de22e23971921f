"""Following a ticket: each change moves its clocks in the transaction of the change."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from accounts.compiled import insert, set_columns_of
from sla.course import DELETED, MERGED, Fact, Terms, Tracked, advance, next_due
from sla.models import Clock, ClockSegment, EscalationRun, TicketTerms
from sla.services.history import describe, write_down
from sla.services.terms import asks_for_tags, choose, kept_terms, terms_of
from sla.services.versions import Versions
from tickets.choices import EventType, Visibility
from tickets.models import Ticket, TicketEvent
from tickets.services import set_next_due

# What can move a clock; all else costs nothing.
MOVING = frozenset(
    {
        EventType.CREATED,
        EventType.ASSIGNED,
        EventType.UNASSIGNED,
        EventType.REPLY_ADDED,
        EventType.UPDATE_PROMISED,
        EventType.STATUS_CHANGED,
        EventType.PRIORITY_CHANGED,
        EventType.CATEGORY_CHANGED,
        EventType.CUSTOMER_CHANGED,
        EventType.RESOLVED,
        EventType.CLOSED,
        EventType.REOPENED,
        EventType.DELETED,
        EventType.RESTORED,
        EventType.MERGED,
        EventType.UNMERGED,
    }
)
# What moves one only where a policy is for some tags.
TAGGING = frozenset({EventType.TAGGED, EventType.UNTAGGED})
# After which another policy may hold.
CHOOSING = TAGGING | {
    EventType.PRIORITY_CHANGED,
    EventType.CATEGORY_CHANGED,
    EventType.CUSTOMER_CHANGED,
}

CLOCK_FIELDS = (
    "policy_version",
    "target",
    "due_at",
    "next_level_at",
    "ended_at",
    "is_met",
    "used",
    "end_event",
    "technician",
)
SEGMENT_FIELDS = ("ends_at", "calendar_version")


def follow(event: TicketEvent) -> None:
    """Move the clocks of the event's ticket, which is locked (or has just been raised)."""
    if event.type not in MOVING and not (event.type in TAGGING and asks_for_tags()):
        return
    ticket = event.ticket
    life: list[Tracked] = []
    before, row = None, None
    if event.type != EventType.CREATED:
        row = (
            TicketTerms.objects.filter(ticket=ticket)
            .select_related("policy_version", "calendar_version")
            .first()
        )
        before = kept_terms(row) if row else None
        hours = row.calendar_version if row else None
        versions = Versions(hours={hours.pk: hours} if hours else {})
        life = load_many([ticket.pk], versions).get(ticket.pk, [])
        if row is None and not life:
            return  # never followed: a clock would begin in the middle of its story
    terms = next_terms(event, ticket, before)
    if before is not None:
        write_down([(ticket, describe(before, terms, cause=event))], at=event.at)
    settle(ticket, life, fact_of(event, ticket), terms, row=row)


def next_terms(event: TicketEvent, ticket: Ticket, before: Terms | None) -> Terms:
    """Return what the ticket goes by from the event on.

    It keeps its versions as long as the same policy holds.
    """
    if before is not None and event.type not in CHOOSING:
        return before
    chosen = choose(ticket)
    kept = before.policy if before else None
    if before is not None and chosen and kept and chosen.policy_id == kept.policy_id:
        return before
    terms = terms_of(chosen)
    if (
        before is not None
        and terms.calendar
        and before.calendar
        and terms.calendar.calendar_id == before.calendar.calendar_id
    ):
        return Terms(terms.policy, before.calendar, terms.levels)
    return terms


def fact_of(event: TicketEvent, ticket: Ticket) -> Fact:
    """Return what the event means, with the ticket as it stands after it."""
    return Fact(
        at=event.at,
        status=ticket.status,
        event=event,
        desk_spoke=spoke(event),
        answered=ticket.first_answered_at is not None,
        awaits=ticket.awaits_reply,
        halted=halted(ticket),
        technician=ticket.technician_id,
        promise=promise_of(event),
    )


def promise_of(event: TicketEvent) -> datetime | None:
    """Return by when (UTC) an update was promised with the event, if it was and is still known.

    The texts of a ticket that was deleted long ago are gone.
    """
    until = event.changes.get("until") if event.type == EventType.UPDATE_PROMISED else None
    return datetime.fromisoformat(until) if until else None


def spoke(event: TicketEvent) -> bool:
    """Whether somebody at the desk spoke to the customer."""
    comment = event.comment
    if comment is None or comment.visibility != Visibility.PUBLIC:
        return False
    return not comment.author.is_customer


def halted(ticket: Ticket) -> str:
    """Return why nothing counts on the ticket, if so."""
    if ticket.deleted_at is not None:
        return DELETED
    return MERGED if ticket.merged_into_id else ""


def settle(
    ticket: Ticket,
    life: list[Tracked],
    fact: Fact,
    terms: Terms,
    *,
    row: TicketTerms | None = None,
) -> None:
    """Let the clocks follow a fact, and store what changed."""
    advance(life, fact, terms)
    store({ticket.pk: life})
    keep_terms(ticket, row, terms)
    set_next_due(ticket, next_due(life))


def fact_now(ticket: Ticket, at: datetime) -> Fact:
    """Return how the ticket stands, without anything that happened."""
    return Fact(
        at=at,
        status=ticket.status,
        answered=ticket.first_answered_at is not None,
        awaits=ticket.awaits_reply,
        halted=halted(ticket),
        technician=ticket.technician_id,
    )


def load_many(numbers: Collection[int], versions: Versions) -> dict[int, list[Tracked]]:
    """Return the clocks of each ticket that has some, the open ones with segments and levels.

    The same few queries for any number of tickets; the hours that clocks ran by are shared, and
    added to `versions`.
    """
    clocks = list(Clock.objects.filter(ticket__in=numbers).order_by("id"))
    still_open = [clock.pk for clock in clocks if clock.is_open]
    rows = ClockSegment.objects.filter(clock__in=still_open).order_by("begins_at", "id")
    segments: dict[int, list[ClockSegment]] = {}
    for segment in rows:
        segments.setdefault(segment.clock_id, []).append(segment)
    versions.load(hours={part.calendar_version_id for own in segments.values() for part in own})
    runs = EscalationRun.objects.filter(clock__in=still_open, level__isnull=False)
    reached: dict[int, set[int]] = {}
    for clock_id, level in runs.values_list("clock", "level"):
        reached.setdefault(clock_id, set()).add(level)
    found: dict[int, list[Tracked]] = {}
    for clock in clocks:
        own = segments.get(clock.pk, [])
        versions.give_hours(own)
        tracked = Tracked(clock, own, reached.get(clock.pk, ()))
        found.setdefault(clock.ticket_id, []).append(tracked)
    return found


def store(lives: Mapping[int, Iterable[Tracked]]) -> None:
    """Write the clocks that changed, and their segments; keys are the tickets' numbers."""
    moved = [(number, one) for number, life in lives.items() for one in life if one.changed]
    for number, one in moved:
        one.clock.ticket_id = number
    clocks = [one.clock for _, one in moved]
    fresh = [clock for clock in clocks if clock.pk is None]
    known = [clock for clock in clocks if clock.pk is not None]
    if fresh:
        insert(fresh)
    if known:
        set_columns_of(known, CLOCK_FIELDS)
    kept = [segment for _, one in moved for segment in one.touched]
    if kept:
        set_columns_of(kept, SEGMENT_FIELDS)
    added = [part for _, one in moved for part in one.segments if part.pk is None]
    for segment in added:
        segment.clock_id = segment.clock.pk
    if added:
        insert(added)
    for _, one in moved:
        one.changed = False
        one.touched.clear()


def keep_terms(ticket: Ticket, row: TicketTerms | None, terms: Terms) -> None:
    """Remember what the ticket goes by from now on."""
    policy, calendar = terms.policy, terms.calendar
    if row is None:
        insert([TicketTerms(ticket=ticket, policy_version=policy, calendar_version=calendar)])
    elif (row.policy_version, row.calendar_version) != (policy, calendar):
        row.policy_version, row.calendar_version = policy, calendar
        row.save()
