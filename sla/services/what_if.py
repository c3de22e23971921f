"""Last quarter under a draft: the stored clocks counted once more, and nothing written.

"As it was" goes by what held then. The draft is laid over the whole time, also over what ran by
older versions; which tickets a policy is for stays as it was.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require_admin
from sla.arithmetic import ALWAYS, Hours, Ruler
from sla.choices import POLICY_KINDS, ClockKind, SegmentState
from sla.models import (
    BusinessCalendar,
    CalendarVersion,
    Clock,
    ClockSegment,
    Policy,
    PolicyVersion,
)
from sla.services.clocks import MOVING
from tickets.choices import Status
from tickets.models import Ticket, TicketEvent

QUARTER = timedelta(days=90)
# At most so many clocks are counted, the newest ones, and so many tickets named.
MOST, MOST_NAMED = 5000, 20
STATUS_OF_REASON = {status.label: status.value for status in Status}


@dataclass(frozen=True)
class Figures:
    """How a target was kept; `median` of the working seconds that it took."""

    met: int
    missed: int
    median: int | None

    @property
    def total(self) -> int:
        return self.met + self.missed

    @property
    def share(self) -> float | None:
        """The share that was met in percent; rounded down: 100 means all."""
        return self.met * 1000 // self.total / 10 if self.total else None


@dataclass(frozen=True)
class Line:
    """A kind of target as it was and as it would be; `would` None: the draft has no such target."""

    label: str
    was: Figures
    would: Figures | None


@dataclass(frozen=True)
class Turned:
    """A clock that would end on the other side."""

    label: str
    ticket: Ticket
    ended_at: datetime
    would_meet: bool
    used: int
    would_use: int
    target: int


@dataclass(frozen=True)
class WhatIf:
    """What the page shows.

    `fresh`: kinds of targets that only the draft has; `is_for_others`: the draft's conditions are
    not those that are stored, which the figures do not show.
    """

    since: datetime
    lines: list[Line]
    turned: list[Turned]
    better: int
    worse: int
    looked_at: int
    of: int
    fresh: list[str] = field(default_factory=list)
    is_for_others: bool = False

    @property
    def count(self) -> int:
        return self.better + self.worse


class _Ended(NamedTuple):
    """An ended clock as it is stored."""

    pk: int
    ticket: int
    kind: str
    target: int
    used: int
    is_met: bool
    ended_at: datetime


class _Part(NamedTuple):
    """A segment as it is stored."""

    clock: int
    state: str
    reason: str
    begins: datetime
    ends: datetime | None
    version: int | None


Period = tuple[datetime, datetime]


@dataclass(frozen=True)
class _Draft:
    """What is laid over the clocks: `hours` instead of the versions that `replaces` names.

    Without `targets` each clock keeps its own; without `pauses` it stood still when it did.
    """

    hours: Hours
    replaces: Callable[[CalendarVersion], bool]
    targets: Mapping[str, int | None] | None = None
    pauses: frozenset[str] | None = None

    def target(self, clock: _Ended) -> int | None:
        return clock.target if self.targets is None else self.targets[clock.kind]


def what_if_calendar(
    calendar: BusinessCalendar, version: CalendarVersion, *, actor: User
) -> WhatIf:
    """Return last quarter's clocks that ran by these working hours, as `version` counts them."""
    require_admin(actor)
    parts = ClockSegment.objects.filter(
        clock=OuterRef("pk"), calendar_version__in=calendar.versions.values("pk")
    )
    draft = _Draft(version.hours, lambda other: other.calendar_id == calendar.pk)
    return _lay_over(_ended().filter(Exists(parts)), draft, actor)


def what_if_policy(policy: Policy, version: PolicyVersion, *, actor: User) -> WhatIf:
    """Return last quarter's clocks of a policy, with the targets and pauses of `version`.

    Its working hours count only where others held: a version of the same ones stays.
    """
    require_admin(actor)
    current, pausing = version.calendar.current, frozenset(version.pauses)
    draft = _Draft(
        hours=current.hours if current else ALWAYS,
        replaces=lambda other: other.calendar_id != version.calendar_id,
        targets={kind: version.target(kind) for kind in POLICY_KINDS},
        pauses=pausing,
    )
    versions = dict(policy.versions.values_list("pk", "pauses"))
    # Where all of them paused alike, the stored pauses say it all.
    adds_pauses = any(pausing - set(pauses) for pauses in versions.values())
    clocks = _ended().filter(policy_version__in=list(versions))
    shown = _lay_over(clocks, draft, actor, adds_pauses=adds_pauses)
    stored = policy.current.conditions if policy.current else {}
    return replace(shown, is_for_others=version.conditions != stored)


def _ended() -> QuerySet[Clock]:
    since = timezone.now() - QUARTER
    return Clock.objects.filter(
        ended_at__gte=since,
        kind__in=POLICY_KINDS,
        is_met__isnull=False,
        ticket__deleted_at__isnull=True,
    )


def _lay_over(
    clocks: QuerySet[Clock], draft: _Draft, actor: User, *, adds_pauses: bool = False
) -> WhatIf:
    names = ("pk", "ticket_id", "kind", "target", "used", "is_met", "ended_at")
    found = clocks.order_by("-ended_at", "-id").values_list(*names)[: MOST + 1]
    rows = [_Ended(*row) for row in found]
    of = clocks.count() if len(rows) > MOST else len(rows)
    rows = rows[:MOST]
    recount = _Recount(rows, draft, adds_pauses=adds_pauses)
    would = {row.pk: recount.used(row) for row in rows}
    turned = [row for row in rows if _turns(row, draft, would)]
    better = sum(not row.is_met for row in turned)
    kinds = {row.kind for row in rows}
    fresh = [
        ClockKind(kind).label
        for kind, target in (draft.targets or {}).items()
        if target is not None and kind not in kinds
    ]
    return WhatIf(
        since=timezone.now() - QUARTER,
        lines=_lines(rows, draft, would),
        turned=_name(turned[:MOST_NAMED], draft, would, actor),
        better=better,
        worse=len(turned) - better,
        looked_at=len(rows),
        of=of,
        fresh=fresh,
    )


