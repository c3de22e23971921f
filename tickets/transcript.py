"""A ticket as a document: for paper, for a file, and as it stood at a moment."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import User
from tickets.choices import EventType, Status
from tickets.models import (
    Comment,
    CommentVersion,
    Ticket,
    TicketEvent,
    TicketMerge,
)

MOST_MESSAGES = 500


def events_for(ticket: Ticket, reader: User, *, notes: bool) -> list[TicketEvent]:
    """Return what a document about the ticket tells, oldest first, merged tickets included.

    Without `notes` (which only staff get) it is what the customer may read, whoever asks.
    """
    wanted = reader if notes and not reader.is_customer else ticket.customer
    return list(TicketEvent.objects.of(ticket).visible_to(wanted).for_timeline())


def as_data(ticket: Ticket, events: Iterable[TicketEvent]) -> dict[str, Any]:
    """Return the ticket and these events for JSON; people by name only, moments in UTC."""
    technician = ticket.technician
    return {
        "ticket_id": ticket.ticket_id,
        "subject": ticket.subject,
        "description": ticket.description,
        "status": ticket.status,
        "priority": ticket.priority_label,
        "category": ticket.category_label,
        "customer_name": ticket.customer.name,
        "technician_name": technician.name if technician else None,
        "raised_date": _iso(ticket.raised_at),
        "resolved_date": _iso(ticket.resolved_at),
        "closed_date": _iso(ticket.closed_at),
        "resolution_summary": ticket.resolution_summary or None,
        "exported_at": _iso(timezone.now()),
        "entries": [_entry(ticket, event) for event in events],
    }


def _entry(ticket: Ticket, event: TicketEvent) -> dict[str, Any]:
    comment = event.comment
    body = None if comment is None or comment.withdrawn_at else comment.body
    if event.type == EventType.CREATED and event.ticket_id != ticket.pk:
        body = event.ticket.description
    return {
        "at": _iso(event.at),
        "type": event.type,
        "by": event.actor.name if event.actor else None,
        "technician_name": event.technician.name if event.technician else None,
        "body": body,
        "is_internal": bool(comment and comment.is_internal),
        "edited_at": _iso(comment.edited_at) if comment else None,
        "withdrawn_at": _iso(comment.withdrawn_at) if comment else None,
        "files": _names_of_files(event),
        "from_ticket": None if event.ticket_id == ticket.pk else event.ticket.ticket_id,
        "changes": event.changes,
    }


def _names_of_files(event: TicketEvent) -> list[str]:
    return [file.name for file in event.files if file.removed_at is None]


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def as_text(ticket: Ticket, events: Iterable[TicketEvent]) -> str:
    """Return the ticket and these events as plain text; times in the reader's zone."""
    technician = ticket.technician
    head = [
        f"{ticket.ticket_id}  {ticket.subject}",
        "",
        f"Status      {Status(ticket.status).label}",
        f"Priority    {ticket.priority_label}",
        f"Category    {ticket.category_label}",
        f"Customer    {ticket.customer.name}",
        f"Technician  {technician.name if technician else 'nobody yet'}",
        f"Raised      {_local(ticket.raised_at)}",
        *([f"Resolved    {_local(ticket.resolved_at)}"] if ticket.resolved_at else []),
        *([f"Closed      {_local(ticket.closed_at)}"] if ticket.closed_at else []),
        f"Printed     {_local(timezone.now())}",
    ]
    parts = ["\n".join(head)]
    for event in events:
        parts.append("\n".join(_lines(ticket, event)))
    return "\n\n".join(parts) + "\n"


def _lines(ticket: Ticket, event: TicketEvent) -> list[str]:
    name = event.actor.name if event.actor else "The desk"
    when = f"--- {_local(event.at)}"
    origin = "" if event.ticket_id == ticket.pk else f"  ({event.ticket.ticket_id})"
    files = [f"    file: {name}" for name in _names_of_files(event)]
    if event.type == EventType.CREATED:
        told = event.ticket
        return [f"{when}  {told.customer.name}{origin}", told.description, *files]
    lines = [f"{when}  {name}: {event.get_type_display().lower()}"]
    lines += [f"    {field_}: {words}" for field_, words in changes_in_words(event)]
    if event.comment:
        kind = " (internal note)" if event.comment.is_internal else ""
        lines[0] = f"{when}  {name}{kind}"
        withdrawn = event.comment.withdrawn_at is not None
        lines.append("(withdrawn by its author)" if withdrawn else event.comment.body)
    return [lines[0] + origin, *lines[1:], *files]


