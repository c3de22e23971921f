"""The desk's figures: aggregates only, each over an index (open tickets, or a period's tickets)."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import floor
from typing import Any

from django.db import connections
from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from accounts.models import User
from notifications.choices import DeliveryState
from notifications.models import Delivery
from tickets.choices import OPEN_STATUSES, SATISFIED, Score
from tickets.models import Category, Rating, Ticket

PERIODS = (7, 30, 90)
# Fewer durations than this say nothing about "nine in ten".
ENOUGH = 10
OLDEST_SHOWN = 5
MAIL_CAP = 1_000


@dataclass(frozen=True)
class Period:
    """`days` whole days up to now: from a local midnight (`start`) to `end`."""

    days: int
    start: datetime
    end: datetime

    @classmethod
    def last(cls, days: int, *, now: datetime | None = None) -> "Period":
        """Return today and the `days` - 1 days before it, in the active time zone."""
        end = timezone.localtime(now)
        first = end.date() - timedelta(days=days - 1)
        midnight = datetime.combine(first, datetime.min.time(), tzinfo=end.tzinfo)
        return cls(days, midnight, end)

    def before(self) -> "Period":
        """Return the period of the same length that ends where this one starts."""
        return Period(self.days, self.start - (self.end - self.start), self.start)

    def dates(self) -> list[date]:
        return [self.start.date() + timedelta(days=n) for n in range(self.days)]


@dataclass(frozen=True)
class Spread:
    """How long things took: how many, the median, and within what nine in ten were done."""

    count: int = 0
    median: timedelta | None = None
    ninety: timedelta | None = None

    @property
    def is_enough(self) -> bool:
        return self.count >= ENOUGH


@dataclass(frozen=True)
class OpenNow:
    """The open tickets of this moment."""

    total: int
    unassigned: int
    unanswered: int
    by_status: dict[str, int]
    by_technician: dict[int, int]


class Percentile(Aggregate):
    """PostgreSQL's `PERCENTILE_CONT(fraction)` of a duration."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def open_now(reader: User) -> OpenNow:
    """Count the open tickets that `reader` sees, in one pass over them."""
    groups = (
        Ticket.objects.visible_to(reader)
        .open()
        .order_by()
        .values_list("status", "technician", "awaits_reply")
        .annotate(number=Count("*"))
    )
    by_status: Counter[str] = Counter()
    by_technician: Counter[int] = Counter()
    unassigned = unanswered = 0
    for status, technician, awaits, number in groups:
        by_status[status] += number
        unanswered += number if awaits else 0
        if technician is None:
            unassigned += number
        else:
            by_technician[technician] += number
    ordered = {str(status): by_status[status] for status in OPEN_STATUSES}
    total = sum(ordered.values())
    return OpenNow(total, unassigned, unanswered, ordered, dict(by_technician))


def raised_in(reader: User, period: Period) -> QuerySet[Ticket]:
    """Tickets raised in the period."""
    seen = Ticket.objects.visible_to(reader)
    return seen.filter(raised_at__gte=period.start, raised_at__lt=period.end).order_by()


def resolved_in(reader: User, period: Period) -> QuerySet[Ticket]:
    """Tickets resolved in the period (and not reopened since)."""
    seen = Ticket.objects.visible_to(reader)
    return seen.filter(resolved_at__gte=period.start, resolved_at__lt=period.end).order_by()


def per_day(tickets: QuerySet[Ticket], moment: str) -> dict[date, int]:
    """Count the tickets by the local day of their `moment` ("raised_at", "resolved_at")."""
    days = tickets.annotate(day=TruncDate(moment)).values_list("day")
    return dict(days.annotate(number=Count("*")))


def spread(tickets: QuerySet[Ticket], start: str, end: str) -> Spread:
    """Return how long it took from the moment `start` to the moment `end` of the tickets."""
    return spreads(tickets, start, end, by=None).get(None, Spread())


def spreads(tickets: QuerySet[Ticket], start: str, end: str, *, by: Any) -> dict[Any, Spread]:
    """The same as `spread` for each group, `by` a column or expression; None: all in one."""
    done = tickets.filter(**{f"{end}__isnull": False})
    length = ExpressionWrapper(F(end) - F(start), output_field=DurationField())
    if by is not None:
        done = done.annotate(group=by)
    if connections[done.db].vendor == "postgresql":
        figures = {
            "number": Count("*"),
            "median": Percentile(length, fraction=0.5),
            "ninety": Percentile(length, fraction=0.9),
        }
        if by is None:
            found = done.aggregate(**figures)
            return {None: Spread(found["number"], found["median"], found["ninety"])}
        rows: Any = done.values_list("group").annotate(**figures)  # type: ignore[misc]
        return {group: Spread(number, half, most) for group, number, half, most in rows}
    return _grouped_here(done, start, end, grouped=by is not None)


