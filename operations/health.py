"""Whether this desk can do its work now, part by part."""

from collections.abc import Callable
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.models import Max, Min
from django.utils import timezone

from notifications.choices import DeliveryState
from notifications.models import Delivery
from operations.models import Worker
from operations.schema import pending_migrations

# A worker writes its heartbeat every few seconds; a mail that is due goes out within seconds.
WORKER_SILENT_AFTER = timedelta(seconds=90)
MAIL_LATE_AFTER = timedelta(minutes=15)


def database_problem() -> str:
    """Return why the database can't be used, or an empty text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def migrations_problem() -> str:
    """Return how many migrations the database still needs, or an empty text."""
    pending = len(pending_migrations())
    return f"{pending} pending; run `manage.py migrate`" if pending else ""


def worker_problem() -> str:
    """Return how long no worker was seen, or an empty text."""
    seen_at = Worker.objects.aggregate(last=Max("seen_at"))["last"]
    if seen_at is None:
        return "no worker was ever seen; start `manage.py run_worker`"
    silent = timezone.now() - seen_at
    if silent > WORKER_SILENT_AFTER:
        return f"no worker was seen for {int(silent.total_seconds())} seconds"
    return ""


def mail_problem() -> str:
    """Return how long the oldest due mail has waited, or an empty text."""
    due = Delivery.objects.filter(state=DeliveryState.WAITING)
    oldest = due.aggregate(oldest=Min("next_attempt_at"))["oldest"]
    if oldest and timezone.now() - oldest > MAIL_LATE_AFTER:
        return f"a mail has been due for {int((timezone.now() - oldest).total_seconds())} seconds"
    return ""


CHECKS: dict[str, Callable[[], str]] = {
    "database": database_problem,
    "migrations": migrations_problem,
    "worker": worker_problem,
    "mail": mail_problem,
}


def check_health(names: list[str]) -> dict[str, str]:
    """Return for each named check `ok` or what is wrong; after a database error the rest fails.

    The text of a database error stays in the log: it names hosts and users.
    """
    results: dict[str, str] = {}
    for name in names:
        try:
            results[name] = CHECKS[name]() or "ok"
        except DatabaseError:
            results[name] = "the database does not answer"
    return results
