"""Public replies on their way: not said yet, so nobody but staff can know of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from tickets.choices import OutgoingState, Status
from tickets.models.ticket import TEXT_LENGTH, Ticket
from tickets.querysets import OutgoingQuerySet

REASON_LENGTH = 1000


class OutgoingReply(models.Model):
    """A reply that its author can still take back, or that could not be sent.

    It is no `Comment` before it goes out, and none of the paths that show or count comments can
    show it. `tickets.services.sending` turns it into one and removes it, in one transaction.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="outgoing")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="outgoing"
    )
    body = models.TextField(max_length=TEXT_LENGTH)
    then_status = models.CharField(max_length=30, choices=Status.choices, blank=True)
    resolution_summary = models.TextField(max_length=TEXT_LENGTH, blank=True)
    # What it promises the customer: the next word by then.
    next_update_by = models.DateTimeField(null=True, blank=True)
    state = models.CharField(
        max_length=10, choices=OutgoingState.choices, default=OutgoingState.WAITING
    )
    due_at = models.DateTimeField(default=timezone.now)
    # Why it was held, for its author and colleagues.
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    # The newest event of the ticket that the author had seen (0: none).
    seen_event = models.BigIntegerField(default=0)
    # Set where the author chose to send anyway: what came after this event did not hold them up.
    overrides = models.BigIntegerField(null=True, blank=True)
    # The keys of the doubts that the author has confirmed (`services.cautions`).
    confirmed = models.JSONField(default=list, blank=True)
    # The keys of those that stopped it; "Send anyway" confirms them.
    asked = models.JSONField(default=list, blank=True)
    # The row of the ledger of incoming mails, where the author wrote it by mail.
    mail = models.UUIDField(null=True, blank=True, editable=False)
    submission_key = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = OutgoingQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "outgoing replies"
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["author", "submission_key"],
                condition=Q(submission_key__isnull=False),
                name="outgoing_submission_unique",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=Q(state="waiting"), name="outgoing_due"
            ),
        ]

    def __str__(self) -> str:
        return f"Reply on its way on {self.ticket_id}"

    @property
    def is_waiting(self) -> bool:
        return self.state == OutgoingState.WAITING

    @property
    def is_held(self) -> bool:
        return self.state == OutgoingState.HELD

    @property
    def seconds_left(self) -> int:
        """Whole seconds until it goes out, 0 when it is due."""
        return max(0, round((self.due_at - timezone.now()).total_seconds()))
