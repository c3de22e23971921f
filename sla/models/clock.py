"""What was promised on each ticket, and how the time went. Written by `sla.services` only."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from sla.arithmetic import ALWAYS, Stretch
from sla.choices import VERBS, ClockKind, SegmentState
from sla.models.calendar import CalendarVersion
from sla.models.policy import EscalationLevel, PolicyVersion
from tickets.models import Ticket, TicketEvent

REASON_LENGTH = 60


class TicketTerms(models.Model):
    """Which versions a ticket goes by: kept until somebody chooses otherwise."""

    ticket = models.OneToOneField(
        Ticket, primary_key=True, on_delete=models.CASCADE, related_name="sla_terms"
    )
    policy_version = models.ForeignKey(
        PolicyVersion, null=True, on_delete=models.PROTECT, related_name="+"
    )
    calendar_version = models.ForeignKey(
        CalendarVersion, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # Whether each change of them since the ticket was raised is an event.
    is_recorded = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"Terms of {self.ticket_id}"


class Clock(models.Model):
    """One target of one ticket. Times are UTC, `target` is in working seconds.

    `due_at` is null while it stands still; `next_level_at` is when an escalation level is to be
    looked at, also of a clock that was missed before anybody had looked. A clock that has ended
    keeps its due time: it was met if it ended by then.
    """

    ticket = models.ForeignKey(
        Ticket, db_index=False, on_delete=models.CASCADE, related_name="clocks"
    )
    kind = models.CharField(max_length=20, choices=ClockKind.choices)
    cycle = models.PositiveIntegerField(default=1)
    policy_version = models.ForeignKey(
        PolicyVersion, null=True, on_delete=models.PROTECT, related_name="+"
    )
    target = models.PositiveIntegerField(null=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    next_level_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    is_met = models.BooleanField(null=True)
    used = models.PositiveIntegerField(null=True)
    start_event = models.ForeignKey(
        TicketEvent, null=True, db_index=False, on_delete=models.SET_NULL, related_name="+"
    )
    end_event = models.ForeignKey(
        TicketEvent, null=True, db_index=False, on_delete=models.SET_NULL, related_name="+"
    )
    # Whose it was when it ended.
    technician = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        db_index=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "kind", "cycle"], name="clock_unique"),
            models.UniqueConstraint(
                fields=["ticket", "kind"],
                condition=Q(ended_at__isnull=True),
                name="clock_open_unique",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_level_at"],
                condition=Q(next_level_at__isnull=False),
                name="clock_next_level",
            ),
            models.Index(
                fields=["ended_at"], condition=Q(ended_at__isnull=False), name="clock_ended"
            ),
            models.Index(fields=["ended_at", "id"], condition=Q(is_met=False), name="clock_missed"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.ticket_id}"

    @property
    def verb(self) -> str:
        """What is to be done by then, as a chip says it."""
        return VERBS[ClockKind(self.kind)]

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


class ClockSegment(models.Model):
    """A stretch of a clock's life: running by a calendar's version, or paused, and why.

    Without a calendar a running one counts all the time there is (a promise).
    """

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="segments")
    state = models.CharField(max_length=10, choices=SegmentState.choices)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    calendar_version = models.ForeignKey(
        CalendarVersion, null=True, on_delete=models.PROTECT, related_name="+"
    )
    event = models.ForeignKey(
        TicketEvent, null=True, db_index=False, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clock"], condition=Q(ends_at__isnull=True), name="segment_open_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} from {self.begins_at:%Y-%m-%d %H:%M}"

    @property
    def is_running(self) -> bool:
        return self.state == SegmentState.RUNNING

    @property
    def stretch(self) -> Stretch:
        """The segment for the arithmetic."""
        hours = None
        if self.is_running:
            hours = self.calendar_version.hours if self.calendar_version else ALWAYS
        return Stretch(self.begins_at, self.ends_at, hours)


class EscalationRun(models.Model):
    """A level that a clock has reached: one row, whoever came first, and what was done."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="runs")
    level = models.ForeignKey(
        EscalationLevel, null=True, on_delete=models.SET_NULL, related_name="runs"
    )
    due_at = models.DateTimeField()
    ran_at = models.DateTimeField()
    event = models.OneToOneField(
        TicketEvent, null=True, on_delete=models.SET_NULL, related_name="escalation"
    )
    # Primary keys of who is told, and what else was done, in words.
    told = models.JSONField(default=list)
    said = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["clock", "level"], name="escalation_once")]

    def __str__(self) -> str:
        return f"{self.level} of {self.clock_id}"


class Retargeting(models.Model):
    """A change that open tickets take over, some at a time; `reached` is the last ticket done.

    With a calendar's version they count by it from its moment on, with a policy's they have its
    targets; with neither, open tickets that have no clocks get them.
    """

    calendar_version = models.ForeignKey(
        CalendarVersion, null=True, on_delete=models.CASCADE, related_name="+"
    )
    policy_version = models.ForeignKey(
        PolicyVersion, null=True, on_delete=models.CASCADE, related_name="+"
    )
    asked_at = models.DateTimeField()
    reached = models.BigIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["id"], condition=Q(done_at__isnull=True), name="retargeting_to_do")
        ]

    def __str__(self) -> str:
        return str(self.policy_version or self.calendar_version or "Tickets without clocks")
