"""How the desk keeps its work in order; customers never see any of it."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from tickets.models.ticket import Ticket

ITEM_LENGTH = 200
REMINDER_LENGTH = 200
TIME_NOTE_LENGTH = 200


class TicketSnooze(models.Model):
    """The ticket is out of the queues until a moment, or until its customer writes.

    No `until`: only the customer's answer (or a colleague) brings it back.
    """

    ticket = models.OneToOneField(
        Ticket, primary_key=True, on_delete=models.CASCADE, related_name="snooze"
    )
    until = models.DateTimeField(null=True, blank=True, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.ticket_id} until {self.until or 'an answer'}"


class TicketReminder(models.Model):
    """What somebody at the desk wants to be reminded of; theirs alone."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="reminders")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        db_index=False,
        on_delete=models.CASCADE,
        related_name="ticket_reminders",
    )
    at = models.DateTimeField()
    note = models.CharField(max_length=REMINDER_LENGTH, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # When its moment had come and it was said.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["user", "at", "id"], name="reminder_user"),
            models.Index(
                fields=["at"], condition=models.Q(told_at__isnull=True), name="reminder_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} for {self.user_id} at {self.at}"


class ChecklistItem(models.Model):
    """One thing to do on a ticket."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="checklist")
    text = models.CharField(max_length=ITEM_LENGTH)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


class TimeEntry(models.Model):
    """Minutes that somebody at the desk spent on a ticket."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="time_entries")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    minutes = models.PositiveIntegerField()
    note = models.CharField(max_length=TIME_NOTE_LENGTH, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "time entries"
        indexes = [
            models.Index(fields=["user", "at"], name="time_entry_user"),
            models.Index(fields=["at"], name="time_entry_at"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gt=0), name="time_entry_minutes_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min on {self.ticket_id}"
