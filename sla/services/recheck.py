"""What is stored of targets against what the events say: reads only."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest

from django.db import transaction

from sla.arithmetic import used
from sla.choices import ClockKind, SegmentState
from sla.course import HOURS_CHANGED, NO_POLICY, NO_TARGET, Tracked, due_of, next_due
from sla.models import CalendarVersion, Clock, ClockSegment, TicketTerms
from sla.services.clocks import promise_of
from sla.services.history import TermsChange
from sla.services.replay import Forgotten, changes_of, events_of, replay
from sla.services.versions import Versions
from tickets.choices import NEVER, EventType
from tickets.models import Ticket, TicketEvent

# Parts of one change are written moments apart.
SAME_MOMENT = timedelta(seconds=2)
# Signs of other terms, on tickets whose changes of terms were not written down.
RETARGETED = frozenset({NO_POLICY, NO_TARGET, HOURS_CHANGED})
# After these the events alone do not say whether the customer waits for a word.
AWAITING_UNKNOWN = frozenset(
    {
        EventType.MERGED_IN,
        EventType.TAKEN_OUT,
        EventType.UNMERGED,
        EventType.MESSAGE_WITHDRAWN,
    }
)
UNRECORDED = (
    "not computed from its events: its targets were changed before such changes were written"
    " down; its clocks were checked against their segments only"
)
ERASED = (
    "not computed from its events: its texts were removed for good, and with them what was"
    " promised; its clocks were checked against their segments only"
)
REPLIES_UNKNOWN = (
    "next replies not computed from its events: a message was withdrawn or tickets were merged;"
    " those clocks were checked against their segments only"
)

# The keys of a version of a policy and of one of working hours.
Keys = tuple[int | None, int | None]


@dataclass
class Finding:
    """What is wrong with a ticket's clocks, and why not all was computed from events, if so."""

    ticket: Ticket
    differences: list[str] = field(default_factory=list)
    unknown: str = ""


@dataclass
class _Stored:
    """What is stored of one ticket, and what happened to it."""

    ticket: Ticket
    life: list[Tracked]
    row: TicketTerms | None
    events: list[TicketEvent]
    awaiting_unknown: bool


def recheck(ticket: Ticket) -> list[str]:
    """Compute the ticket's clocks anew and return each difference to what is stored, in words."""
    return recheck_some([ticket])[0].differences


def recheck_some(tickets: Sequence[Ticket]) -> list[Finding]:
    """Do so for some tickets, by as many queries as for one.

    One that differs is read once more under its lock: it may have changed while it was read.
    """
    found = _compare(tickets)
    for number, finding in enumerate(found):
        if finding.differences:
            with transaction.atomic():
                held = Ticket.objects.select_for_update(of=("self",)).filter(pk=finding.ticket.pk)
                found[number] = _compare(list(held))[0]
    return found


def _compare(tickets: Sequence[Ticket]) -> list[Finding]:
    stored, versions = _load(tickets)
    return [_Check(one, versions).finding() for one in stored]


def _load(tickets: Sequence[Ticket]) -> tuple[list[_Stored], Versions]:
    """Return what is stored of each ticket; versions are loaded once for all of them."""
    numbers = [ticket.pk for ticket in tickets]
    clocks = list(Clock.objects.filter(ticket__in=numbers).order_by("id"))
    rows = TicketTerms.objects.in_bulk(numbers)
    events = events_of(tickets)
    segments: dict[int, list[ClockSegment]] = {}
    parts = ClockSegment.objects.filter(clock__in=[clock.pk for clock in clocks])
    for segment in parts.order_by("begins_at", "id"):
        segments.setdefault(segment.clock_id, []).append(segment)
    changes = [change for one in events.values() for change in _known_changes(one)]
    policies = {key for change in changes for key in change.policy}
    policies |= {row.policy_version_id for row in rows.values()}
    policies |= {clock.policy_version_id for clock in clocks}
    hours = {key for change in changes for key in change.hours}
    hours |= {row.calendar_version_id for row in rows.values()}
    hours |= {part.calendar_version_id for found in segments.values() for part in found}
    versions = Versions()
    versions.load(policies=policies, hours=hours)
    lives: dict[int, list[Tracked]] = {}
    for clock in clocks:
        own = segments.get(clock.pk, [])
        versions.give_hours(own)
        lives.setdefault(clock.ticket_id, []).append(Tracked(clock, own))
    unsure = TicketEvent.objects.filter(ticket__in=numbers, type__in=AWAITING_UNKNOWN)
    unknown = set(unsure.values_list("ticket", flat=True))
    stored = [
        _Stored(
            ticket=ticket,
            life=lives.get(ticket.pk, []),
            row=rows.get(ticket.pk),
            events=events.get(ticket.pk, []),
            awaiting_unknown=ticket.pk in unknown,
        )
        for ticket in tickets
    ]
    return stored, versions


