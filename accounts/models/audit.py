"""The chain over all facts, which shows that none is missing or changed."""

from django.db import models

from accounts.choices import FactKind
from accounts.facts import HASH_LENGTH, MAC_LENGTH


class AuditSeal(models.Model):
    """A link of the chain over all facts: append-only, without gaps, made by the worker.

    `hash` is the keyed hash of the hash before, `seq`, the moment, and the fact's canonical bytes.
    """

    seq = models.BigIntegerField(primary_key=True)
    kind = models.PositiveSmallIntegerField(choices=FactKind.choices)
    fact = models.BigIntegerField()
    at = models.DateTimeField()
    hash = models.CharField(max_length=HASH_LENGTH)

    class Meta:
        ordering = ["-seq"]
        constraints = [models.UniqueConstraint(fields=["kind", "fact"], name="seal_fact_unique")]

    def __str__(self) -> str:
        return f"Seal {self.seq}"


class AuditHead(models.Model):
    """The end of the chain, one row: who seals holds its lock."""

    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=HASH_LENGTH, blank=True)
    mac = models.CharField(max_length=MAC_LENGTH, blank=True)

    def __str__(self) -> str:
        return f"Head at {self.seq}"
