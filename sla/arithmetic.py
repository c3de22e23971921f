"""When a target is due: working time, counted by one pure function.

No queries and no look at the clock: whoever asks brings the hours, the stretches and the moment.
Moments are whole seconds since 1970 (UTC) inside, aware datetimes at the doors. An instant is
working time when the wall clock of the calendar's zone shows a time inside an interval of the day
on which that interval begins; so a night across midnight belongs to the day of its beginning, an
hour that the zone skips is not worked, and one that it repeats is worked twice.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import accumulate
from zoneinfo import ZoneInfo

DAY = 86_400
# Looked for a change of the zone's offset in steps of this; none ever lasted as short.
STEP = 7 * DAY
# A calendar that has no working time for so long has none.
HORIZON = 5 * 366 * DAY
EPOCH = date(1970, 1, 1).toordinal()
EPOCH_WEEKDAY = 3  # a Thursday

Interval = tuple[int, int]


@dataclass(frozen=True)
class Hours:
    """When people work.

    `week` holds for each weekday (Monday first) its intervals as minutes since midnight, in order
    and apart; an end beyond 1440 is on the next day. `days` says the same for single dates, which
    then go by their own intervals (a holiday: by none).
    """

    zone: ZoneInfo
    week: tuple[tuple[Interval, ...], ...]
    days: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict)

    def on(self, number: int) -> tuple[Interval, ...]:
        """Return the intervals that begin on a day, counted from 1970-01-01."""
        if self.days:
            special = self.days.get(date.fromordinal(EPOCH + number))
            if special is not None:
                return special
        return self.week[(number + EPOCH_WEEKDAY) % 7]


ALWAYS = Hours(ZoneInfo("UTC"), (((0, 1440),),) * 7)


@dataclass(frozen=True)
class Stretch:
    """A part of a clock's life: it ran by `hours`, or stood still (None); `ends` None: goes on."""

    begins: datetime
    ends: datetime | None
    hours: Hours | None


@dataclass(frozen=True)
class Counted:
    """A piece of working time that was counted, for the page that explains a due time."""

    begins: datetime
    ends: datetime

    @property
    def seconds(self) -> int:
        return int((self.ends - self.begins).total_seconds())


def spans(hours: Hours, start: int, until: int) -> Iterator[Interval]:
    """Yield the working time between two moments, in order, without overlaps."""
    at = start
    while at < until:
        offset = _offset(hours.zone, at)
        end = min(_offset_ends(hours.zone, at, offset), until)
        yield from _spans_by(hours, at, end, offset)
        at = end


def _spans_by(hours: Hours, start: int, until: int, offset: int) -> Iterator[Interval]:
    """Yield the working time of a part of time in which the zone keeps one offset."""
    reached = start
    first, last = (start + offset) // DAY - 1, (until - 1 + offset) // DAY
    for number in range(first, last + 1):
        midnight = number * DAY - offset
        for opens, closes in hours.on(number):
            begins = max(midnight + opens * 60, reached)
            ends = min(midnight + closes * 60, until)
            if begins < ends:
                yield begins, ends
                reached = ends


def _offset(zone: ZoneInfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _offset_ends(zone: ZoneInfo, at: int, offset: int) -> int:
    """Return where the offset changes after `at`, or a later look will do."""
    low, high = at, at + STEP
    if _offset(zone, high) == offset:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, middle) == offset:
            low = middle
        else:
            high = middle
    return high


def worked(hours: Hours, begins: datetime, ends: datetime) -> int:
    """Return the working seconds between two moments."""
    start, until = _seconds(begins), _seconds(ends)
    return sum(end - begin for begin, end in spans(hours, start, until))


class Ruler:
    """The working time of a long span, laid out once: counts many parts of it quickly.

    Gives what `worked` gives, for moments inside of the span.
    """

    def __init__(self, hours: Hours, begins: datetime, ends: datetime) -> None:
        self._pieces = list(spans(hours, _seconds(begins), _seconds(ends)))
        self._begins = [begin for begin, _ in self._pieces]
        self._before = [0, *accumulate(end - begin for begin, end in self._pieces)]

    def worked(self, begins: datetime, ends: datetime) -> int:
        """Return the working seconds between two moments."""
        return max(0, self._until(_seconds(ends)) - self._until(_seconds(begins)))

    def _until(self, at: int) -> int:
        number = bisect_right(self._begins, at) - 1
        if number < 0:
            return 0
        begin, end = self._pieces[number]
        return self._before[number] + min(at, end) - begin


def used(stretches: Iterable[Stretch], now: datetime) -> int:
    """Return the working seconds that a clock has counted until `now`."""
    return sum(piece.seconds for piece in counted(stretches, now))


def counted(stretches: Iterable[Stretch], until: datetime) -> Iterator[Counted]:
    """Yield each piece of working time that a clock has counted until a moment."""
    for stretch in stretches:
        if stretch.hours is None:
            continue
        ends = until if stretch.ends is None else min(stretch.ends, until)
        for begin, end in spans(stretch.hours, _seconds(stretch.begins), _seconds(ends)):
            yield Counted(_moment(begin), _moment(end))


def reach(seconds: int, stretches: Sequence[Stretch]) -> datetime | None:
    """Return the moment at which a clock has counted `seconds` of working time.

    None while it stands still before that, or if its hours have no working time to come.
    """
    left = seconds
    for stretch in stretches:
        if stretch.hours is None:
            continue
        start = _seconds(stretch.begins)
        until = start + HORIZON if stretch.ends is None else _seconds(stretch.ends)
        for begin, end in spans(stretch.hours, start, until):
            if end - begin >= left:
                return _moment(begin + left)
            left -= end - begin
    return None


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp() // 1)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
