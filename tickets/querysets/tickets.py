"""Reads of tickets. Every page, endpoint, count, search, export and mail starts at `visible_to`."""

from typing import Any, NamedTuple, Self

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connections, models
from django.db.models import Case, F, Func, Prefetch, Q, Value, When

from accounts.choices import Role
from accounts.memory import once
from tickets.choices import (
    DONE_STATUSES,
    OPEN_STATUSES,
    RAISED_BY_CUSTOMER,
    ParticipantRole,
    Status,
)

MOST_URGENT = ("next_due_at", "-priority", "raised_at", "number")
NEWEST = ("-raised_at", "-number")


class AnyOf(Func):
    """The condition that the first expression is in one of the arrays that follow (PostgreSQL)."""

    output_field = models.BooleanField()

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Any:
        parts = [compiler.compile(expression) for expression in self.source_expressions]
        (column, params), *arrays = parts
        joined = " || ".join(sql for sql, _ in arrays)
        return f"{column} = ANY ({joined})", [*params, *(p for _, more in arrays for p in more)]


class IsOpen(models.Func):
    """The condition that a status is one of open tickets, as the indexes of open tickets have it.

    Written out, because SQLite uses an index with a condition only for a question that says the
    same without parameters.
    """

    output_field = models.BooleanField()
    arity = 1
    template = "%(expressions)s IN ({})".format(", ".join(f"'{each}'" for each in OPEN_STATUSES))


class TicketQuerySet(models.QuerySet[Any]):
    """Tickets, deleted ones included until `present()` or `visible_to()` leaves them out."""

    def present(self) -> Self:
        """Tickets that are not deleted."""
        return self.filter(deleted_at__isnull=True)

    def visible_to(self, user: Any) -> Self:
        """Tickets that `user` may read.

        Admins: all. Customers: their own and those they follow; until they have confirmed their
        address, only what they raised themselves (somebody else may have registered with it).
        Technicians: those assigned to them, those they watch, the open ones in the queues of their
        teams, and the open unassigned ones in the categories they serve. Guests: the one of their
        link. Nobody else: none. Deleted ones: nobody.
        """
        if not getattr(user, "is_authenticated", False):
            return self.none()
        if user.guest_of is not None:
            return self._visible_to_guest(user)
        if user.role == Role.ADMIN:
            return self.present()
        if user.role == Role.TECHNICIAN:
            reach = _reach_of(user)
            mine = Q(technician=user) | _takeable(reach) | self._followed_by(user)
            if reach.teams:
                mine |= Q(IsOpen("status"), team__in=reach.teams)
            return self.present().filter(mine)
        if not user.is_email_verified:
            return self.own(user)
        return self.present().filter(Q(customer=user) | self._followed_by(user))

    def _visible_to_guest(self, user: Any) -> Self:
        """The one ticket of a guest's link, as long as it is theirs or they follow it.

        Whether the address is confirmed doesn't matter: they have just read its mail.
        """
        one = self.present().filter(pk=user.guest_of)
        return one.filter(Q(customer=user) | self._followed_by(user))

    def own(self, user: Any) -> Self:
        """Tickets that the customer is the requester of and may read."""
        if user.guest_of is not None:
            return self._visible_to_guest(user).filter(customer=user)
        own = self.present().filter(customer=user)
        return own if user.is_email_verified else own.filter(channel__in=RAISED_BY_CUSTOMER)

    def followed_by(self, user: Any) -> Self:
        """Tickets that `user` may read because somebody added them, or they watch."""
        if user.guest_of is not None:
            return self._visible_to_guest(user).exclude(customer=user)
        if not user.is_email_verified and user.role == Role.CUSTOMER:
            return self.none()
        return self.present().filter(self._followed_by(user))

    def merged_in_sight_of(self, user: Any) -> Self:
        """Merged tickets whose story `user` may read where it goes on, if not here."""
        present = self.present()
        return present.filter(merged_into__in=self.model.objects.visible_to(user).order_by())

    def worked_on_by(self, user: Any) -> Self:
        """Tickets that the technician has or watches: where they may write to their colleagues."""
        return self.present().filter(Q(technician=user) | self._followed_by(user))

    def _followed_by(self, user: Any) -> Q:
        """The condition that `user` follows the ticket, beside others in one `Q`.

        As an array that is made once, PostgreSQL can look it up beside the indexes of the other
        conditions; a subquery would leave it a walk along all tickets.
        """
        followed = _participations(user).values("ticket")
        if connections[self.db].vendor == "postgresql":
            return Q(AnyOf(F("number"), ArraySubquery(followed)))
        return Q(number__in=followed)

    def takeable_by(self, user: Any) -> Self:
        """Open tickets without a technician: of the technician's categories and teams."""
        return self.present().filter(_takeable(_reach_of(user)))

    def of_teams_of(self, user: Any) -> Self:
        """Open tickets in the queues of the technician's teams."""
        return self.present().open().filter(team__in=_reach_of(user).teams)

    def open(self) -> Self:
        """Tickets that somebody at the desk still works on."""
        return self.filter(IsOpen("status"))

    def done(self) -> Self:
        """Resolved and closed tickets."""
        return self.filter(status__in=DONE_STATUSES)

    def assigned_to(self, user: Any) -> Self:
        return self.filter(technician=user)

    def on_desk_of(self, user: Any) -> Self:
        """Tickets assigned to a technician, all of which `visible_to` lets them read.

        The rest of that rule would only be looked through: what they might take, or watch.
        """
        return self.present().assigned_to(user)

    def awaiting_reply(self) -> Self:
        """Open tickets whose customer had the last public word."""
        # Only open ones await a reply; saying so leads to the index of the open ones.
        return self.open().filter(awaits_reply=True)

    def answered_by_note(self) -> Self:
        """Of these, the ones on which the desk has only written notes since."""
        return self.filter(answered_by_note=True)

    def unassigned(self) -> Self:
        return self.filter(technician__isnull=True)

    def waiting_on_customer(self) -> Self:
        return self.filter(status=Status.WAITING)

    def to_confirm(self) -> Self:
        """Finished tickets whose customer wrote what reads like mere thanks."""
        return self.filter(confirm_since__isnull=False)

    def most_urgent_first(self) -> Self:
        """By the earliest running target (missed ones come first), then priority, then age."""
        return self.order_by(*MOST_URGENT)

    def needing_customer_first(self) -> Self:
        """What waits for the customer, then the newest."""
        waits = Case(When(status=Status.WAITING, then=0), default=1)
        return self.order_by(waits, *NEWEST)

    def newest_first(self) -> Self:
        return self.order_by(*NEWEST)

    def for_list(self) -> Self:
        """With what a row of a list shows, and without the long texts."""
        return self.select_related("customer", "technician", "team", "category__parent").defer(
            "description", "resolution_summary"
        )

    def awake(self) -> Self:
        """Tickets that do not rest out of the queues (`TicketSnooze`)."""
        rows = apps.get_model("tickets", "TicketSnooze").objects.values("ticket")
        # Not `~Exists`, which PostgreSQL answers by reading all of them again for each ticket
        # where it expects few tickets.
        return self.exclude(pk__in=rows)

    def snoozed(self) -> Self:
        """Tickets that rest, with until when."""
        return self.filter(snooze__isnull=False)

    def tagged(self, tag: Any) -> Self:
        """Tickets with the tag (or its primary key)."""
        rows = apps.get_model("tickets", "TicketTag").objects.filter(tag=tag)
        return self.filter(pk__in=rows.values("ticket"))

    def with_tags(self) -> Self:
        """With `tag_rows`, their tags beside them: for staff only."""
        rows = apps.get_model("tickets", "TicketTag").objects.select_related("tag")
        return self.prefetch_related(Prefetch("tag_rows", rows.order_by("tag__name")))

    def for_detail(self) -> Self:
        """With everything that a ticket's page shows beside its timeline."""
        return self.select_related(
            "customer__organization", "technician", "team", "category__parent"
        )