def _turns(row: _Ended, draft: _Draft, would: Mapping[int, int]) -> bool:
    target = draft.target(row)
    return target is not None and (would[row.pk] <= target) != row.is_met


def _lines(rows: Iterable[_Ended], draft: _Draft, would: Mapping[int, int]) -> list[Line]:
    by_kind: dict[str, list[_Ended]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    lines = []
    for kind in POLICY_KINDS:
        same = by_kind.get(kind, [])
        if not same:
            continue
        was = _figures((row.used, row.is_met) for row in same)
        pairs = [(would[row.pk], draft.target(row)) for row in same]
        counted = [(used, used <= target) for used, target in pairs if target is not None]
        lines.append(Line(kind.label, was, _figures(counted) if counted else None))
    return lines


def _figures(pairs: Iterable[tuple[int, bool]]) -> Figures:
    found = list(pairs)
    met = sum(is_met for _, is_met in found)
    middle = int(median(used for used, _ in found)) if found else None
    return Figures(met, len(found) - met, middle)


def _name(
    rows: Iterable[_Ended], draft: _Draft, would: Mapping[int, int], actor: User
) -> list[Turned]:
    rows = list(rows)
    tickets = Ticket.objects.visible_to(actor).in_bulk([row.ticket for row in rows])
    return [
        Turned(
            label=ClockKind(row.kind).label,
            ticket=tickets[row.ticket],
            ended_at=row.ended_at,
            would_meet=not row.is_met,
            used=row.used,
            would_use=would[row.pk],
            target=draft.target(row) or row.target,
        )
        for row in rows
        if row.ticket in tickets
    ]


class _Recount:
    """Counts clocks by a draft; each kind of hours is laid out once for all of them."""

    def __init__(self, rows: list[_Ended], draft: _Draft, *, adds_pauses: bool) -> None:
        self.draft = draft
        names = ("clock_id", "state", "reason", "begins_at", "ends_at", "calendar_version_id")
        found = ClockSegment.objects.filter(clock__in=[row.pk for row in rows])
        parts = [_Part(*row) for row in found.order_by("begins_at", "id").values_list(*names)]
        self.parts: dict[int, list[_Part]] = defaultdict(list)
        for part in parts:
            self.parts[part.clock].append(part)
        keys = {part.version for part in parts if part.version is not None}
        self.versions = CalendarVersion.objects.in_bulk(keys)
        self.first = min((part.begins for part in parts), default=timezone.now())
        self.last = max((row.ended_at for row in rows), default=self.first)
        self.rulers: dict[int | None, Ruler] = {}
        self.new = Ruler(draft.hours, self.first, self.last)
        wanted = {row.ticket for row in rows} if adds_pauses else set()
        self.pauses = _pauses(wanted, draft.pauses or frozenset(), self.last)

    def used(self, clock: _Ended) -> int:
        """Return the working seconds of a clock."""
        parts = self.parts[clock.pk]
        running = [part for part in parts if part.state == SegmentState.RUNNING]
        ruler = self.ruler(running[0].version) if running else self.new
        total = 0
        for part in parts:
            if part.state == SegmentState.RUNNING:
                ruler = self.ruler(part.version)
            elif not self.goes_on(part):
                continue
            ends = min(part.ends or clock.ended_at, clock.ended_at)
            total += ruler.worked(part.begins, ends)
            for begin, end in self.pauses.get(clock.ticket, ()):
                total -= ruler.worked(max(begin, part.begins), min(end, ends))
        return total

    def goes_on(self, part: _Part) -> bool:
        """Whether the draft lets a clock run where it stood still."""
        status = STATUS_OF_REASON.get(part.reason)
        pauses = self.draft.pauses
        return pauses is not None and status is not None and status not in pauses

    def ruler(self, key: int | None) -> Ruler:
        if key is not None and self.draft.replaces(self.versions[key]):
            return self.new
        if key not in self.rulers:
            hours = ALWAYS if key is None else self.versions[key].hours
            self.rulers[key] = Ruler(hours, self.first, self.last)
        return self.rulers[key]


def _pauses(tickets: Iterable[int], pausing: frozenset[str], last: datetime) -> dict[int, Any]:
    """Return when each ticket was in a status that pauses, from its events."""
    numbers = list(tickets)
    if not numbers:
        return {}
    events = TicketEvent.objects.filter(
        ticket__in=numbers, type__in=MOVING, detail__changes__has_key="status"
    )
    turns: dict[int, list[tuple[datetime, str]]] = {
        number: [(datetime.min.replace(tzinfo=UTC), str(Status.PENDING))] for number in numbers
    }
    rows = events.order_by("id").values_list("ticket_id", "at", "detail__changes")
    for number, at, changes in rows:
        if changes["status"]:
            turns[number].append((at, changes["status"][1]))
    found: dict[int, list[Period]] = {}
    for number, turned in turns.items():
        ends = [at for at, _ in turned[1:]] + [last]
        found[number] = [
            (at, end)
            for (at, status), end in zip(turned, ends, strict=True)
            if status in pausing and at < end
        ]
    return found