def _grouped_here(
    done: QuerySet[Ticket], start: str, end: str, *, grouped: bool
) -> dict[Any, Spread]:
    """SQLite has no percentiles; a desk on it is small enough to sort its durations here."""
    lengths: dict[Any, list[timedelta]] = defaultdict(list)
    columns = [start, end, "group"] if grouped else [start, end]
    for began, ended, *group in done.values_list(*columns):
        lengths[group[0] if group else None].append(ended - began)
    return {group: spread_of(found) for group, found in lengths.items()}


def spread_of(lengths: list[timedelta]) -> Spread:
    """Return the spread of some durations, between two neighbours in proportion."""
    ordered = sorted(lengths)

    def at(fraction: float) -> timedelta:
        place = fraction * (len(ordered) - 1)
        low = floor(place)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (place - low)

    return Spread(len(ordered), at(0.5), at(0.9)) if ordered else Spread()


@dataclass(frozen=True)
class Ratings:
    """What customers said about the help: how many of each face, from 1 to 5."""

    by_score: dict[int, int]

    @property
    def count(self) -> int:
        return sum(self.by_score.values())

    @property
    def percent(self) -> int | None:
        """How many in a hundred were satisfied, None without any rating."""
        good = sum(n for score, n in self.by_score.items() if score >= SATISFIED)
        return round(100 * good / self.count) if self.count else None

    @property
    def median(self) -> str:
        """The word of the face in the middle (of two, the worse one)."""
        left = (self.count + 1) // 2
        for score in Score:
            left -= self.by_score.get(score, 0)
            if left <= 0 and self.count:
                return str(score.label)
        return ""


def ratings_in(period: Period) -> Ratings:
    """Count the ratings given in the period, by face."""
    given = Rating.objects.given().filter(rated_at__gte=period.start, rated_at__lt=period.end)
    return Ratings(dict(given.order_by().values_list("score").annotate(number=Count("*"))))


@dataclass(frozen=True)
class CategoryRow:
    """A category with its subcategories: how much came in, how long it took to resolve."""

    category: Category | None
    raised: int
    resolving: Spread


def by_category(reader: User, period: Period) -> list[CategoryRow]:
    """Return the categories of the period's tickets, the busiest first."""
    top = Coalesce("category__parent", "category")
    raised = raised_in(reader, period).annotate(group=top).values_list("group")
    counts = dict(raised.annotate(number=Count("*")))
    resolving = spreads(resolved_in(reader, period), "raised_at", "resolved_at", by=top)
    names = Category.objects.in_bulk([pk for pk in {*counts, *resolving} if pk])
    rows = [
        CategoryRow(names.get(pk), counts.get(pk, 0), resolving.get(pk, Spread()))
        for pk in {*counts, *resolving}
    ]
    return sorted(rows, key=lambda row: (-row.raised, str(row.category)))


@dataclass(frozen=True)
class TechnicianRow:
    """What a technician has open now, and resolved in the period."""

    user: User
    open: int
    resolving: Spread


def by_technician(reader: User, period: Period, load: dict[int, int]) -> list[TechnicianRow]:
    """Return everybody with open tickets (`load`) or resolved ones, the fullest queue first."""
    done = resolved_in(reader, period).filter(technician__isnull=False)
    resolving = spreads(done, "raised_at", "resolved_at", by=F("technician"))
    active = User.objects.active().technicians().values_list("pk", flat=True)
    shown = User.objects.only("name", "role", "public_id", "user_id")
    people = shown.in_bulk({*load, *resolving, *active})
    rows = [
        TechnicianRow(user, load.get(pk, 0), resolving.get(pk, Spread()))
        for pk, user in people.items()
    ]
    return sorted(rows, key=lambda row: (-row.open, -row.resolving.count, row.user.name))


def oldest_open(reader: User) -> list[Ticket]:
    """Return the open tickets that were raised first: the oldest of each status, merged.

    One short walk of an index for each status; all at once would walk past every closed ticket.
    """
    numbers: list[tuple[datetime, int]] = []
    for status in OPEN_STATUSES:
        found = Ticket.objects.visible_to(reader).filter(status=status)
        oldest = found.order_by("raised_at", "number").values_list("raised_at", "number")
        numbers.extend(oldest[:OLDEST_SHOWN])
    wanted = [number for _, number in sorted(numbers)[:OLDEST_SHOWN]]
    return list(
        Ticket.objects.visible_to(reader)
        .filter(number__in=wanted)
        .for_list()
        .order_by("raised_at", "number")
    )


@dataclass(frozen=True)
class MailNow:
    """The ledger at this moment, each count up to `MAIL_CAP`."""

    waiting: int
    overdue: int
    failed: int
    held: int


def mail_now(*, now: datetime | None = None) -> MailNow:
    """Count the mails that wait, that wait for longer than a minute, that were given up."""
    due = (now or timezone.now()) - timedelta(minutes=1)
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING)
    return MailNow(
        waiting=_capped(waiting),
        overdue=_capped(waiting.filter(next_attempt_at__lt=due)),
        failed=_capped(Delivery.objects.filter(state=DeliveryState.FAILED)),
        held=_capped(Delivery.objects.filter(state=DeliveryState.HELD)),
    )


def _capped(queryset: QuerySet[Any]) -> int:
    return queryset.order_by()[:MAIL_CAP].count()