class Reach(NamedTuple):
    """What a technician shares with others: categories that they serve, teams, by primary key."""

    categories: list[int]
    teams: list[int]


def _reach_of(user: Any) -> Reach:
    """Return what the technician shares; one query, and a request that only reads asks once."""
    return once(("reach", user.pk), lambda: _ask_reach_of(user))


def _ask_reach_of(user: Any) -> Reach:
    kinds = [Value(kind, models.IntegerField()) for kind in (0, 1)]
    served = apps.get_model("tickets", "Category").objects.served_by(user).order_by()
    teams = user.teams.order_by().values_list("pk", kinds[1])
    found = list(served.values_list("pk", kinds[0]).union(teams, all=True))
    return Reach(*([pk for pk, kind in found if kind == which] for which in (0, 1)))


def _takeable(reach: Reach) -> Q:
    """The condition that the ticket is open and free, and in somebody's categories or teams."""
    free = Q(IsOpen("status"), technician__isnull=True)
    if not reach.teams:
        return free & Q(category__in=reach.categories)
    return (free & Q(category__in=reach.categories)) | (free & Q(team__in=reach.teams))


def _role_of(user: Any) -> ParticipantRole:
    return ParticipantRole.CC if user.role == Role.CUSTOMER else ParticipantRole.WATCHER


def _participations(user: Any) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = apps.get_model("tickets", "TicketParticipant").objects.all()
    return rows.filter(user=user, role=_role_of(user))
