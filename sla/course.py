"""What a fact means to a ticket's clocks: pure rules on rows that somebody else loads and stores.

`advance` is the whole of it. The same rules follow a ticket as it changes and go through its
events again to check what was stored.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sla.arithmetic import Stretch, reach, used
from sla.choices import ANSWER_KINDS, POLICY_KINDS, ClockKind, SegmentState
from sla.models import (
    CalendarVersion,
    Clock,
    ClockSegment,
    EscalationLevel,
    PolicyVersion,
)
from tickets.choices import DONE_STATUSES, Status
from tickets.models import TicketEvent

NO_POLICY = "No policy applies"
NO_TARGET = "The policy sets no target"
DELETED = "The ticket was deleted"
MERGED = "The ticket goes on as another one"
HOURS_CHANGED = "Other working hours"


@dataclass(frozen=True)
class Fact:
    """Where a ticket stands from `at` (UTC) on, and who spoke publicly at that moment.

    `answered`: the desk has answered at least once; `awaits`: the customer had the last word;
    `promise`: by when the desk promised the next word; `halted`: why
    nothing counts at all (deleted, merged), if so.
    """

    at: datetime
    status: str
    event: TicketEvent | None = None
    desk_spoke: bool = False
    answered: bool = False
    awaits: bool = True
    halted: str = ""
    technician: int | None = None
    promise: datetime | None = None

    @property
    def is_done(self) -> bool:
        return self.status in DONE_STATUSES and not self.halted


@dataclass(frozen=True)
class Terms:
    """What a ticket goes by; without a policy nothing is promised."""

    policy: PolicyVersion | None = None
    calendar: CalendarVersion | None = None
    levels: Sequence[EscalationLevel] = ()


@dataclass
class Tracked:
    """A clock with its segments in order, the levels that it has reached, and what is unsaved."""

    clock: Clock
    segments: list[ClockSegment] = field(default_factory=list)
    reached: Collection[int] = ()
    changed: bool = False
    # Stored segments that are not as they were stored.
    touched: list[ClockSegment] = field(default_factory=list)

    @property
    def stretches(self) -> list[Stretch]:
        return [segment.stretch for segment in self.segments]

    @property
    def last(self) -> ClockSegment:
        return self.segments[-1]

    def go_on(
        self,
        at: datetime,
        *,
        calendar: CalendarVersion | None,
        pause: str | None,
        event: TicketEvent | None,
        reason: str = "",
    ) -> None:
        """Begin a new segment at `at` (UTC), which ends the one before.

        `pause` says why the clock stands still (None: it runs by `calendar`, or without one by
        all hours); `reason`, why a running one begins anew; `event`, what led to it.
        """
        if self.segments:
            self.last.ends_at = at
            self.touch(self.last)
        state = SegmentState.RUNNING if pause is None else SegmentState.PAUSED
        segment = ClockSegment(
            clock=self.clock,
            state=state,
            reason=pause or reason,
            begins_at=at,
            calendar_version=calendar if pause is None else None,
            event=event,
        )
        self.segments.append(segment)
        self.changed = True

    def touch(self, segment: ClockSegment) -> None:
        """Remember that a segment of the clock was changed."""
        self.changed = True
        if segment.pk is not None and segment not in self.touched:
            self.touched.append(segment)


def advance(life: list[Tracked], fact: Fact, terms: Terms) -> None:
    """Let the clocks of a ticket end, begin, pause and go on as a fact demands.

    `life` holds all clocks of the ticket; new ones are appended.
    """
    for tracked in _open(life):
        answered = fact.desk_spoke and tracked.clock.kind in ANSWER_KINDS
        if answered or fact.is_done:
            end(tracked, fact)
    if not fact.is_done and not fact.halted:
        for kind in _wanted(life, fact):
            begin(life, kind, fact, terms)
        if fact.promise is not None:
            begin_promise(life, fact, fact.promise)
    for tracked in _open(life):
        keep_up(tracked, fact, terms)


def _open(life: Iterable[Tracked]) -> list[Tracked]:
    return [tracked for tracked in life if tracked.clock.is_open]


def _wanted(life: Iterable[Tracked], fact: Fact) -> list[ClockKind]:
    first = ClockKind.FIRST_RESPONSE
    answered = fact.answered or any(
        one.clock.kind == first and not one.clock.is_open for one in life
    )
    wanted = [ClockKind.RESOLUTION]
    if not answered:
        wanted.append(first)
    else:
        wanted.append(ClockKind.UPDATE)
        if fact.awaits:
            wanted.append(ClockKind.NEXT_RESPONSE)
    return wanted


def begin(life: list[Tracked], kind: ClockKind, fact: Fact, terms: Terms) -> None:
    """Begin a clock, unless one of its kind is open or nothing is promised."""
    same = [tracked.clock for tracked in life if tracked.clock.kind == kind]
    if terms.policy is None or terms.policy.target(kind) is None:
        return
    if any(clock.is_open for clock in same):
        return
    event = fact.event
    cycle = 1 + max((clock.cycle for clock in same), default=0)
    clock = Clock(kind=kind, cycle=cycle, started_at=fact.at, start_event=event)
    life.append(Tracked(clock, changed=True))


def begin_promise(life: list[Tracked], fact: Fact, until: datetime) -> None:
    """Begin the clock of a promise, which counts all the time there is; it replaces an open one."""
    kind = ClockKind.PROMISE
    same = [tracked for tracked in life if tracked.clock.kind == kind]
    for tracked in _open(same):
        end(tracked, fact)
    cycle = 1 + max((tracked.clock.cycle for tracked in same), default=0)
    # What is promised for this very second is due now.
    target = max(0, int(until.timestamp()) - int(fact.at.timestamp()))
    clock = Clock(kind=kind, cycle=cycle, started_at=fact.at, start_event=fact.event, target=target)
    life.append(Tracked(clock, changed=True))


def keep_up(tracked: Tracked, fact: Fact, terms: Terms) -> None:
    """Pause an open clock, let it run, or give it another target, as the ticket stands now."""
    clock = tracked.clock
    if clock.kind in POLICY_KINDS:
        pause, calendar = _pause(clock.kind, fact, terms), terms.calendar
        target = terms.policy.target(clock.kind) if terms.policy else None
        if (clock.target, clock.policy_version_id) != (target, terms.policy and terms.policy.pk):
            clock.target, clock.policy_version = target, terms.policy
            tracked.changed = True
    else:
        pause, calendar = fact.halted or None, None
    run_or_pause(tracked, fact, pause, calendar)
    if tracked.changed:
        set_due(tracked, terms.levels)


def _pause(kind: str, fact: Fact, terms: Terms) -> str | None:
    """Return why the clock stands still, or None."""
    if fact.halted:
        return fact.halted
    if terms.policy is None:
        return NO_POLICY
    if terms.policy.target(kind) is None:
        return NO_TARGET
    return Status(fact.status).label if fact.status in terms.policy.pauses else None


def run_or_pause(
    tracked: Tracked, fact: Fact, pause: str | None, calendar: CalendarVersion | None
) -> None:
    """Begin a new segment unless the present one is just that."""
    if tracked.segments:
        last = tracked.last
        by = last.calendar_version_id if last.is_running else None
        wanted = calendar.pk if calendar and pause is None else None
        if (last.is_running, by) == (pause is None, wanted) and (
            last.is_running or last.reason == pause
        ):
            return
        reason = HOURS_CHANGED if last.is_running and pause is None else ""
    else:
        reason = ""
    tracked.go_on(fact.at, calendar=calendar, pause=pause, event=fact.event, reason=reason)


def end(tracked: Tracked, fact: Fact) -> None:
    """End a clock: met if it has counted no more than its target."""
    clock = tracked.clock
    tracked.last.ends_at = fact.at
    tracked.touch(tracked.last)
    clock.ended_at, clock.end_event = fact.at, fact.event
    clock.used = used(tracked.stretches, fact.at)
    if clock.target is not None:
        clock.is_met = clock.used <= clock.target
    clock.due_at = due_of(tracked)
    if clock.is_met is not False or (clock.next_level_at and clock.next_level_at > fact.at):
        clock.next_level_at = None  # what was reached before, somebody still has to hear of
    if clock.technician_id is None:
        clock.technician_id = fact.technician
    tracked.changed = True


def due_of(tracked: Tracked) -> datetime | None:
    """Return when a clock is due (UTC); one that has ended, as if it had run on by its last hours.

    None while it stands still, and without a target.
    """
    clock, stretches = tracked.clock, tracked.stretches
    if clock.target is None:
        return None
    if clock.ended_at is not None:
        running = (part.hours for part in reversed(stretches) if part.hours is not None)
        stretches = [*stretches, Stretch(clock.ended_at, None, next(running, None))]
    return reach(clock.target, stretches)


def take_over(tracked: Tracked, calendar: CalendarVersion, since: datetime) -> None:
    """Let an open clock count by another version of its working hours from `since` (UTC) on.

    What stands still, and a promise, which counts all hours, has no version and stays as it is.
    """
    for segment in reversed(list(tracked.segments)):
        if segment.ends_at is not None and segment.ends_at <= since:
            break
        if segment.calendar_version_id in (None, calendar.pk):
            continue
        tracked.touch(segment)
        if segment.begins_at >= since:
            segment.calendar_version = calendar
        else:
            _cut(tracked, segment, calendar, since)


def _cut(
    tracked: Tracked, segment: ClockSegment, calendar: CalendarVersion, since: datetime
) -> None:
    """Put what comes after the cut behind it; rows keep their order by beginning."""
    after = ClockSegment(
        clock=tracked.clock,
        state=SegmentState.RUNNING,
        reason=HOURS_CHANGED,
        begins_at=since,
        ends_at=segment.ends_at,
        calendar_version=calendar,
    )
    segment.ends_at = since
    tracked.segments.append(after)
    tracked.segments.sort(key=lambda one: one.begins_at)


def set_due(
    tracked: Tracked, levels: Iterable[EscalationLevel], *, after: datetime | None = None
) -> None:
    """Find out when an open clock is due and when the next level is reached.

    Levels that were reached before `after` are not to be looked at any more.
    """
    clock = tracked.clock
    clock.due_at = due_of(tracked)
    moments = [
        moment
        for level, moment in level_moments(tracked, levels)
        if level.pk not in tracked.reached and (after is None or moment >= after)
    ]
    clock.next_level_at = min(moments, default=None)
    tracked.changed = True


def level_moments(
    tracked: Tracked, levels: Iterable[EscalationLevel]
) -> list[tuple[EscalationLevel, datetime]]:
    """Return the levels that a clock reaches with the moments, in order."""
    clock, found = tracked.clock, []
    if clock.target is None:
        return []
    limit = clock.ended_at
    for level in levels:
        seconds = level.seconds(clock.target)
        if seconds > 0 and level.kind in ("", clock.kind):
            moment = reach(seconds, tracked.stretches)
            if moment is not None and (limit is None or moment <= limit):
                found.append((level, moment))
    return sorted(found, key=lambda pair: (pair[1], pair[0].pk))


def next_due(life: Iterable[Tracked]) -> datetime | None:
    """Return when the first running target is due."""
    return min((t.clock.due_at for t in _open(life) if t.clock.due_at), default=None)
