"""Who is told what: the ledger of mails, and what people do not want to hear."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import EMAIL_LENGTH, AccountEvent
from notifications.choices import DeliveryState
from tickets.models import TicketEvent


class Preference(models.Model):
    """A message that a person has turned off (the rows are the exceptions)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="muted_messages"
    )
    message = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "message"], name="preference_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.user} does not want {self.message}"


class Delivery(models.Model):
    """One mail to one person about one event: the row is written with the event, sent later.

    The ledger is the truth about mails: a worker leases a due row, sends it under the Message-ID
    that follows from the row's key, and marks it. A worker that dies leaves a lease that runs out.
    """

    message = models.CharField(max_length=60)
    ticket_event = models.ForeignKey(
        TicketEvent,
        null=True,
        db_index=False,
        on_delete=models.CASCADE,
        related_name="deliveries",
    )
    account_event = models.ForeignKey(
        AccountEvent,
        null=True,
        db_index=False,
        on_delete=models.CASCADE,
        related_name="deliveries",
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="deliveries"
    )
    email = models.EmailField(max_length=EMAIL_LENGTH)
    # The mails of one thread to one person keep their order; empty: no thread.
    thread = models.CharField(max_length=40, blank=True)
    state = models.CharField(
        max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    # Set by the first try: from then on there is no more patience.
    give_up_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket_event", "recipient", "message"], name="delivery_ticket_event_unique"
            ),
            models.UniqueConstraint(
                fields=["account_event", "recipient", "message"],
                name="delivery_account_event_unique",
            ),
            models.CheckConstraint(
                condition=Q(ticket_event__isnull=True) ^ Q(account_event__isnull=True),
                name="delivery_has_one_event",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(state="waiting"),
                name="delivery_due",
            ),
            models.Index(
                fields=["thread", "recipient", "id"],
                condition=Q(state="waiting"),
                name="delivery_thread",
            ),
            models.Index(fields=["state", "-id"], name="delivery_state"),
        ]

    def __str__(self) -> str:
        return f"{self.message} to {self.email}"
