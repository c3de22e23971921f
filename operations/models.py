"""What keeps the desk running: workers that are alive, jobs that ran."""

from django.db import models
from django.utils import timezone


class Worker(models.Model):
    """A worker process and when it was last seen."""

    name = models.CharField(max_length=100, primary_key=True)
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class PeriodicRun(models.Model):
    """The last slot of a periodic job that ran; one row a job lets one of many workers win."""

    job = models.CharField(max_length=100, primary_key=True)
    slot = models.BigIntegerField(default=0)
    ran_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.job
