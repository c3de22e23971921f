"""Reads of who takes part in tickets, what they think of the help, and who went on as whom."""

from datetime import timedelta
from typing import Any, Self

from django.db import models

from accounts.choices import Role
from tickets.choices import (
    ParticipantRole,
)


class ParticipantQuerySet(models.QuerySet[Any]):
    """Who follows tickets."""

    def cc(self) -> Self:
        """Customers who take part."""
        return self.filter(role=ParticipantRole.CC)

    def watchers(self) -> Self:
        """Colleagues at the desk."""
        return self.filter(role=ParticipantRole.WATCHER)

    def with_people(self) -> Self:
        """In the order in which they came, with the people."""
        return self.select_related("user", "added_by").order_by("id")


class RatingQuerySet(models.QuerySet[Any]):
    """What customers said about our help."""

    def given(self) -> Self:
        """Ratings that were given, not only asked for."""
        return self.filter(score__isnull=False)

    def about(self, user: Any) -> Self:
        """Given ratings that concern `user`: an admin, all; a technician, their own help."""
        return self.given() if user.role == Role.ADMIN else self.given().filter(technician=user)


class CustomerMergeQuerySet(models.QuerySet[Any]):
    """Merges of customers, undone ones included until `standing()` leaves them out."""

    def standing(self) -> Self:
        return self.filter(undone_at__isnull=True)

    def undoable(self, now: Any) -> Self:
        """What can be undone at a moment, newest first, with the people."""
        lately = self.standing().filter(merged_at__gt=now - timedelta(days=30))
        return lately.select_related("source", "merged_by").order_by("-id")
