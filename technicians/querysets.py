"""Reads of technicians."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from accounts.choices import STAFF_ROLES, Role


class TechnicianQuerySet(models.QuerySet[Any]):
    """Technicians who are not deleted, once `present()` or `visible_to()` is asked."""

    def present(self) -> Self:
        return self.filter(user__deleted_at__isnull=True, user__role=Role.TECHNICIAN)

    def available(self) -> Self:
        """Those who may be given a ticket now: nobody whose planned absence lasts."""
        there = self.present().filter(user__is_active=True, is_available=True)
        return there.filter(~Exists(absences_now(OuterRef("pk"))))

    def visible_to(self, user: Any) -> Self:
        """Admins see all, a technician their own record, nobody else any."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        if user.role == Role.ADMIN:
            return self.present()
        return self.present().filter(user=user)


def absences_now(technician: Any) -> models.QuerySet[Any]:
    """Return the absences of a technician (an expression) that last at this moment."""
    rows = apps.get_model("technicians", "Absence").objects.all()
    current: models.QuerySet[Any] = rows.current(timezone.now()).filter(technician=technician)
    return current


class AbsenceQuerySet(models.QuerySet[Any]):
    """Planned absences, those that were called off included until one asks for fewer."""

    def visible_to(self, user: Any) -> Self:
        """One's own and those of the members of teams that one leads; admins see all.

        Whoever sees an absence may plan it (`can_plan_absence`).
        """
        if getattr(user, "role", None) not in STAFF_ROLES:
            return self.none()
        present = self.filter(technician__user__deleted_at__isnull=True)
        if user.role == Role.ADMIN:
            return present
        led = apps.get_model("accounts", "Team").objects.filter(
            lead=user, members=OuterRef("technician")
        )
        return present.filter(Q(technician=user.pk) | Exists(led))

    def relevant(self, moment: datetime) -> Self:
        """Those that last or are to come, and those with tickets that are still with others."""
        coming = Q(ended_at__isnull=True, ends_at__gt=moment)
        return self.with_elsewhere().filter(coming | Q(elsewhere__gt=0))

    def coming(self, moment: datetime) -> Self:
        """Those that last or are to come."""
        return self.filter(ended_at__isnull=True, ends_at__gt=moment)

    def current(self, moment: datetime) -> Self:
        return self.coming(moment).filter(starts_at__lte=moment)

    def overlapping(self, absence: Any) -> Self:
        """Others' absences in a part of the same time."""
        others = self.filter(ended_at__isnull=True).exclude(technician=absence.technician_id)
        return others.filter(starts_at__lt=absence.ends_at, ends_at__gt=absence.starts_at)

    def with_elsewhere(self) -> Self:
        """With `elsewhere`: how many tickets others have because of it."""
        there = Q(handed__settled_at__isnull=True, handed__ticket__deleted_at__isnull=True)
        return self.annotate(elsewhere=Count("handed", filter=there))


class HandedQuerySet(models.QuerySet[Any]):
    """Tickets that went to others because of an absence."""

    def unsettled(self) -> Self:
        """Those that nobody has taken back or left there; a deleted ticket is nowhere."""
        return self.filter(settled_at__isnull=True, ticket__deleted_at__isnull=True)


class PresenceQuerySet(models.QuerySet[Any]):
    """Who is on tickets' pages."""

    # Pages say every 15 seconds that they are open; twice may get lost.
    LASTS = timedelta(seconds=35)

    def now(self, moment: datetime) -> Self:
        """Who has been there lately."""
        return self.filter(seen_at__gt=moment - self.LASTS)


class SavedViewQuerySet(models.QuerySet[Any]):
    """Lists of tickets under a name."""

    def visible_to(self, user: Any) -> Self:
        """A person's own, their teams' and those for everyone at the desk; customers have none."""
        if getattr(user, "role", None) not in STAFF_ROLES:
            return self.none()
        teams = user.teams.order_by().values("pk")
        return self.filter(Q(owner=user) | Q(audience="everyone") | Q(team__in=teams))

    def in_order(self) -> Self:
        return self.order_by("position", "id")


class SharedQuerySet(models.QuerySet[Any]):
    """Canned responses and macros."""

    def visible_to(self, user: Any) -> Self:
        """One's own, those of one's teams and everybody's; admins also those of all teams."""
        if getattr(user, "role", None) not in STAFF_ROLES:
            return self.none()
        shared = Q(audience="everyone") | Q(owner=user)
        teams = Q(audience="team")
        if user.role != Role.ADMIN:
            teams &= Q(team__in=user.teams.order_by().values("pk"))
        return self.filter(shared | teams)

    def changeable_by(self, user: Any) -> Self:
        """What `user` may change: their own and their teams'; admins also everybody's."""
        mine = Q(audience="own", owner=user) | Q(audience="team")
        everyones = Q(audience="everyone") if user.role == Role.ADMIN else Q(pk__in=[])
        return self.visible_to(user).filter(mine | everyones)

    def matching(self, words: str) -> Self:
        """Those whose title or folder has all the words."""
        found = self
        for word in words.split():
            found = found.filter(Q(title__icontains=word) | Q(folder__icontains=word))
        return found
