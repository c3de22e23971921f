"""Closed sets of words about mails."""

from django.db import models


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "Waiting to be sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Given up"
    DROPPED = "dropped", "Not sent: no longer wanted"
    HELD = "held", "Held for an operator"
