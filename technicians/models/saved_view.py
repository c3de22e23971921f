"""Lists of tickets that people keep, and how they want to see lists."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Team
from technicians.choices import Audience
from technicians.querysets import SavedViewQuerySet

VIEW_NAME_LENGTH = 60
VIEW_QUERY_LENGTH = 2_000


class SavedView(models.Model):
    """A list of tickets under a name: the query of its address. Each reader sees their own rows."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(max_length=VIEW_NAME_LENGTH)
    query = models.CharField(max_length=VIEW_QUERY_LENGTH)
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.OWN)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="saved_views"
    )
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name_unique"),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values), name="saved_view_audience_known"
            ),
            models.CheckConstraint(
                condition=Q(audience=Audience.TEAM, team__isnull=False)
                | ~Q(audience=Audience.TEAM) & Q(team__isnull=True),
                name="saved_view_team_named",
            ),
        ]
        indexes = [
            models.Index(
                fields=["position", "id"],
                condition=~Q(audience=Audience.OWN),
                name="saved_view_shared",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audience_words(self) -> str:
        """Who sees it, in words."""
        return f"Team {self.team}" if self.team else str(self.get_audience_display())

    @property
    def is_shared(self) -> bool:
        return self.audience != Audience.OWN


class ListPreference(models.Model):
    """How somebody wants the list of tickets: its columns, and the view that it opens with."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="list_preference",
    )
    columns = models.JSONField(default=list)
    default_view = models.ForeignKey(
        SavedView, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return f"List of {self.user_id}"
