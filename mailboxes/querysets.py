"""Reads of incoming mail."""

from typing import Any, Self

from django.db import models

from mailboxes.choices import OPEN_OUTCOMES, Outcome


class InboundMailQuerySet(models.QuerySet[Any]):
    """The ledger of incoming mail."""

    def visible_to(self, user: Any) -> Self:
        """What `user` may read: admins everything, nobody else anything."""
        if getattr(user, "is_authenticated", False) and user.is_admin and user.guest_of is None:
            return self.all()
        return self.none()

    def waiting(self) -> Self:
        """What has no outcome yet."""
        return self.filter(outcome=Outcome.RECEIVED)

    def open(self) -> Self:
        """What a person has to look at."""
        return self.filter(outcome__in=OPEN_OUTCOMES)
