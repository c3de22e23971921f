"""What customers say about our help."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tickets.choices import Score
from tickets.models.ticket import Ticket
from tickets.querysets import RatingQuerySet

COMMENT_LENGTH = 2_000


class Rating(models.Model):
    """One answer to "How was our help?" for one resolution of a ticket, which `resolved_at` names.

    The row is there from the moment at which the customer is asked by mail (`asked_at`) or
    answers without having been asked; `score` is null until then.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="ratings")
    resolved_at = models.DateTimeField()
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="given_ratings"
    )
    technician = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="ratings"
    )
    asked_at = models.DateTimeField(null=True)
    score = models.PositiveSmallIntegerField(null=True, choices=Score.choices)
    comment = models.TextField(max_length=COMMENT_LENGTH, blank=True)
    rated_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)

    objects = RatingQuerySet.as_manager()

    class Meta:
        ordering = ["-rated_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "resolved_at"], name="rating_once"),
            models.CheckConstraint(
                condition=Q(score__isnull=True, rated_at__isnull=True)
                | Q(score__in=Score.values, rated_at__isnull=False),
                name="rating_score_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-rated_at", "-id"], condition=Q(score__isnull=False), name="rating_newest"
            ),
            models.Index(
                fields=["technician", "-rated_at", "-id"],
                condition=Q(score__isnull=False),
                name="rating_technician",
            ),
            models.Index(
                fields=["score", "-rated_at", "-id"],
                condition=Q(score__isnull=False),
                name="rating_score",
            ),
            models.Index(
                fields=["customer", "asked_at"],
                condition=Q(asked_at__isnull=False),
                name="rating_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.word or 'No rating yet'} for {self.ticket_id}"

    @property
    def word(self) -> str:
        """The score as people read it: "Very good"; empty where there is none yet."""
        return str(Score(self.score).label) if self.score else ""
