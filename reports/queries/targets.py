"""How targets were kept: of the clocks that ended in a period, by what a reader asks for.

The database counts and ranks; of each group it gives the counts and the few values around its
median and its nine-in-ten, never the clocks themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet, Window
from django.db.models.functions import Coalesce, RowNumber, TruncWeek
from django.utils import timezone

from accounts.models import Organization, User
from accounts.paging import Page, keyset_page
from reports.choices import Dimension
from reports.queries.groups import address_of
from reports.queries.overview import Period
from sla.choices import ClockKind, SegmentState
from sla.models import Clock, ClockSegment
from sla.queries import A_MOMENT
from tickets.choices import Priority
from tickets.models import Category, Ticket

# Groups that a page shows; a file has all of them.
MOST_GROUPS = 100
MISSED_ORDER = ("-ended_at", "-id")
PIECE = 500
GROUPS: dict[str, Any] = {
    Dimension.WEEK: TruncWeek("ended_at"),
    Dimension.CATEGORY: Coalesce("ticket__category__parent", "ticket__category"),
    Dimension.PRIORITY: F("ticket__priority"),
    Dimension.TECHNICIAN: F("technician"),
    Dimension.ORGANIZATION: F("ticket__customer__organization"),
}


@dataclass
class Kept:
    """How often a target was kept, and how much working time half and nine in ten took."""

    kind: str
    count: int = 0
    met: int = 0
    median: timedelta | None = None
    ninety: timedelta | None = None

    @property
    def label(self) -> str:
        return str(ClockKind(self.kind).label)

    @property
    def missed(self) -> int:
        return self.count - self.met

    @property
    def percent(self) -> int | None:
        """How many in a hundred were kept, rounded down: 100 means all of them."""
        return 100 * self.met // self.count if self.count else None


@dataclass
class Group:
    """A week, category, priority, technician or organisation with its targets."""

    key: Any
    name: str
    kinds: list[Kept] = field(default_factory=list)
    # How addresses and the interface name it.
    address: str = ""

    @property
    def missed(self) -> int:
        return sum(kept.missed for kept in self.kinds)


def ended_in(reader: User, period: Period) -> QuerySet[Clock]:
    """Clocks with a target that ended in the period, of tickets that `reader` sees."""
    seen = Ticket.objects.visible_to(reader).order_by().values("pk")
    ended = Clock.objects.filter(ended_at__gte=period.start, ended_at__lt=period.end)
    return ended.filter(is_met__isnull=False, ticket__in=seen).order_by()


def overall(reader: User, period: Period) -> list[Kept]:
    """Return each kind of target over the whole period, in the order of the kinds."""
    found = {kept.kind: kept for _, kept in _figures(ended_in(reader, period), None)}
    return [found[kind] for kind in ClockKind.values if kind in found]


def attainment(reader: User, period: Period, by: str) -> list[Group]:
    """Return the groups: weeks and priorities in their order, else the most missed first."""
    groups: dict[Any, list[Kept]] = {}
    for key, kept in _figures(ended_in(reader, period), GROUPS[by]):
        groups.setdefault(key, []).append(kept)
    known = [key for key in groups if key is not None]
    people = User.objects.in_bulk(known) if by == Dimension.TECHNICIAN else {}
    names = {pk: user.name for pk, user in people.items()} or _names(by, known)
    order = {kind: place for place, kind in enumerate(ClockKind.values)}
    found = [
        Group(
            key,
            names.get(key, _nothing(by)),
            sorted(kinds, key=lambda one: order[one.kind]),
            people[key].desk_id if key in people else address_of(key),
        )
        for key, kinds in groups.items()
    ]
    if by in (Dimension.WEEK, Dimension.PRIORITY):
        return sorted(found, key=lambda group: group.key, reverse=by == Dimension.WEEK)
    return sorted(found, key=lambda group: (-group.missed, group.name))


def _figures(clocks: QuerySet[Clock], group: Any) -> Iterator[tuple[Any, Kept]]:
    """Yield the figures of each group and kind: counts, then values at their places."""
    columns = ["kind"]
    if group is not None:
        clocks, columns = clocks.annotate(group=group), ["group", "kind"]
    figures = {"number": Count("*"), "kept": Count("pk", filter=Q(is_met=True))}
    spread = _spread(clocks, columns)
    for row in clocks.values(*columns).annotate(**figures).values_list(*columns, *figures):
        *where, number, kept = row
        values = spread.get(tuple(where), {})
        median, ninety = (_at(values, number, tenths) for tenths in (5, 9))
        yield (
            (where[0] if group is not None else None),
            Kept(where[-1], number, kept, median, ninety),
        )


def _spread(clocks: QuerySet[Clock], columns: list[str]) -> dict[tuple[Any, ...], dict[int, int]]:
    """Return, for each group, the used seconds at the places around its median and nine-in-ten.

    The same on both databases: the rows of a group are numbered by what they used, and only the
    neighbours of the places that count are fetched, at most four a group.
    """
    parts = [F(column) for column in columns]
    ranked = clocks.annotate(
        place=Window(RowNumber(), partition_by=parts, order_by=["used"]),
        size=Window(Count("*"), partition_by=parts),
    )
    half, most = (F("size") - 1) * 5 / 10, (F("size") - 1) * 9 / 10
    wanted = Q(place=half + 1) | Q(place=half + 2) | Q(place=most + 1) | Q(place=most + 2)
    found: dict[tuple[Any, ...], dict[int, int]] = {}
    for *where, place, used in ranked.filter(wanted).values_list(*columns, "place", "used"):
        found.setdefault(tuple(where), {})[place - 1] = used
    return found


def _at(values: dict[int, int], number: int, tenths: int) -> timedelta | None:
    """Return the value at `tenths` of the way, between two neighbours in proportion."""
    low, rest = divmod((number - 1) * tenths, 10)
    if low not in values:
        return None
    high = values.get(low + 1, values[low])
    return timedelta(seconds=values[low] + (high - values[low]) * rest / 10)


def _names(by: str, keys: list[Any]) -> dict[Any, str]:
    """Return what the groups are called."""
    if by == Dimension.WEEK:
        return {key: f"Week of {_day(key)}" for key in keys}
    if by == Dimension.PRIORITY:
        return {key: str(Priority(key).label) for key in keys}
    models: dict[str, Any] = {
        Dimension.CATEGORY: Category,
        Dimension.TECHNICIAN: User,
        Dimension.ORGANIZATION: Organization,
    }
    rows = models[by].objects.filter(pk__in=keys).values_list("pk", "name")
    return dict(rows)


def _day(moment: Any) -> str:
    day: date = moment.date()
    return f"{day.day} {day:%b %Y}"


def _nothing(by: str) -> str:
    names: dict[str, str] = {
        Dimension.CATEGORY: "No category",
        Dimension.TECHNICIAN: "Nobody",
        Dimension.ORGANIZATION: "No organisation",
    }
    return names.get(by, "Unknown")


# Missed targets ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Missed:
    """A target that was missed, with what a lead asks about it."""

    clock: Clock
    late: int
    paused: int
    reasons: str

    @property
    def anchor(self) -> str:
        return f"{self.clock.kind}-{self.clock.cycle}"


def missed_in(reader: User, period: Period, which: Q | None = None) -> QuerySet[Clock]:
    """Return the clocks that missed their target, with what `why` looks at; `which`: of these."""
    paused = ClockSegment.objects.filter(state=SegmentState.PAUSED).order_by("begins_at")
    return (
        ended_in(reader, period)
        .filter(which or Q(), is_met=False)
        .select_related("ticket", "technician", "policy_version__policy")
        .prefetch_related(Prefetch("segments", paused, to_attr="pauses"))
    )


def missed_page(
    reader: User, period: Period, *, which: Q | None = None, cursor: str = "", size: int = 20
) -> Page[Any]:
    """Return missed targets, the latest first, with their reasons."""
    rows = missed_in(reader, period, which)
    page = keyset_page(rows, order=MISSED_ORDER, cursor=cursor, size=size)
    page.rows[:] = [why(clock) for clock in page.rows]
    return page


def why(clock: Clock) -> Missed:
    """Return by how much a clock was missed, and for how long and why it had stood still."""
    paused, reasons = timedelta(), []
    for segment in clock.pauses:  # type: ignore[attr-defined]
        length = (segment.ends_at or clock.ended_at) - segment.begins_at
        if length < A_MOMENT:
            continue
        paused += length
        if segment.reason not in reasons:
            reasons.append(segment.reason)
    late = (clock.used or 0) - (clock.target or 0)
    return Missed(clock, late, int(paused.total_seconds()), ", ".join(reasons))


def all_missed(reader: User, period: Period, which: Q | None = None) -> Iterator[Missed]:
    """Yield every missed target of the period, fetched in pieces."""
    cursor = ""
    while True:
        page = missed_page(reader, period, which=which, cursor=cursor, size=PIECE)
        yield from page.rows
        if not page.next:
            return
        cursor = page.next


def overdue_now(reader: User) -> int:
    """Count the targets that are overdue at this moment and not met yet."""
    now = timezone.now()
    seen = Ticket.objects.visible_to(reader).open().filter(next_due_at__lte=now).order_by()
    late = Clock.objects.filter(ended_at__isnull=True, due_at__lte=now)
    return late.filter(ticket__in=seen.values("pk")).count()
