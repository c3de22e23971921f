"""Figures of the technicians' pages. Every one starts at what the reader may see, none scans."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import (
    Avg,
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.models import Organization, User
from sla.queries import with_clocks
from technicians.models import Absence, Technician
from tickets.choices import SATISFIED, EventType, Priority, Status, Visibility
from tickets.models import (
    Category,
    Comment,
    OutgoingReply,
    Rating,
    Ticket,
    TicketEvent,
    TicketReminder,
)
from tickets.querysets import Part, TicketQuerySet, together

# Nobody counts beyond: "999+" says enough, and the database stops there.
CAP = 1_000
# A reply and the ticket's "first answered" are written in one transaction, moments apart.
SAME_MOMENT = timedelta(seconds=5)
# How long somebody may have looked at a page that shows a ticket as free.
LATELY = timedelta(hours=1)
RATING_PERIOD = timedelta(days=30)
REMINDERS = 8
MOST_PEOPLE = 5_000
ABSENCE_AHEAD = timedelta(days=14)
ABSENCES = 3


def capped_count(queryset: QuerySet[Any]) -> int:
    """Return how many rows there are, at most `CAP`."""
    return queryset.order_by()[:CAP].count()


def count_words(count: int) -> str:
    """Return the counter as people read it: "999+" where counting stopped."""
    return f"{CAP - 1}+" if count >= CAP else str(count)


def with_last_word(tickets: TicketQuerySet) -> TicketQuerySet:
    """Annotate `last_word_at` (when customer or desk last wrote where both read); bring clocks."""
    replies = Comment.objects.filter(ticket=OuterRef("pk"), visibility=Visibility.PUBLIC)
    newest = replies.order_by("-id").values("created_at")[:1]
    annotated = tickets.annotate(last_word_at=Coalesce(Subquery(newest), F("raised_at")))
    found: TicketQuerySet = with_clocks(annotated)
    return found


def own_tickets(user: User) -> TicketQuerySet:
    """What the reader is responsible for: a technician for their own, an admin for every ticket."""
    tickets = Ticket.objects
    own: TicketQuerySet = tickets.visible_to(user) if user.is_admin else tickets.on_desk_of(user)
    return own


def unassigned_tickets(user: User) -> TicketQuerySet:
    """Open tickets without a technician: in one's own categories; all of them for an admin."""
    if user.is_admin:
        found: TicketQuerySet = Ticket.objects.visible_to(user).open().unassigned().awake()
        return found
    takeable: TicketQuerySet = Ticket.objects.takeable_by(user).awake()
    return takeable


def lost_to(user: User, number: int) -> TicketEvent | None:
    """Return how a colleague came by a ticket that `user` could have taken until lately, if so.

    The one word about a ticket that is out of sight by now: `user` has just seen it as free.
    """
    served = Category.objects.served_by(user).values("pk")
    events = TicketEvent.objects.filter(
        ticket=number,
        ticket__deleted_at__isnull=True,
        ticket__category__in=served,
        ticket__technician=F("technician"),
        type=EventType.ASSIGNED,
        at__gte=timezone.now() - LATELY,
    )
    return events.select_related("technician").order_by("-id").first()


def stuck_tickets(user: User) -> TicketQuerySet:
    """Tickets that the desk can give to nobody now, of those that the reader may see."""
    tickets: TicketQuerySet = Ticket.objects.visible_to(user).open().unassigned()
    return tickets.filter(to_be_given__stuck_since__isnull=False)