def _known_changes(events: Iterable[TicketEvent]) -> list[TermsChange]:
    try:
        return [change for _, change in changes_of(events)]
    except Forgotten:
        return []


class _Check:
    """The comparison of one ticket."""

    def __init__(self, stored: _Stored, versions: Versions) -> None:
        self.stored, self.versions = stored, versions

    def finding(self) -> Finding:
        stored = self.stored
        finding = Finding(stored.ticket)
        finding.differences += [words for one in stored.life for words in _miscounted(one)]
        due = next_due(stored.life) or NEVER
        if due != stored.ticket.next_due_at:
            finding.differences.append(f"next due {_at(stored.ticket.next_due_at)}, not {_at(due)}")
        if stored.row is None:
            finding.differences.append("what it goes by is missing")
            return finding
        try:
            strayed = list(self.strayed(stored.row))
        except Forgotten:
            finding.unknown = ERASED
            return finding
        if strayed and not stored.row.is_recorded and self.was_retargeted(stored.row):
            finding.unknown = UNRECORDED
            return finding
        finding.differences += strayed
        if stored.awaiting_unknown:
            finding.unknown = REPLIES_UNKNOWN
        return finding

    def strayed(self, row: TicketTerms) -> Iterator[str]:
        """Yield where clocks are not those that the events make. Raises `Forgotten`."""
        promised = (e for e in self.stored.events if e.type == EventType.UPDATE_PROMISED)
        if any(promise_of(event) is None for event in promised):
            raise Forgotten
        changes = [change for _, change in changes_of(self.stored.events)]
        first: Keys = (row.policy_version_id, row.calendar_version_id)
        if changes:
            first = (changes[0].policy[0], changes[0].hours[0])
        yield from self.broken_chain(row, first, changes)
        terms = self.versions.of(*first)
        again = _by_cycle(replay(self.stored.ticket, self.stored.events, terms, self.versions))
        kept = _by_cycle(self.stored.life)
        for key in sorted(kept.keys() | again.keys()):
            if not self.is_known(key[0]):
                continue
            stored, wanted = kept.get(key), again.get(key)
            name = f"{ClockKind(key[0]).label} {key[1]}"
            if stored is None or wanted is None:
                yield f"{name}: {'missing' if stored is None else 'not in the events'}"
            else:
                yield from (f"{name}: {words}" for words in self.differences(stored, wanted))

    def broken_chain(
        self, row: TicketTerms, first: Keys, changes: Sequence[TermsChange]
    ) -> Iterator[str]:
        """Yield where one change does not go on from what the one before it left."""
        goes_by = first
        for change in changes:
            before: Keys = (change.policy[0], change.hours[0])
            if before != goes_by:
                yield f"went by {self.name(goes_by)}, then changed from {self.name(before)}"
            goes_by = (change.policy[1], change.hours[1])
        now = (row.policy_version_id, row.calendar_version_id)
        if now != goes_by:
            yield f"goes by {self.name(now)}, not {self.name(goes_by)}"

    def name(self, keys: Keys) -> str:
        terms = self.versions.of(*keys)
        return f"{terms.policy or 'no policy'} with {terms.calendar or 'no working hours'}"

    def is_known(self, kind: str) -> bool:
        """Whether the events say all about clocks of this kind."""
        return not (kind == ClockKind.NEXT_RESPONSE and self.stored.awaiting_unknown)

    def was_retargeted(self, row: TicketTerms) -> bool:
        """Whether there are signs of terms that no event tells of."""
        changes = _known_changes(self.stored.events)
        policies = {row.policy_version_id, *(key for one in changes for key in one.policy)}
        hours = {row.calendar_version_id, *(key for one in changes for key in one.hours), None}
        return any(
            tracked.clock.start_event_id is None
            or tracked.clock.policy_version_id not in policies
            or any(
                part.reason in RETARGETED or part.calendar_version_id not in hours
                for part in tracked.segments
            )
            for tracked in self.stored.life
            if tracked.clock.kind != ClockKind.PROMISE
        )

    def differences(self, stored: Tracked, wanted: Tracked) -> Iterator[str]:
        """Yield where a stored clock is not the one that the events make."""
        one, other = stored.clock, wanted.clock
        if one.policy_version_id != other.policy_version_id:
            policies = (one.policy_version_id, other.policy_version_id)
            yield "by {}, not {}".format(*(self.versions.of(key, None).policy for key in policies))
        if one.target != other.target:
            yield f"a target of {one.target} s, not {other.target} s"
        if not _close(one.started_at, other.started_at):
            yield f"began {_at(one.started_at)}, not {_at(other.started_at)}"
        if not _close(one.ended_at, other.ended_at):
            yield f"ended {_at(one.ended_at)}, not {_at(other.ended_at)}"
        if one.technician_id != other.technician_id:
            yield f"was technician {one.technician_id}'s, not {other.technician_id}'s"
        for turn, expected in zip_longest(_turns(stored), _turns(wanted)):
            if turn is None or expected is None or not turn.is_like(expected):
                yield f"{turn or 'nothing more'}, not {expected or 'nothing more'}"
                return


