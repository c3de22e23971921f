"""Which sign-ins are alive."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.choices import DeviceKind
from accounts.models.person import User
from accounts.user_agents import describe


class Device(models.Model):
    """A sign-in that is or was alive: a browser session or an API client's token family."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    kind = models.CharField(max_length=10, choices=DeviceKind.choices)
    session_key = models.CharField(max_length=40, blank=True)
    # The one refresh token of this family that still counts; using an older one ends the family.
    refresh_jti = models.CharField(max_length=64, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-last_seen_at"]
        indexes = [
            models.Index(
                fields=["user", "-last_seen_at"],
                condition=Q(ended_at__isnull=True),
                name="device_alive",
            ),
            models.Index(fields=["session_key"], name="device_session"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.user_id}"

    @property
    def description(self) -> str:
        """What signed in, in words: `Firefox on Linux`."""
        return describe(self.user_agent)
