"""Due times against a counter that looks at the wall clock minute by minute.

`SLA_EXAMPLES` (100 by default) says how many random desks are tried.
"""

import itertools
import os
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from sla.arithmetic import ALWAYS, Hours, Ruler, Stretch, reach, used, worked

EXAMPLES = int(os.environ.get("SLA_EXAMPLES", "100"))
ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Santiago",
        "Asia/Kolkata",
    )
]
# Each zone's clocks change near one of these.
TURNS = [
    datetime(2026, 3, 8, tzinfo=UTC),
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 4, 5, tzinfo=UTC),
    datetime(2026, 9, 6, tzinfo=UTC),
    datetime(2026, 10, 4, tzinfo=UTC),
    datetime(2026, 10, 25, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC),
]
MINUTE = timedelta(minutes=1)


@st.composite
def intervals(draw):
    """Up to three intervals of a day, in order and apart; the last may cross midnight."""
    marks = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    pairs = [(a * 15, b * 15) for a, b in zip(marks[::2], marks[1::2], strict=False)]
    if pairs and draw(st.booleans()):
        start = pairs[-1][0]
        pairs[-1] = (start, max(start + 15, 1440 + draw(st.integers(0, 8)) * 15))
    return tuple(pairs)


@st.composite
def desks(draw):
    zone = draw(st.sampled_from(ZONES))
    week = tuple(draw(intervals()) for _ in range(7))
    first = draw(st.sampled_from(TURNS)).date() - timedelta(days=4)
    odd = draw(st.dictionaries(st.integers(0, 9), intervals(), max_size=3))
    return Hours(zone, week, {first + timedelta(days=day): when for day, when in odd.items()})


@st.composite
def lives(draw):
    """A clock's stretches: running by either of two calendars, or standing still."""
    some, other = draw(desks()), draw(desks())
    start = draw(st.sampled_from(TURNS)) - timedelta(days=3)
    at = start + timedelta(minutes=draw(st.integers(0, 2880)))
    stretches = []
    for _ in range(draw(st.integers(0, 4))):
        end = at + timedelta(minutes=draw(st.integers(0, 2000)))
        stretches.append(Stretch(at, end, draw(st.sampled_from([some, other, None]))))
        at = end
    return [*stretches, Stretch(at, None, draw(st.sampled_from([some, other])))]


def is_worked(hours, moment):
    """Whether the wall clock shows working time: the definition, without any cleverness."""
    wall = moment.astimezone(hours.zone).replace(tzinfo=None)
    for back in (0, 1):
        day = wall.date() - timedelta(days=back)
        minutes = (wall - datetime(day.year, day.month, day.day)).total_seconds() / 60  # noqa: DTZ001
        when = hours.days.get(day, hours.week[day.weekday()])
        if any(opens <= minutes < closes for opens, closes in when):
            return True
    return False


def counted_by_minutes(stretches, most, until):
    """Return the minutes counted until `until`, and when `most` of them were, if they were."""
    count, moment, reached = 0, stretches[0].begins, None
    while moment < until:
        hours = next(s.hours for s in stretches if s.ends is None or moment < s.ends)
        if hours and is_worked(hours, moment):
            count += 1
            if count == most:
                reached = moment + MINUTE
        moment += MINUTE
    return count, reached


@settings(max_examples=EXAMPLES, deadline=None)
@given(lives(), st.integers(1, 2400))
def test_a_due_time_is_what_a_counter_of_minutes_finds(stretches, target):
    until = stretches[0].begins + timedelta(days=5)
    count, reached = counted_by_minutes(stretches, target, until)
    assert used(stretches, until) == count * 60
    due = reach(target * 60, stretches)
    if reached:
        assert due == reached
    else:
        assert due is None or due > until


@settings(max_examples=EXAMPLES, deadline=None)
@given(lives(), st.integers(1, 20_000))
def test_at_its_due_time_a_clock_has_counted_its_target(stretches, target):
    due = reach(target * 60, stretches)
    if due is not None:
        assert used(stretches, due) == target * 60
        assert used(stretches, due - timedelta(seconds=1)) == target * 60 - 1


@settings(max_examples=EXAMPLES, deadline=None)
@given(desks(), st.sampled_from(TURNS), st.lists(st.integers(0, 15 * 86_400), min_size=2))
def test_a_ruler_counts_each_part_as_the_part_alone(hours, turn, marks):
    first = turn - timedelta(days=5)
    ruler = Ruler(hours, first, first + timedelta(days=15))
    moments = [first + timedelta(seconds=mark) for mark in sorted(marks)]
    for begins, ends in itertools.pairwise(moments):
        assert ruler.worked(begins, ends) == worked(hours, begins, ends)
    assert ruler.worked(moments[-1], moments[0]) == 0


OFFICE = Hours(
    ZoneInfo("Europe/Berlin"),
    (((540, 720), (780, 1020)),) * 5 + ((), ()),
    {date(2026, 12, 25): ()},
)


def test_lunch_weekends_and_holidays_are_not_counted():
    thursday = datetime(2026, 12, 24, 11, tzinfo=UTC)  # noon in Berlin
    due = reach(5 * 3600, [Stretch(thursday, None, OFFICE)])
    assert due == datetime(2026, 12, 28, 9, tzinfo=UTC)  # four hours on Thursday, one on Monday


def test_a_pause_moves_the_due_time():
    start = datetime(2026, 6, 1, 7, tzinfo=UTC)
    pause = start + timedelta(hours=1)
    waits = [Stretch(start, pause, OFFICE), Stretch(pause, None, None)]
    assert reach(3600 * 2, waits) is None
    again = pause + timedelta(hours=1)
    runs = [waits[0], Stretch(pause, again, None), Stretch(again, None, OFFICE)]
    assert reach(3600 * 2, runs) == again + timedelta(hours=1)


def test_without_working_time_nothing_is_ever_due():
    never = Hours(ZoneInfo("UTC"), ((),) * 7)
    assert reach(60, [Stretch(datetime(2026, 1, 1, tzinfo=UTC), None, never)]) is None


def test_the_clock_that_never_stops_counts_real_time():
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert worked(ALWAYS, start, start + timedelta(days=3)) == 3 * 86_400
