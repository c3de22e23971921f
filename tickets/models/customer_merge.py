"""Which customer was merged into which, and all that undoing it needs."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from tickets.querysets import CustomerMergeQuerySet

UNDO_FOR = timedelta(days=30)


class CustomerMerge(models.Model):
    """`source` goes on as `target` until the merge is undone. Written by the services.

    What moved is kept by number, so that exactly this goes back, and nothing that came later.
    """

    source = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="customer_merges_away"
    )
    target = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="customer_merges_in"
    )
    merged_at = models.DateTimeField(default=timezone.now)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Whether the source might sign in before.
    was_active = models.BooleanField()
    # `tickets`, `participants`, `notes`, `accounts`: the keys of what moved; `dropped`: rows of
    # participants that would have stood there twice; `given`: what the target took over,
    # `{field: [before, after]}`.
    moved = models.JSONField(default=dict)

    objects = CustomerMergeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(undone_at__isnull=True),
                name="customer_merge_once",
            ),
            models.CheckConstraint(
                condition=~Q(source=F("target")), name="customer_merge_not_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} into {self.target_id}"

    @property
    def undo_until(self) -> datetime:
        return self.merged_at + UNDO_FOR
