"""The desk's figures: aggregates only, each over an index."""

from reports.queries.overview import (
    MAIL_CAP,
    PERIODS,
    Period,
    Spread,
    by_category,
    by_technician,
    mail_now,
    oldest_open,
    open_now,
    per_day,
    raised_in,
    ratings_in,
    resolved_in,
    spread,
    spread_of,
    spreads,
)

__all__ = [
    "MAIL_CAP",
    "PERIODS",
    "Period",
    "Spread",
    "by_category",
    "by_technician",
    "mail_now",
    "oldest_open",
    "open_now",
    "per_day",
    "raised_in",
    "ratings_in",
    "resolved_in",
    "spread",
    "spread_of",
    "spreads",
]
