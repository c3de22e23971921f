"""What the desk knows of a technician beyond the account."""

from django.conf import settings
from django.db import models

from technicians.querysets import TechnicianQuerySet

AWAY_NOTE_LENGTH = 200
WORK_HOURS_LENGTH = 200


class Technician(models.Model):
    """The working side of a technician's account; categories hang on the account itself."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="technician",
    )
    is_available = models.BooleanField("available for new tickets", default=True)
    away_note = models.CharField(
        max_length=AWAY_NOTE_LENGTH, blank=True, help_text="Colleagues see it."
    )

    most_open = models.PositiveSmallIntegerField(
        "most open tickets",
        null=True,
        blank=True,
        help_text="The desk gives them no more by itself. Empty: no limit.",
    )
    work_hours = models.CharField(
        max_length=WORK_HOURS_LENGTH,
        blank=True,
        help_text="Like Mon-Fri 09:00-17:00; Sat 10:00-14:00, in their own zone. Empty: always.",
    )

    objects = TechnicianQuerySet.as_manager()

    class Meta:
        ordering = ["user__name"]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def technician_id(self) -> str:
        """The public number: `TEC0001`."""
        return self.user.desk_id
