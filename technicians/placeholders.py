"""Words in braces that a canned response is filled with: a fixed list, in one pass.

What a value says is never read again, so a customer who is called {ticket.id} stays that.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.models import User
from tickets.models import Ticket

WORD = re.compile(r"\{([A-Za-z_][\w.]*)\}")

Value = Callable[[Ticket, User], str]
PLACEHOLDERS: dict[str, tuple[str, Value]] = {
    "customer.name": ("the customer's name", lambda ticket, me: ticket.customer.name),
    "customer.first_name": (
        "their first name",
        lambda ticket, me: ticket.customer.get_short_name(),
    ),
    "ticket.id": ("the number, TKT0042", lambda ticket, me: ticket.ticket_id),
    "ticket.subject": ("the subject", lambda ticket, me: ticket.subject),
    "ticket.category": ("the category", lambda ticket, me: ticket.category_label),
    "ticket.status": ("the status", lambda ticket, me: ticket.get_status_display()),
    "ticket.link": (
        "where the customer reads it",
        lambda ticket, me: settings.SITE_URL + ticket.get_absolute_url(),
    ),
    "technician.name": (
        "who has the ticket",
        lambda ticket, me: ticket.technician.name if ticket.technician else me.name,
    ),
    "me.name": ("whoever writes", lambda ticket, me: me.name),
    "me.first_name": ("their first name", lambda ticket, me: me.get_short_name()),
    "desk.name": ("the name of the desk", lambda ticket, me: str(settings.SITE_NAME)),
}


def check_placeholders(field: str, text: str) -> str:
    """Return the text; raises `ValidationError` that names what stands in braces and is unknown."""
    unknown = sorted({word for word in WORD.findall(text) if word not in PLACEHOLDERS})
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        sentence = f"There is no {{{unknown[0]}}}. What you can use: {known}."
        raise ValidationError({field: sentence}, "placeholder")
    return text


def fill(text: str, ticket: Ticket, writer: User) -> str:
    """Return the text with the ticket's words in place of the known placeholders."""

    def value(found: re.Match[str]) -> str:
        known = PLACEHOLDERS.get(found[1])
        return known[1](ticket, writer) if known else found[0]

    return WORD.sub(value, text)
