"""What is remembered of requests for a while: how many there were, and their answers."""

from django.db import models
from django.utils import timezone


class RateLimit(models.Model):
    """How often something happened in the present window; shared by all web processes."""

    key = models.CharField(primary_key=True, max_length=64)
    window_start = models.BigIntegerField()
    count = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key} {self.count}"


class IdempotentAnswer(models.Model):
    """The first answer to a POST with an `Idempotency-Key`, kept for 24 hours, encrypted."""

    # HMAC of (who asks, key); the key itself is needed to decrypt `body` and is not stored.
    key_hash = models.CharField(primary_key=True, max_length=64)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.key_hash
