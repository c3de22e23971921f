"""When a technician will not be there, and which of their tickets others have meanwhile."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from technicians.models.technician import Technician
from technicians.querysets import AbsenceQuerySet, HandedQuerySet
from tickets.models import Ticket

ABSENCE_NOTE_LENGTH = 200


class Absence(models.Model):
    """From when until when somebody is away. Nothing has to happen at either moment.

    Whoever asks who is there looks at the clock. `ended_at`: called off, or back earlier.
    """

    technician = models.ForeignKey(Technician, on_delete=models.CASCADE, related_name="absences")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=ABSENCE_NOTE_LENGTH, blank=True)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    planned_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["technician", "ends_at"], name="absence_technician")]

    def __str__(self) -> str:
        return f"{self.technician} from {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None or self.ends_at <= timezone.now()

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= timezone.now()


class HandedTicket(models.Model):
    """A ticket that went to somebody else because of an absence."""

    absence = models.ForeignKey(Absence, on_delete=models.CASCADE, related_name="handed")
    ticket = models.ForeignKey(
        Ticket, db_index=False, on_delete=models.CASCADE, related_name="handed"
    )
    given_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    # The ticket's newest event at that time: what came later may be the other one's work.
    event = models.BigIntegerField()
    handed_at = models.DateTimeField(default=timezone.now)
    # Back with the one who was away, or left where it is.
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = HandedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "absence"], name="handed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} with {self.given_to_id}"
