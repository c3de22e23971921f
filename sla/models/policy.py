"""What is promised to whom. A version never changes: an edit adds one."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from sla.choices import POLICY_KINDS, ClockKind, LevelUnit
from sla.models.calendar import NAME_LENGTH, BusinessCalendar
from tickets.choices import Priority


class Policy(models.Model):
    """A named set of targets; of those whose conditions a ticket meets, the first one holds."""

    name = models.CharField(max_length=NAME_LENGTH, unique=True)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    current = models.OneToOneField(
        "PolicyVersion", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["position", "id"]
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    """Targets in working minutes (null: none), for whom, and in which statuses they stand still.

    `conditions` maps `categories`, `priorities`, `organizations`, `channels` and `tags` to lists;
    an absent or empty one lets everything pass.
    """

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    calendar = models.ForeignKey(BusinessCalendar, on_delete=models.PROTECT, related_name="+")
    first_response = models.PositiveIntegerField(null=True, blank=True)
    next_response = models.PositiveIntegerField(null=True, blank=True)
    resolution = models.PositiveIntegerField(null=True, blank=True)
    update = models.PositiveIntegerField(null=True, blank=True)
    pauses = models.JSONField(default=list, blank=True)
    conditions = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="policy_version_unique"),
            models.CheckConstraint(
                condition=~Q(first_response=0)
                & ~Q(next_response=0)
                & ~Q(resolution=0)
                & ~Q(update=0),
                name="policy_targets_not_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy.name}, version {self.number}"

    def target(self, kind: str) -> int | None:
        """Return the target of a kind in working seconds."""
        minutes: int | None = getattr(self, kind) if kind in POLICY_KINDS else None
        return None if minutes is None else minutes * 60


class EscalationLevel(models.Model):
    """What happens when a clock of the policy has counted so far and has not ended."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="levels")
    kind = models.CharField(max_length=20, choices=ClockKind.choices, blank=True)
    amount = models.IntegerField()
    unit = models.CharField(max_length=10, choices=LevelUnit.choices, default=LevelUnit.PERCENT)
    tell_technician = models.BooleanField(default=True)
    tell_lead = models.BooleanField(default=False)
    tell_others = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    raise_priority_to = models.PositiveSmallIntegerField(
        null=True, blank=True, choices=Priority.choices
    )
    reassign_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        if self.unit == LevelUnit.PERCENT:
            return f"At {self.amount} % of the target"
        if self.amount == 0:
            return "When it is due"
        side = "after" if self.amount > 0 else "before"
        return f"{abs(self.amount)} working minutes {side} it is due"

    def seconds(self, target: int) -> int:
        """Return how much of its time a clock of `target` seconds has counted at this level."""
        if self.unit == LevelUnit.PERCENT:
            return target * self.amount // 100
        return target + self.amount * 60

    @property
    def is_warning(self) -> bool:
        """Whether the level comes before the due time."""
        return self.amount < (100 if self.unit == LevelUnit.PERCENT else 0)