@dataclass(frozen=True)
class _Turn:
    """The moment (UTC) from which a clock ran by a version of hours, or stood still (a reason)."""

    at: datetime
    state: str
    hours: CalendarVersion | None
    reason: str

    def is_like(self, other: "_Turn") -> bool:
        return self.goes_on(other) and _close(self.at, other.at)

    def goes_on(self, other: "_Turn") -> bool:
        """Whether it is no other state than `other`."""
        return (self.state, self.hours, self.reason) == (other.state, other.hours, other.reason)

    def __str__(self) -> str:
        if self.state == SegmentState.RUNNING:
            return f"ran by {self.hours or 'all hours'} from {_at(self.at)}"
        return f"stood still ({self.reason}) from {_at(self.at)}"


def _turns(tracked: Tracked) -> list[_Turn]:
    """Return when a clock began to run or to stand still, without what took but a moment."""
    turns: list[_Turn] = []
    for segment in tracked.segments:
        if segment.ends_at is not None and _close(segment.begins_at, segment.ends_at):
            continue
        reason = "" if segment.is_running else segment.reason
        turn = _Turn(segment.begins_at, segment.state, segment.calendar_version, reason)
        if not turns or not turns[-1].goes_on(turn):
            turns.append(turn)
    return turns


def _by_cycle(life: Iterable[Tracked]) -> dict[tuple[str, int], Tracked]:
    return {(one.clock.kind, one.clock.cycle): one for one in life}


def _miscounted(tracked: Tracked) -> Iterator[str]:
    """Yield where a clock's figures are not those of its segments."""
    clock, name = tracked.clock, f"{tracked.clock.get_kind_display()} {tracked.clock.cycle}"
    if not tracked.segments:
        yield f"{name}: no segments"
        return
    begins = [part.begins_at for part in tracked.segments]
    ends = [part.ends_at for part in tracked.segments]
    if [clock.started_at, *ends] != [*begins, clock.ended_at]:
        yield f"{name}: its segments do not follow one another from its beginning to its end"
    due = due_of(tracked)
    if due != clock.due_at:
        yield f"{name}: due {_at(clock.due_at)}, not {_at(due)}"
    if clock.is_open:
        count = met = None
    else:
        assert clock.ended_at is not None
        count = used(tracked.stretches, clock.ended_at)
        met = None if clock.target is None else count <= clock.target
    if (count, met) != (clock.used, clock.is_met):
        yield f"{name}: {clock.used} s counted, met {clock.is_met}; not {count} s, {met}"


def _close(one: datetime | None, other: datetime | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= SAME_MOMENT


def _at(moment: datetime | None) -> str:
    return "never" if moment in (None, NEVER) else f"{moment:%Y-%m-%d %H:%M:%S}"
