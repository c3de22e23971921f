"""Tickets that the desk gives to somebody by itself."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Team
from technicians.choices import AssignmentMethod
from tickets.models import Category, Ticket

SENTENCE_LENGTH = 200


class AssignmentRule(models.Model):
    """How tickets of a category (its subcategories included), or of a team's queue, are given.

    Off until somebody switches it on. `last_given` is who got the newest one: the turn goes on
    from there, whichever process asks.
    """

    category = models.OneToOneField(
        Category,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="assignment_rule",
        help_text="Subcategories without a rule of their own are included.",
    )
    team = models.OneToOneField(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="assignment_rule"
    )
    method = models.CharField(
        max_length=20, choices=AssignmentMethod.choices, default=AssignmentMethod.ROUND_ROBIN
    )
    is_on = models.BooleanField("switched on", default=False)
    last_given = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(category__isnull=True) ^ Q(team__isnull=True),
                name="rule_of_category_or_team",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team or self.category}: {self.get_method_display()}"


class AssignmentRequest(models.Model):
    """A ticket that waits to be given to somebody; the row goes when it has been.

    `stuck_since`: since when nobody could be given it, and `reason` says why.
    """

    ticket = models.OneToOneField(
        Ticket, primary_key=True, on_delete=models.CASCADE, related_name="to_be_given"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now, db_index=True)
    # Who has just given it back: somebody else comes first.
    not_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    stuck_since = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=SENTENCE_LENGTH, blank=True)

    class Meta:
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return f"{self.ticket_id} waits"
