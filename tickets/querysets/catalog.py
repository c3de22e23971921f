"""Reads of what tickets are sorted by: categories and tags."""

from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce


class CategoryQuerySet(models.QuerySet[Any]):
    """Categories and subcategories."""

    def active(self) -> Self:
        """What may be chosen for a new ticket: active, below an active parent."""
        return self.filter(is_active=True).exclude(parent__is_active=False)

    def top_level(self) -> Self:
        return self.filter(parent__isnull=True)

    def in_tree_order(self) -> Self:
        """Each category, then its subcategories."""
        return self.select_related("parent").order_by(
            Coalesce("parent__position", "position"),
            Coalesce("parent__name", "name"),
            Coalesce("parent_id", "id"),
            F("parent_id").asc(nulls_first=True),
            "position",
            "name",
        )

    def family_of(self, category: Any) -> Self:
        """The category (or its primary key) with its subcategories."""
        return self.filter(Q(pk=category) | Q(parent=category))

    def served_by(self, user: Any) -> Self:
        """Categories that the technician or a team of theirs serves, with their subcategories."""
        links = apps.get_model("tickets", "CategoryTechnician").objects.filter(user=user)
        of_teams = self.model.teams.through.objects.filter(team__is_active=True, team__members=user)
        own = Q(pk__in=links.values("category")) | Q(pk__in=of_teams.values("category"))
        below = Q(parent__in=links.values("category")) | Q(parent__in=of_teams.values("category"))
        return self.filter(own | below)


class TagQuerySet(models.QuerySet[Any]):
    """Words on tickets."""

    def named(self, name: str) -> Self:
        """The one of that name, whatever its capitals."""
        return self.filter(name__lower=name.lower())

    def with_counts(self) -> Self:
        """With `tickets_total`: how many tickets have it, deleted ones included."""
        return self.annotate(tickets_total=models.Count("rows"))
