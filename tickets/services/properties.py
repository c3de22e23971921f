"""Priority and category; and several changes in one step."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.text import check_text
from tickets.choices import DONE_STATUSES, EventType, Priority
from tickets.models import Category, Ticket
from tickets.models.category import CATEGORY_LENGTH
from tickets.services.assignment import assign_team, assign_ticket, unassign_ticket
from tickets.services.changes import lock, record, require_work, save
from tickets.services.guard import check_seen, record_override
from tickets.services.status import change_resolution_summary, change_status


@transaction.atomic
def change_priority(
    ticket: Ticket, *, priority: int, actor: User | None, version: int | None = None
) -> Ticket:
    """Set the priority (a `Priority`)."""
    ticket = lock(ticket, actor=actor, version=version)
    require_work(ticket, actor)
    if priority not in Priority.values:
        raise ValidationError({"priority": f"Use one of: {', '.join(Priority.labels)}."})
    before = ticket.priority_label
    if ticket.priority == priority:
        return ticket
    ticket.priority = priority
    save(ticket, "priority")
    changes = {"priority": [before, ticket.priority_label]}
    record(ticket, EventType.PRIORITY_CHANGED, actor=actor, changes=changes)
    return ticket


@transaction.atomic
def change_category(
    ticket: Ticket,
    *,
    category: Category | None,
    category_text: str = "",
    actor: User,
    version: int | None = None,
) -> Ticket:
    """File the ticket under `category`, or under a client's own word for one."""
    ticket = lock(ticket, actor=actor, version=version)
    require_work(ticket, actor)
    check_text("issue_category", category_text, max_length=CATEGORY_LENGTH, required=not category)
    before = ticket.category_label
    if (ticket.category, ticket.category_text) == (category, category_text):
        return ticket
    ticket.category, ticket.category_text = category, category_text
    save(ticket, "category", "category_text")
    changes = {"category": [before, ticket.category_label]}
    record(ticket, EventType.CATEGORY_CHANGED, actor=actor, changes=changes)
    return ticket


@transaction.atomic
def change_ticket(
    ticket: Ticket,
    *,
    actor: User,
    changes: Mapping[str, Any],
    version: int | None = None,
    seen: int | None = None,
    overrides: int | None = None,
) -> Ticket:
    """Make several changes or none: each key goes to its own verb.

    Keys: `team` (Team or None), `technician` (User or None), `priority` (Priority), `category` (a
    pair of Category or None and the client's text), `resolution_summary` (str), `status` (str).
    `seen` and `overrides` guard them all, as they do a reply (`add_reply`).
    """
    ticket = lock(ticket, actor=actor, version=version)
    require_work(ticket, actor)
    check_seen(ticket, writer=actor, seen=seen)
    moves = {"then_status": changes["status"]} if "status" in changes else {"changed": True}
    record_override(ticket, writer=actor, overrides=overrides, seen=seen, instead=moves)
    verbs = _verbs(ticket, actor, changes.get("resolution_summary"))
    finishes = changes.get("status") in DONE_STATUSES
    for key, verb in verbs.items():
        # A summary that comes with the end of the ticket is part of that one event.
        if key in changes and not (
            key == "resolution_summary" and finishes and ticket.status != changes["status"]
        ):
            ticket = verb(changes[key])
    return ticket


def _verbs(ticket: Ticket, actor: User, summary: str | None) -> dict[str, Callable[[Any], Ticket]]:
    return {
        # The team first: whoever gets the ticket from it keeps it.
        "team": lambda value: assign_team(ticket, team=value, actor=actor),
        "technician": lambda value: _assign(ticket, value, actor),
        "priority": lambda value: change_priority(ticket, priority=value, actor=actor),
        "category": lambda value: change_category(
            ticket, category=value[0], category_text=value[1], actor=actor
        ),
        "resolution_summary": lambda value: change_resolution_summary(
            ticket, resolution_summary=value, actor=actor
        ),
        "status": lambda value: change_status(
            ticket, status=value, actor=actor, resolution_summary=summary
        ),
    }


def _assign(ticket: Ticket, technician: User | None, actor: User) -> Ticket:
    if technician is None:
        return unassign_ticket(ticket, actor=actor)
    return assign_ticket(ticket, technician=technician, actor=actor)