class DeskCounts:
    """Counters of the sidebar and the dashboard: a technician's own, or the whole desk's."""

    def __init__(self, user: User) -> None:
        self.user = user

    @cached_property
    def _open(self) -> TicketQuerySet:
        return own_tickets(self.user).open().awake()

    @cached_property
    def _rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """What a technician's counters are made of, in one short query.

        Of a ticket: status, priority, whether it awaits a reply, whether a note is all it got. Of
        a reply on its way: its state, and whether it is due.
        """
        columns = ("status", "priority", "awaits_reply", "answered_by_note")
        return together(
            mine=Part(self._open.order_by(), columns, CAP),
            free=Part(self.unassigned_tickets.order_by(), columns, CAP),
            to_confirm=Part(own_tickets(self.user).to_confirm().order_by(), columns, CAP),
            stuck=Part(stuck_tickets(self.user).order_by(), columns, CAP),
            outgoing=self._outgoing,
        )

    @property
    def _outgoing(self) -> Part:
        is_due = Case(When(due_at__lte=timezone.now(), then=True), default=False)
        columns = ("state", Value(0), is_due, Value(False))  # noqa: FBT003  as many as of a ticket
        return Part(OutgoingReply.objects.of(self.user).order_by(), columns, CAP)

    @cached_property
    def outgoing(self) -> list[tuple[str, bool]]:
        """The state of each reply of the reader's own that has not gone out; whether it is due."""
        if self.user.is_admin:
            rows = list(self._outgoing.rows.values_list(*self._outgoing.columns)[:CAP])
        else:
            rows = self._rows["outgoing"]
        return [(state, bool(is_due)) for state, _, is_due, _ in rows]

    @property
    def _mine(self) -> list[tuple[Any, ...]]:
        return self._rows["mine"]

    @cached_property
    def unassigned_tickets(self) -> TicketQuerySet:
        return unassigned_tickets(self.user)

    @cached_property
    def open(self) -> int:
        return capped_count(self._open) if self.user.is_admin else len(self._mine)

    @cached_property
    def urgent(self) -> int:
        if self.user.is_admin:
            return capped_count(self._open.filter(priority=Priority.URGENT))
        return sum(priority == Priority.URGENT for _, priority, _, _ in self._mine)

    @cached_property
    def waiting(self) -> int:
        return self._in_status(Status.WAITING)

    @cached_property
    def on_hold(self) -> int:
        return self._in_status(Status.ON_HOLD)

    @cached_property
    def stuck(self) -> int:
        """Tickets that the desk can give to nobody now."""
        if self.user.is_admin:
            return capped_count(stuck_tickets(self.user))
        return len(self._rows["stuck"])

    @cached_property
    def to_confirm(self) -> int:
        """Finished tickets whose customer wrote what reads like mere thanks."""
        if self.user.is_admin:
            return capped_count(own_tickets(self.user).to_confirm())
        return len(self._rows["to_confirm"])

    def _in_status(self, status: Status) -> int:
        if self.user.is_admin:
            return capped_count(self._open.filter(status=status))
        return sum(present == status for present, _, _, _ in self._mine)

    @cached_property
    def unanswered(self) -> int:
        """Open tickets whose customer had the last word."""
        if self.user.is_admin:
            return capped_count(self._open.filter(awaits_reply=True))
        return sum(awaits for _, _, awaits, _ in self._mine)

    @cached_property
    def noted(self) -> int:
        """Open tickets whose customer had the last word, and then the desk wrote a note."""
        if self.user.is_admin:
            return capped_count(self._open.answered_by_note())
        return sum(noted for _, _, _, noted in self._mine)

    @cached_property
    def _unassigned(self) -> Sequence[int]:
        if self.user.is_admin:
            return list(self.unassigned_tickets.order_by().values_list("priority", flat=True)[:CAP])
        return [priority for _, priority, _, _ in self._rows["free"]]

    @cached_property
    def unassigned(self) -> int:
        return len(self._unassigned)

    @cached_property
    def unassigned_urgent(self) -> int:
        return sum(priority == Priority.URGENT for priority in self._unassigned)


def news_since(user: User, since: datetime) -> int:
    """Return how many tickets came since then: to everybody who may take them, and to `user`.

    Of those that came to `user`, not what they took themselves.
    """
    free = unassigned_tickets(user).filter(raised_at__gt=since)
    if user.is_admin:
        return capped_count(free)
    given = TicketEvent.objects.filter(
        ticket=OuterRef("pk"), type=EventType.ASSIGNED, technician=user, at__gt=since
    ).exclude(actor=user)
    mine = own_tickets(user).open().filter(Exists(given), updated_at__gt=since)
    return capped_count(free) + capped_count(mine)


