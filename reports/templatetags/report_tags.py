"""Charts as SVG with attributes only, durations, and comparisons in words."""

from __future__ import annotations

from datetime import timedelta
from math import ceil, log10
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.templatetags.desk_ui import icon
from reports.queries import MAIL_CAP

register = template.Library()

WIDTH, HEIGHT = 560, 220
LEFT, TOP, BOTTOM = 34, 8, 196
LABELS = 14
# Less than this share of change is "about the same".
SAME = 0.02


@register.filter
def lasted(duration: timedelta | None) -> str:
    """A duration as people say it: "18 m", "3 h 20 m", "2 d 4 h"; "none yet" without one."""
    if duration is None:
        return "none yet"
    minutes = max(0, round(duration.total_seconds() / 60))
    if minutes < 60:
        return f"{minutes} m"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60} m" if minutes % 60 else f"{minutes // 60} h"
    days, hours = divmod(minutes // 60, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


@register.filter
def lasted_working(duration: timedelta | None) -> str:
    """Working time, which has no days: "18 m", "27 h 30 m"."""
    if duration is None:
        return "none yet"
    hours, minutes = divmod(max(0, round(duration.total_seconds() / 60)), 60)
    if not hours:
        return f"{minutes} m"
    return f"{hours} h {minutes} m" if minutes else f"{hours} h"


@register.filter
def up_to_cap(count: int) -> str:
    """A count that stops at the cap: "1,000 or more"."""
    return f"{MAIL_CAP:,} or more" if count >= MAIL_CAP else f"{count:,}"


@register.simple_tag
def compared(now: int, before: int) -> SafeString:
    """How a count changed, in words: "6% more"; nothing to compare with gives "none before"."""
    if not before:
        return format_html("<small>{}</small>", "none in the days before" if now else "as before")
    share = (now - before) / before
    if abs(share) < SAME:
        return SafeString("<small>about as before</small>")
    words = f"{abs(share):.0%} {'more' if share > 0 else 'less'} than before"
    return format_html("<small>{}</small>", words)


@register.simple_tag
def compared_length(now: timedelta | None, before: timedelta | None) -> SafeString:
    """How a duration changed: "5 m faster" in green, "40 m slower" in red."""
    if now is None or before is None:
        return SafeString("")
    change = now - before
    if abs(change) < max(before * SAME, timedelta(minutes=1)):
        return SafeString("<small>about as before</small>")
    slower = change > timedelta()
    return format_html(
        '<small class="{}">{} {} {}</small>',
        "down" if slower else "up",
        icon("arrow-up" if slower else "arrow-down"),
        lasted(abs(change)),
        "slower" if slower else "faster",
    )


@register.inclusion_tag("reports/_day_chart.html")
def day_chart(days: list[dict[str, Any]]) -> dict[str, Any]:
    """Two bars a day, raised and resolved, with their title and the same as a table."""
    highest = max((max(day["raised"], day["resolved"]) for day in days), default=0)
    step = grid_step(highest)
    top = step * max(1, ceil(highest / step))
    slot = (WIDTH - LEFT) / max(1, len(days))
    every = ceil(len(days) / LABELS)
    bars = []
    for place, day in enumerate(days):
        left = LEFT + place * slot
        bars.append(
            {
                **day,
                "raised_bar": _bar(left + slot * 0.1, slot * 0.38, day["raised"], top),
                "resolved_bar": _bar(left + slot * 0.52, slot * 0.38, day["resolved"], top),
                "middle": f"{left + slot / 2:.1f}",
                "labelled": (len(days) - 1 - place) % every == 0,
            }
        )
    lines = [{"value": value, "y": f"{_y(value, top):.1f}"} for value in range(0, top + 1, step)]
    return {
        "bars": bars,
        "lines": lines,
        "total_raised": sum(day["raised"] for day in days),
        "total_resolved": sum(day["resolved"] for day in days),
        "busiest": max(days, key=lambda day: day["raised"], default=None),
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
    }


def grid_step(highest: int) -> int:
    """Return the distance of the grid's lines: 1, 2 or 5 times a power of ten, some five lines."""
    if highest <= 5:
        return 1
    rough = highest / 5
    power = 10 ** int(log10(rough))
    return next(int(power * factor) for factor in (1, 2, 5, 10) if power * factor >= rough)


def _y(value: int, top: int) -> float:
    return BOTTOM - (BOTTOM - TOP) * value / top


def _bar(x: float, width: float, value: int, top: int) -> dict[str, str]:
    y = _y(value, top)
    sizes = {"x": x, "y": y, "width": width, "height": BOTTOM - y}
    return {name: f"{size:.1f}" for name, size in sizes.items()}


@register.inclusion_tag("reports/_share.html")
def share(value: int, highest: int) -> dict[str, str]:
    """A thin bar: `value` against the `highest` of its column."""
    return {"width": f"{100 * value / highest:.1f}" if highest else "0"}
