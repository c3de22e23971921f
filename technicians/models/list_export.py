"""A list of tickets as a file: asked for by somebody, written by the worker, gone after a day."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from technicians.choices import ExportFormat, ExportState


class ListExport(models.Model):
    """Nobody but who asked for it gets the file, whose name in the store tells nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="list_exports"
    )
    query = models.TextField()
    format = models.CharField(max_length=4, choices=ExportFormat.choices)
    state = models.CharField(
        max_length=10, choices=ExportState.choices, default=ExportState.WAITING
    )
    rows = models.PositiveIntegerField(default=0)
    stored_as = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    # Until when the worker that writes it is believed to be alive.
    leased_until = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=["waiting", "running"]),
                name="list_export_due",
            ),
            models.Index(fields=["expires_at"], name="list_export_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.get_format_display()} of {self.owner_id}"

    @property
    def is_running(self) -> bool:
        return self.state in (ExportState.WAITING, ExportState.RUNNING)

    @property
    def file_name(self) -> str:
        return f"tickets-{self.created_at:%Y-%m-%d}.{self.format}"