def next_reminders(user: User, now: datetime) -> list[TicketReminder]:
    """Return one's own reminders that are due, and those to come within a day."""
    visible = Ticket.objects.visible_to(user).filter(pk=OuterRef("ticket"))
    rows = TicketReminder.objects.filter(user=user, at__lte=now + timedelta(days=1))
    return list(rows.filter(Exists(visible)).select_related("ticket")[:REMINDERS])


def with_absences(technician: Technician | None, now: datetime) -> list[Absence]:
    """Return a technician's absences that last or begin soon, or that left tickets with others.

    Each with `elsewhere`: how many tickets others have because of it. `technician` comes from
    `for_dashboard`; nothing is asked where there are none.
    """
    if technician is None or not technician.has_absences:  # type: ignore[attr-defined]
        return []
    soon = Q(ended_at__isnull=True, ends_at__gt=now, starts_at__lte=now + ABSENCE_AHEAD)
    rows = technician.absences.with_elsewhere()
    return list(rows.filter(soon | Q(elsewhere__gt=0)).order_by("starts_at")[:ABSENCES])


def for_dashboard(user: User, now: datetime) -> Technician | None:
    """Return the reader's own record, with `has_absences`: whether there may be any to show."""
    to_come = Q(ended_at__isnull=True, ends_at__gt=now) | Q(handed__settled_at__isnull=True)
    some = Absence.objects.filter(to_come, technician=OuterRef("pk"))
    found: Technician | None = (
        Technician.objects.visible_to(user).annotate(has_absences=Exists(some)).first()
    )
    return found


def organization_figures(user: User, organization: Organization) -> dict[str, Any]:
    """Return figures of the organisation's tickets that the reader sees, and of its ratings."""
    people = list(organization.people.order_by().values_list("pk", flat=True)[:MOST_PEOPLE])
    tickets = Ticket.objects.visible_to(user).filter(customer__in=people)
    since = timezone.now() - RATING_PERIOD
    ratings = Rating.objects.about(user).filter(customer__in=people, ticket__deleted_at=None)
    rated = ratings.aggregate(average=Avg("score"), count=Count("pk"))
    return {
        "open": capped_count(tickets.open()),
        "raised": capped_count(tickets.filter(raised_at__gte=since)),
        "resolved": capped_count(tickets.filter(resolved_at__gte=since)),
        "rated": rated["count"],
        "average": rated["average"],
    }


@dataclass(frozen=True)
class Day:
    """What a technician has done since midnight; `median_answer` is None without a first answer."""

    resolved: int
    replies: int
    median_answer: timedelta | None


def day_so_far(user: User, *, now: datetime | None = None) -> Day:
    """Return the technician's day, which begins at midnight of the active time zone."""
    now = timezone.localtime(now)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Ticket.objects.on_desk_of(user)
    replies = Comment.objects.filter(
        author=user, visibility=Visibility.PUBLIC, created_at__gte=midnight
    ).values_list("created_at", "ticket__raised_at", "ticket__first_answered_at")[:CAP]
    rows = list(replies)
    answers = [
        (answered - raised).total_seconds()
        for written, raised, answered in rows
        if answered and abs(answered - written) < SAME_MOMENT
    ]
    return Day(
        resolved=capped_count(mine.filter(resolved_at__gte=midnight, resolved_at__lte=now)),
        replies=len(rows),
        median_answer=timedelta(seconds=median(answers)) if answers else None,
    )


def latest_rating(user: User) -> Rating | None:
    """Return the newest rating that concerns the reader, of a ticket that they may read."""
    newest = Rating.objects.about(user).filter(ticket__deleted_at__isnull=True)
    if not user.is_admin:
        newest = newest.filter(ticket__technician=user)
    return newest.select_related("customer", "ticket").order_by("-rated_at", "-id").first()


def satisfaction(user: User, *, now: datetime | None = None) -> dict[str, int]:
    """Return how many ratings a technician got in 30 days, and how many in a hundred are good."""
    since = (now or timezone.now()) - RATING_PERIOD
    lately = Rating.objects.about(user).filter(rated_at__gte=since)
    good = Count("pk", filter=Q(score__gte=SATISFIED))
    found = lately.aggregate(count=Count("pk"), good=good)
    percent = round(100 * found["good"] / found["count"]) if found["count"] else 0
    return {"count": found["count"], "percent": percent}
