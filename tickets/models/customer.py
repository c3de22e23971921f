"""What the desk writes down about customers and organisations, who never see it."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Organization

CUSTOMER_NOTE_LENGTH = 2_000


class CustomerNote(models.Model):
    """A note about a person, beside their tickets."""

    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="desk_notes"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(max_length=CUSTOMER_NOTE_LENGTH)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Note {self.pk} about {self.customer_id}"


class OrganizationNote(models.Model):
    """A note about an organisation, beside its people."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="desk_notes"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(max_length=CUSTOMER_NOTE_LENGTH)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Note {self.pk} about {self.organization_id}"
