"""What a form that raises a ticket says so far, and what is promised for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.numbers import row_key
from sla.services.terms import promised_reply
from tickets.choices import Channel, Priority
from tickets.models import Category, Ticket


def promise_for(customer: User, chosen: Mapping[str, Any]) -> datetime | None:
    """Return by when a ticket with these choices has its first reply; None: nothing is promised.

    `chosen` has the form's texts, which may be anything; before a category is chosen nothing is
    promised, because the policy may depend on it.
    """
    category = _category(chosen.get("category"), chosen.get("subcategory"))
    if category is None:
        return None
    ticket = Ticket(
        customer=customer,
        category=category,
        priority=_priority(chosen.get("priority")),
        channel=Channel.PORTAL,
    )
    return promised_reply(ticket, timezone.now())


def _category(category: Any, subcategory: Any) -> Category | None:
    """Return the subcategory if it is one of the chosen category, else the category."""
    keys = [row_key(str(chosen or "")) for chosen in (category, subcategory)]
    rows = Category.objects.active().select_related("parent")
    found = {row.pk: row for row in rows.filter(pk__in=[key for key in keys if key])}
    top, part = found.get(keys[0] or 0), found.get(keys[1] or 0)
    return part if part and top and part.parent_id == top.pk else top


def _priority(value: Any) -> Priority:
    key = row_key(str(value or ""))
    return Priority(key) if key in Priority.values else Priority.NORMAL
