"""Why a ticket stands where it stands in a queue, and how long things took."""

from __future__ import annotations

from datetime import timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.templatetags.desk_ui import icon
from sla.queries import next_clock
from sla.templatetags.sla_tags import clock_chip
from technicians.queries import count_words
from tickets.choices import Priority, Status
from tickets.models import Ticket
from tickets.templatetags.ticket_tags import STATUS_LOOKS

register = template.Library()

LONG_WAIT = timedelta(hours=24)


@register.filter
def capped(count: int) -> str:
    """The counter as people read it: "999+" where counting stopped."""
    return count_words(count)


@register.filter
def span(duration: timedelta) -> str:
    """A duration in its largest unit: "18 m", "3 h", "2 d"; at least a minute."""
    minutes = max(1, int(duration.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} m"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"


@register.filter
def minutes(count: int) -> str:
    """Minutes that were spent: "25 min", "1 h 05 min"."""
    hours, rest = divmod(count, 60)
    return f"{hours} h {rest:02d} min" if hours else f"{rest} min"


@register.simple_tag
def reason(ticket: Ticket) -> SafeString:
    """Why the ticket is in the queue: "Reply in 18 m", "Urgent, waits 3 h for an answer".

    `ticket` is annotated by `queries.with_last_word`. What is due comes first, but for a note that
    looks like an answer. Red: an urgent one whose customer waits.
    Amber: a high one, or one that waits for more than a day.
    """
    if ticket.merged_into_id:
        return _chip("ok", "sign-merge-right", "Merged into", ticket.merged_into_public_id or "")
    clock = None if ticket.answered_by_note else next_clock(ticket)
    if clock is not None:
        return clock_chip(clock)
    if ticket.is_open and ticket.awaits_reply and ticket.status != Status.WAITING:
        return _unanswered(ticket)
    since = span(timezone.now() - ticket.last_word_at)  # type: ignore[attr-defined]
    match ticket.status:
        case Status.WAITING:
            return _chip("ok", "hourglass-split", "Customer asked", f"{since} ago")
        case Status.ON_HOLD:
            return _chip("ok", "pause-circle", "On hold, last word", f"{since} ago")
        case Status.RESOLVED | Status.CLOSED:
            return _chip("ok", "check2", ticket.status, "")
    return _chip("ok", "reply", "Answered", f"{since} ago")


def _unanswered(ticket: Ticket) -> SafeString:
    waited = timezone.now() - ticket.last_word_at  # type: ignore[attr-defined]
    priority = Priority(ticket.priority)
    # A note is no answer: who looks at the list must not take it for one.
    prefix = "Only a note, waits" if ticket.answered_by_note else "Waits"
    if priority >= Priority.HIGH:
        prefix = f"{priority.label}, {prefix.lower()}"
    if priority == Priority.URGENT:
        level, name = "late", "exclamation-circle"
    elif priority == Priority.HIGH or waited > LONG_WAIT:
        level, name = "soon", "clock-history"
    else:
        level, name = "ok", "clock"
    return _chip(level, name, prefix, span(waited), " for an answer")


def _chip(level: str, name: str, before: str, bold: str, after: str = "") -> SafeString:
    return format_html(
        '<span class="clk clk-{}">{}<span>{} <b>{}</b><span class="wide">{}</span></span></span>',
        level,
        icon(name),
        before,
        bold,
        after,
    )


@register.simple_tag
def status_icon(status: str) -> SafeString:
    """The icon of a status alone, with the word as its name."""
    return icon(STATUS_LOOKS[Status(status)].icon, label=str(status))