def changes_in_words(event: TicketEvent) -> list[tuple[str, str]]:
    """Return what an event changed: ("status", "Pending → Assigned")."""
    words = []
    for name, value in event.changes.items():
        if name in ("message", "goes_by"):  # numbers that say nothing to people
            continue
        if isinstance(value, list):
            value = " → ".join("nobody" if part in (None, "") else str(part) for part in value)
        words.append((name.replace("_", " "), str(value)))
    return words


def _local(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%d %b %Y %H:%M %Z}"


# As it was ------------------------------------------------------------------------------------


@dataclass
class Said:
    """A message as it read at the moment."""

    author: User
    at: datetime
    body: str
    is_internal: bool
    is_withdrawn: bool = False


@dataclass
class Snapshot:
    """What a ticket said at a moment; `is_cut`: only the last messages are here."""

    status: str
    priority: str
    category: str
    technician: str
    resolution_summary: str
    messages: list[Said] = field(default_factory=list)
    is_cut: bool = False


def ticket_at(ticket: Ticket, at: datetime) -> Snapshot:
    """Return the ticket as it stood at a moment, from what its events say of before and after.

    Texts that were erased or redacted meanwhile are gone from the past as well.
    """
    then = Snapshot(
        status=ticket.status,
        priority=ticket.priority_label,
        category=ticket.category_label,
        technician=ticket.technician.name if ticket.technician else "",
        resolution_summary="",
    )
    events = list(ticket.events.exclude(digest="").select_related("detail").order_by("id"))
    for event in reversed(events):
        if event.at > at:
            _take_back(then, event.changes)
    for event in events:
        if event.at <= at:
            then.resolution_summary = _summary_after(then.resolution_summary, event)
    _add_messages(then, ticket, at)
    return then


def _take_back(then: Snapshot, changes: dict[str, Any]) -> None:
    for name in ("status", "priority", "category", "technician"):
        pair = changes.get(name)
        if isinstance(pair, list) and len(pair) == 2:
            setattr(then, name, pair[0] or "")


def _summary_after(summary: str, event: TicketEvent) -> str:
    if event.type == EventType.REOPENED:
        return ""
    said = event.changes.get("resolution_summary", summary)
    return str(said[1] if isinstance(said, list) else said)


def _merged_at(ticket: Ticket, at: datetime) -> list[int]:
    """Return the tickets whose story the ticket showed as well at a moment."""
    merges = TicketMerge.objects.filter(target_event__at__lte=at).exclude(undone_at__lte=at)
    found: list[int] = []
    step = [ticket.pk]
    while step:
        step = list(merges.filter(target__in=step).values_list("source", flat=True))
        found += step
    return found


def _add_messages(then: Snapshot, ticket: Ticket, at: datetime) -> None:
    merged = _merged_at(ticket, at)
    for told in Ticket.objects.present().filter(pk__in=merged).select_related("customer"):
        then.messages.append(
            Said(told.customer, told.raised_at, told.description, is_internal=False)
        )
    shown = Comment.objects.filter(ticket__in=[ticket.pk, *merged], ticket__deleted_at=None)
    newest = shown.filter(created_at__lte=at).select_related("author").order_by("-id")
    comments: list[Comment] = list(newest[: MOST_MESSAGES + 1])
    then.is_cut = len(comments) > MOST_MESSAGES
    comments = comments[:MOST_MESSAGES][::-1]
    # The oldest text that was still the present one after the moment.
    former: dict[int, str] = {}
    versions = CommentVersion.objects.filter(comment__in=comments, until__gt=at)
    for version in versions.order_by("-id"):
        former[version.comment_id] = version.body
    for comment in comments:
        withdrawn = comment.withdrawn_at is not None and comment.withdrawn_at <= at
        then.messages.append(
            Said(
                author=comment.author,
                at=comment.created_at,
                body=former.get(comment.pk, comment.body),
                is_internal=comment.is_internal,
                is_withdrawn=withdrawn,
            )
        )
    then.messages.sort(key=lambda said: said.at)
