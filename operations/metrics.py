"""Figures for Prometheus: requests counted by every web process, the desk's state read when asked.

With `METRICS_DIR` set, all web processes of a machine share their counters there.
"""

import logging
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from notifications.choices import DeliveryState
from notifications.models import Delivery
from operations.models import Worker
from tickets.models import Ticket

logger = logging.getLogger("desk.metrics")

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

requests_total = Counter("desk_requests_total", "Requests answered.", ["method", "route", "status"])
request_seconds = Histogram(
    "desk_request_seconds",
    "Seconds from request to answer.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request; unknown methods share one label.

    A folder of figures that is gone or full costs the count, not the answer.
    """
    method = method if method in METHODS else "other"
    try:
        requests_total.labels(method, route, str(status)).inc()
        request_seconds.labels(method, route).observe(seconds)
    except OSError as error:
        logger.warning("a request could not be counted", extra={"error": type(error).__name__})


class DeskCollector:
    """The desk's state, read from the database at each scrape with index-only questions."""

    def collect(self) -> Iterator[Metric]:
        """Yield one gauge family after the other; without a database only that it is away."""
        up = GaugeMetricFamily("desk_database_up", "1 while the database answers.")
        try:
            families = [_deliveries(), _oldest_delivery(), _open_tickets(), _workers()]
        except DatabaseError:
            families = []
        up.add_metric([], 1 if families else 0)
        yield up
        yield from families


def _deliveries() -> Metric:
    family = GaugeMetricFamily("desk_deliveries", "Mails in the ledger.", labels=["state"])
    rows = Delivery.objects.exclude(state=DeliveryState.SENT).order_by().values("state")
    counts = {row["state"]: row["n"] for row in rows.annotate(n=Count("id"))}
    for state in DeliveryState:
        if state != DeliveryState.SENT:
            family.add_metric([state.value], counts.get(state.value, 0))
    return family


def _oldest_delivery() -> Metric:
    due = Delivery.objects.filter(state=DeliveryState.WAITING, next_attempt_at__lte=timezone.now())
    oldest = due.aggregate(oldest=Min("next_attempt_at"))["oldest"]
    return GaugeMetricFamily(
        "desk_delivery_oldest_seconds",
        "Seconds that the mail that is due longest has waited.",
        value=(timezone.now() - oldest).total_seconds() if oldest else 0,
    )


def _open_tickets() -> Metric:
    family = GaugeMetricFamily("desk_open_tickets", "Open tickets.", labels=["status"])
    rows = Ticket.objects.present().open().order_by().values("status").annotate(n=Count("pk"))
    for row in rows:
        family.add_metric([row["status"]], row["n"])
    return family


def _workers() -> Metric:
    family = GaugeMetricFamily(
        "desk_worker_seen_seconds", "Seconds since a worker was last seen.", labels=["worker"]
    )
    for name, seen_at in Worker.objects.values_list("name", "seen_at"):
        family.add_metric([name], (timezone.now() - seen_at).total_seconds())
    return family


def exposition() -> bytes:
    """Return all figures in Prometheus' text format."""
    if settings.METRICS_DIR:
        shared = CollectorRegistry()
        MultiProcessCollector(shared, path=settings.METRICS_DIR)  # type: ignore[no-untyped-call]
    else:
        shared = REGISTRY
    state = CollectorRegistry()
    state.register(DeskCollector())
    return generate_latest(shared) + generate_latest(state)
