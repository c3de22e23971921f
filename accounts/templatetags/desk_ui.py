"""Small pieces of interface that every page may use: icons, avatars, the colour theme, times.

Everything here is a pure function of its arguments (and of the request's cookies), so that the
tags also work on pages that must do without a database or a signed-in user.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.choices import STAFF_ROLES

register = template.Library()

THEMES = ("light", "dark", "auto")
# Marks that change the direction of the text around them: U+200E, U+200F, U+061C, U+202A-U+202E,
# U+2066-U+2069. Inside a page `<bdi>` holds them in; a title or an attribute has no such fence.
DIRECTION_MARKS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """One icon of the sprite `static/img/icons.svg`.

    `name` is a name listed in `scripts/icons.txt`. Without `label` the icon is decoration and
    hidden from screen readers; with one it is an image of that name. `css` adds class names.
    """
    return _drawn(_sprite(), name, label, f"ico {css}".strip())


@cache
def _sprite() -> str:
    """Return the sprite's address, which is the same as long as the process runs."""
    return static("img/icons.svg")


@lru_cache(maxsize=500, typed=True)  # escaped text and safe text are of two types
def _drawn(sprite: str, name: str, label: str, classes: str) -> SafeString:
    """Return the icon's HTML; a page has a hundred of them, of a few kinds."""
    href = f"{sprite}#i-{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>',
            classes,
            label,
            href,
        )
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>', classes, href
    )


def initials(name: str) -> str:
    """The first letters of the first and the last word of `name`, at most two, upper case."""
    words = [word for word in DIRECTION_MARKS.sub("", name).split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()[:2]


@register.simple_tag
def avatar(person: Any, size: str = "") -> SafeString:
    """The initials of a person in a circle; decoration, the name stands beside it as text.

    `person` is a user (with `name` and perhaps `role`), a name, or nothing, which draws the empty
    circle of "nobody yet". `size` is "", "sm" or "lg".
    """
    classes = f"av av-{size}" if size else "av"
    if not person:
        return format_html(
            '<span class="{} av-none" aria-hidden="true">{}</span>', classes, icon("person")
        )
    if getattr(person, "role", None) in STAFF_ROLES:
        classes += " av-staff"
    name = person if isinstance(person, str) else person.name
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, initials(name))


@register.simple_tag(takes_context=True)
def theme_attr(context: template.Context) -> SafeString:
    """Attributes of `<html>` for the theme in the cookie `theme`.

    "auto" starts as light; `theme.js` asks the device before the first paint.
    """
    choice = _theme_choice(context)
    shown = "light" if choice == "auto" else choice
    return format_html('data-bs-theme="{}" data-theme-choice="{}"', shown, choice)


@register.simple_tag(takes_context=True)
def theme_choice(context: template.Context) -> str:
    """The theme in the cookie: "light", "dark" or "auto"."""
    return _theme_choice(context)


def _theme_choice(context: template.Context) -> str:
    request = context.get("request")
    choice = request.COOKIES.get("theme") if request else None
    return choice if choice in THEMES else "auto"


@register.filter
def single_line(text: object) -> str:
    """Text for a title or an attribute: one line, without marks that turn the text around it."""
    return " ".join(DIRECTION_MARKS.sub("", str(text)).split())


@register.simple_tag
def moment(when: datetime | None, *, inline: bool = False) -> SafeString:
    """A point in time in the reader's zone: "Today, 08:40", "Thu 19 Nov, 08:40".

    `inline` is for the middle of a sentence: "today, 08:40".
    """
    if when is None:
        return SafeString("")
    local = timezone.localtime(when)
    text = f"{_day(local, timezone.localtime())}, {local:%H:%M}"
    if inline and text.startswith(("Today", "Yesterday", "Tomorrow")):
        text = text.lower()
    return _time(local, text, title=exactly(local))


@register.simple_tag
def ago(when: datetime | None) -> SafeString:
    """How long ago: "now", "12 m ago", "5 h ago"; after 24 hours the day."""
    if when is None:
        return SafeString("")
    local, now = timezone.localtime(when), timezone.localtime()
    passed = now - local
    if passed >= timedelta(hours=24):
        text = _day(local, now)
    elif passed >= timedelta(hours=1):
        text = f"{passed // timedelta(hours=1)} h ago"
    elif passed >= timedelta(minutes=1):
        text = f"{passed // timedelta(minutes=1)} m ago"
    else:
        text = "now"
    return _time(local, text, title=exactly(local))


@register.simple_tag
def day(when: datetime | None) -> SafeString:
    """The day alone: "Today", "Yesterday", "Thu 19 Nov", "Wed 19 Nov 2025"."""
    if when is None:
        return SafeString("")
    local = timezone.localtime(when)
    return _time(local, _day(local, timezone.localtime()), title=exactly(local))


def _day(local: datetime, now: datetime) -> str:
    days = (now.date() - local.date()).days
    if days == 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    if days == -1:
        return "Tomorrow"
    text = f"{local:%a} {local.day} {local:%b}"
    return text if local.year == now.year else f"{text} {local.year}"


def exactly(local: datetime) -> str:
    """A local time in full, for a title: "Thursday 19 November 2026, 08:40 CET"."""
    return f"{local:%A} {local.day} {local:%B} {local:%Y, %H:%M %Z}"


def _time(local: datetime, text: str, *, title: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        title,
        text,
    )
