"""The desk at a glance, for admins."""

from typing import Any

from django.core.cache import caches
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.access import AdminRequiredMixin
from accounts.http import signed_in
from reports import queries
from reports.queries import PERIODS, Period

DEFAULT_PERIOD = 30
# What a period's figures cost grows with its tickets; they are made anew once a minute.
FRESH_FOR = 60


class Overview(AdminRequiredMixin, TemplateView):
    """The main figures: what is open now, and how a period of 7, 30 or 90 days went."""

    template_name = "reports/overview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reader = signed_in(self.request)
        open_now = queries.open_now(reader)
        return super().get_context_data(
            nav="overview",
            periods=PERIODS,
            open_now=open_now,
            **recent_figures(reader, self.days(), open_now.by_technician),
            oldest=queries.oldest_open(reader),
            mail=queries.mail_now(),
            **kwargs,
        )

    def days(self) -> int:
        """The period that the URL asks for; anything else is the usual one."""
        asked = self.request.GET.get("days", "")
        return int(asked) if asked in map(str, PERIODS) else DEFAULT_PERIOD


def recent_figures(reader: Any, length: int, load: dict[int, int]) -> dict[str, Any]:
    """Return what is shown of the last `length` days, at most a minute old.

    All admins see the same tickets, so they share the figures (each process its own).
    """

    def counted() -> dict[str, Any]:
        period = Period.last(length, now=timezone.now())
        return {
            "period": period,
            "then": period_figures(reader, period.before()),
            "now": period_figures(reader, period),
            "days": days(reader, period),
            "categories": queries.by_category(reader, period),
            "technicians": queries.by_technician(reader, period, load),
        }

    key = f"overview:{length}:{timezone.get_current_timezone_name()}"
    found: Any = caches["process"].get_or_set(key, counted, FRESH_FOR)
    return dict(found)


def period_figures(reader: Any, period: Period) -> dict[str, Any]:
    """Return what came in and what was done in a period, and how long it took."""
    raised, resolved = queries.raised_in(reader, period), queries.resolved_in(reader, period)
    resolving = queries.spread(resolved, "raised_at", "resolved_at")
    return {
        "raised": raised.count(),
        "resolved": resolving.count,
        "replying": queries.spread(raised, "raised_at", "first_answered_at"),
        "resolving": resolving,
        "ratings": queries.ratings_in(period),
    }


def days(reader: Any, period: Period) -> list[dict[str, Any]]:
    """Return each day of the period with the tickets raised and resolved on it."""
    raised = queries.per_day(queries.raised_in(reader, period), "raised_at")
    resolved = queries.per_day(queries.resolved_in(reader, period), "resolved_at")
    return [
        {"day": day, "raised": raised.get(day, 0), "resolved": resolved.get(day, 0)}
        for day in period.dates()
    ]
