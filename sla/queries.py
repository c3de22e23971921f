"""What pages and the interface show of a ticket's clocks."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from sla.arithmetic import counted
from sla.choices import ClockKind
from sla.models import Clock
from tickets.models import Ticket

# The parts of one change are written moments apart; nobody wants to read of them.
A_MOMENT = timedelta(seconds=2)
# Where a customer expects an answer.
REPLY_KINDS = (ClockKind.PROMISE, ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)


def with_clocks(tickets: QuerySet[Any]) -> Any:
    """Let each ticket bring its open clocks along, in one more query for all of them."""
    return tickets.prefetch_related(
        Prefetch("clocks", Clock.objects.filter(ended_at__isnull=True), to_attr="open_clocks")
    )


def open_clocks(ticket: Ticket) -> list[Clock]:
    """Return the open clocks of a ticket, asked for once."""
    if not hasattr(ticket, "open_clocks"):
        ticket.open_clocks = list(  # type: ignore[attr-defined]
            Clock.objects.filter(ticket=ticket, ended_at__isnull=True)
        )
    clocks: list[Clock] = ticket.open_clocks  # type: ignore[attr-defined]
    return clocks


def next_clock(ticket: Ticket) -> Clock | None:
    """Return the running clock that is due first."""
    return _first_due(open_clocks(ticket))


def _first_due(clocks: Iterable[Clock]) -> Clock | None:
    running = [clock for clock in clocks if clock.due_at is not None]
    return min(running, key=lambda clock: (clock.due_at, clock.pk), default=None)


def targets(ticket: Ticket) -> list[Clock]:
    """Return the newest clock of each kind, in the order of the kinds."""
    rows = Clock.objects.filter(ticket=ticket).select_related("policy_version__policy")
    newest = {clock.kind: clock for clock in rows.order_by("id")}
    return [newest[kind] for kind in ClockKind.values if kind in newest]


def reply_expected(ticket: Ticket) -> Clock | None:
    """Return the running clock by whose due time the customer can expect to hear from the desk."""
    return _first_due(clock for clock in open_clocks(ticket) if clock.kind in REPLY_KINDS)


def due_group(ticket: Ticket, now: datetime) -> str:
    """Return where a ticket of a queue belongs; `now` in the reader's zone."""
    due = ticket.next_due_at
    if due <= now:
        return "Overdue"
    if ticket.is_due_ever and due.astimezone(now.tzinfo).date() == now.date():
        return "Due today"
    return "Later"


@dataclass
class Hour:
    """What is due in an hour of the day: for each ticket "late", "soon" or ""."""

    hour: int
    blocks: list[str] = field(default_factory=list)
    more: int = 0

    @property
    def count(self) -> int:
        return len(self.blocks) + self.more


@dataclass(frozen=True)
class Deadlines:
    """The deadlines of a day by the hour, and where "now" is, in hundredths of the width."""

    hours: list[Hour]
    now: int | None
    earlier: int

    @property
    def count(self) -> int:
        return sum(hour.count for hour in self.hours)


DAY_BEGINS, DAY_HOURS = 8, 10
MOST_BLOCKS, MOST_DEADLINES = 4, 500
SOON = timedelta(hours=2)


def deadlines(tickets: QuerySet[Any], now: datetime) -> Deadlines:
    """Return what is due today among `tickets`; `now` in the reader's zone.

    The ten hours from eight on, more where something is due outside of them.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = tickets.filter(next_due_at__lt=midnight + timedelta(days=1)).order_by("next_due_at")
    moments = list(rows.values_list("next_due_at", flat=True)[:MOST_DEADLINES])
    today = [moment.astimezone(now.tzinfo) for moment in moments if moment >= midnight]
    first = min([DAY_BEGINS, *(moment.hour for moment in today)])
    last = max([DAY_BEGINS + DAY_HOURS - 1, *(moment.hour for moment in today)])
    hours = [Hour(hour) for hour in range(first, last + 1)]
    for moment in today:
        hour = hours[moment.hour - first]
        if len(hour.blocks) < MOST_BLOCKS:
            hour.blocks.append("late" if moment <= now else "soon" if moment - now <= SOON else "")
        else:
            hour.more += 1
    passed = (now.hour - first) + now.minute / 60
    mark = round(100 * passed / len(hours)) if 0 <= passed <= len(hours) else None
    return Deadlines(hours, mark, len(moments) - len(today))


@dataclass(frozen=True)
class Step:
    """A line of the sum: working time that was counted, or a pause (`reason`)."""

    begins: datetime
    ends: datetime | None
    seconds: int = 0
    total: int = 0
    reason: str = ""
    calendar: str = ""
    is_pause: bool = False


@dataclass(frozen=True)
class Explanation:
    """Why a clock is due when it is; `left_out` lines in the middle are not shown."""

    clock: Clock
    steps: list[Step]
    counted: int
    left_out: int = 0


MOST_STEPS = 120


def with_segments(clocks: QuerySet[Clock]) -> QuerySet[Clock]:
    """Let clocks bring what `explain` looks at."""
    return clocks.select_related("policy_version__policy").prefetch_related(
        "segments__calendar_version__calendar"
    )


def explain(clock: Clock) -> Explanation:
    """Return each interval that a clock counts until it is due (or ended), each pause, the sum."""
    until = clock.ended_at or clock.due_at or timezone.now()
    segments = sorted(clock.segments.all(), key=lambda one: (one.begins_at, one.pk))
    steps: list[Step] = []
    total = 0
    for segment in segments:
        if segment.ends_at is not None and segment.ends_at - segment.begins_at < A_MOMENT:
            continue
        if not segment.is_running:
            steps.append(
                Step(segment.begins_at, segment.ends_at, reason=segment.reason, is_pause=True)
            )
            continue
        name = str(segment.calendar_version or "All hours")
        for piece in counted([segment.stretch], until):
            total += piece.seconds
            steps.append(Step(piece.begins, piece.ends, piece.seconds, total, calendar=name))
    left_out = max(0, len(steps) - MOST_STEPS)
    if left_out:
        half = MOST_STEPS // 2
        steps = steps[:half] + steps[-half:]
    return Explanation(clock, steps, total, left_out)
