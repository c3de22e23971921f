"""What technicians need not write or click again: canned responses and macros."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Team
from technicians.choices import Audience
from technicians.querysets import SharedQuerySet
from tickets.choices import Priority, Status
from tickets.models import Category
from tickets.models.ticket import TEXT_LENGTH

TITLE_LENGTH = 120
FOLDER_LENGTH = 60
TAGS_LENGTH = 400


class Shared(models.Model):
    """Something of one person's, a team's or everybody's at the desk."""

    title = models.CharField(max_length=TITLE_LENGTH)
    folder = models.CharField(
        max_length=FOLDER_LENGTH, blank=True, help_text="Empty: in none. Folders sort the list."
    )
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.OWN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="%(class)ss"
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss"
    )
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SharedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["folder", "title", "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def audience_words(self) -> str:
        """Who can use it."""
        return f"Team {self.team}" if self.team else str(self.get_audience_display())


class CannedResponse(Shared):
    """A text with placeholders (`technicians/placeholders.py`)."""

    body = models.TextField(max_length=TEXT_LENGTH)

    class Meta(Shared.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(audience=Audience.TEAM, team__isnull=False)
                | ~Q(audience=Audience.TEAM) & Q(team__isnull=True),
                name="canned_team_named",
            ),
        ]


class Macro(Shared):
    """Several changes of a ticket in one click; what is empty is left as it is."""

    to_me = models.BooleanField("assign it to me", default=False)
    to_team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="give it to the team",
    )
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, null=True, blank=True)
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    tags = models.CharField(
        max_length=TAGS_LENGTH, blank=True, help_text="With commas between them."
    )
    note = models.TextField("internal note", max_length=TEXT_LENGTH, blank=True)
    reply = models.TextField(max_length=TEXT_LENGTH, blank=True)
    status = models.CharField(max_length=30, choices=Status.choices, blank=True)
    resolution_summary = models.TextField(
        "what was done",
        max_length=TEXT_LENGTH,
        blank=True,
        help_text="Needed where the status is Resolved or Closed.",
    )

    class Meta(Shared.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(audience=Audience.TEAM, team__isnull=False)
                | ~Q(audience=Audience.TEAM) & Q(team__isnull=True),
                name="macro_team_named",
            ),
        ]
