"""Reads of how tickets belong together."""

from collections.abc import Collection
from typing import Any, Self

from django.db import models
from django.db.models import Q


class TicketMergeQuerySet(models.QuerySet[Any]):
    """Merges, undone ones included until `standing()` leaves them out."""

    def standing(self) -> Self:
        return self.filter(undone_at__isnull=True)


class TicketRelationQuerySet(models.QuerySet[Any]):
    """Links between tickets."""

    def touching(self, numbers: Collection[int]) -> Self:
        """Relations that begin or end at one of the tickets."""
        return self.filter(Q(from_ticket__in=numbers) | Q(to_ticket__in=numbers))
