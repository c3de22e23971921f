"""Chips that say what is due: "Reply in 18 m", "Reply 35 m late", "Met in 12 m"."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.templatetags.desk_ui import exactly, icon
from sla.choices import ClockKind
from sla.models import Clock
from sla.queries import reply_expected, targets
from sla.services import promise_for
from tickets.models import Ticket

register = template.Library()

SOON = timedelta(hours=2)
DAY = timedelta(hours=24)


def duration(seconds: float) -> str:
    """A length of time as chips say it: "18 m", "1 h 05 m", "3 d 2 h"; at least a minute."""
    minutes = max(1, int(seconds // 60))
    hours, rest = divmod(minutes, 60)
    if hours == 0:
        return f"{minutes} m"
    if hours < 48:
        return f"{hours} h {rest:02d} m" if rest else f"{hours} h"
    return f"{hours // 24} d {hours % 24} h" if hours % 24 else f"{hours // 24} d"


register.filter("working_time", duration)


@register.filter
def to_the_second(seconds: int) -> str:
    """A length of time that adds up: "0:11:23"."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


@register.filter
def grouped(count: int) -> str:
    """A count as people read it: "23,410"."""
    return f"{count:,}"


def chip(look: str, name: str, before: str, bold: str, at: datetime | None = None) -> SafeString:
    """One chip; with a moment it is a `<time>` whose title says it exactly in the reader's zone."""
    inner = format_html("{}<span>{} <b>{}</b></span>", icon(name), before, bold)
    if at is None:
        return format_html('<span class="clk clk-{}">{}</span>', look, inner)
    local = timezone.localtime(at)
    return format_html(
        '<time class="clk clk-{}" datetime="{}" title="Due {}">{}</time>',
        look,
        local.isoformat(timespec="seconds"),
        exactly(local),
        inner,
    )


@register.simple_tag
def clock_chip(clock: Clock, *, verb: bool = True) -> SafeString:
    """The state of one clock; without `verb` where a heading says what it is about."""
    word = clock.verb if verb else ""
    if clock.ended_at is not None:
        return _ended(clock)
    if clock.due_at is None:
        return chip("pause", "pause-circle", "Paused" if not verb else f"{word}: paused", "")
    left = clock.due_at - timezone.now()
    if left < timedelta(0):
        late = f"{duration(-left.total_seconds())} late"
        return chip("late", "exclamation-circle", word, late, clock.due_at)
    whole = clock.due_at - clock.started_at
    look = "soon" if left <= SOON or left * 4 <= whole else "ok"
    name = "clock-history" if look == "soon" else "clock"
    if left >= DAY:
        return chip(look, name, word, f"{timezone.localtime(clock.due_at):%a %H:%M}", clock.due_at)
    return chip(
        look, name, f"{word} in" if verb else "In", duration(left.total_seconds()), clock.due_at
    )


def _ended(clock: Clock) -> SafeString:
    used = clock.used or 0
    if clock.is_met is None:
        return chip("ok", "dash-lg", "No target", "")
    if clock.is_met:
        return chip("met", "check2", "Met in", duration(used), clock.due_at)
    return chip("miss", "x-lg", "Missed by", duration(used - (clock.target or 0)), clock.due_at)


@register.inclusion_tag("sla/_targets.html")
def sla_targets(ticket: Ticket) -> dict[str, Any]:
    """The targets of a ticket, for the panel beside its conversation."""
    rows = targets(ticket)
    policy = next((row.policy_version for row in rows if row.policy_version), None)
    return {"ticket": ticket, "clocks": rows, "policy": policy}


@register.inclusion_tag("sla/_expected.html")
def sla_expected(ticket: Ticket) -> dict[str, Any]:
    """By when its customer hears from the desk."""
    clock = reply_expected(ticket)
    expected = clock.due_at if clock else None
    return {
        "expected": expected,
        "is_promise": clock is not None and clock.kind == ClockKind.PROMISE,
        "is_late": bool(expected and expected < timezone.now()),
    }


@register.inclusion_tag("sla/_promise.html", takes_context=True)
def sla_promise(context: Context, form: Any) -> dict[str, Any]:
    """By when the ticket that a customer is raising has its first reply, as the form stands."""
    chosen = {name: form[name].value() for name in ("category", "subcategory", "priority")}
    return {"promised": promise_for(context["request"].user, chosen)}
