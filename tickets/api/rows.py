"""How a ticket, and what happened to it, is written in the API.

Rows are made from `.values()`: model instances would cost more than the query.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django.utils import timezone

from accounts.compiled import CompiledRows
from accounts.models import User
from accounts.numbers import public_id
from tickets.choices import NEVER, EventType, Priority
from tickets.models import Attachment, Comment, Ticket, TicketEvent
from tickets.models.ticket import TICKET_PREFIX, etag_of
from tickets.querysets import NEWEST

# Of events: the mail that the message came as. To be asked for with them.
WITH_MAIL = "comment__mail_origin__sender"
COLUMNS = (
    "number",
    "raised_at",
    "subject",
    "description",
    "status",
    "priority",
    "category_text",
    "category__name",
    "category__parent__name",
    "technician__public_id",
    "technician__name",
    "resolution_summary",
    "resolved_at",
    "version",
)
# A customer's own list leaves out what it says by itself: whose the tickets are.
OWN_COLUMNS = COLUMNS
CUSTOMER_COLUMNS = (*COLUMNS, "customer__public_id")
STAFF_COLUMNS = (*CUSTOMER_COLUMNS, "customer__name", "team__name", "next_due_at")
ADMIN_COLUMNS = (*STAFF_COLUMNS, "customer__email")
PRIORITY_LABELS = dict(Priority.choices)


@cache
def listed(columns: tuple[str, ...]) -> Any:
    """Return the tickets with these columns, to be narrowed down: put together once, not per
    request, because naming the columns takes the ORM as long as asking the database.
    """
    return Ticket.objects.values(*columns)


def _own_newest(customer: int, size: int, *, verified: bool) -> Any:
    someone = User(pk=customer, email_verified_at=timezone.now() if verified else None)
    return listed(OWN_COLUMNS).own(someone).order_by(*NEWEST)[:size]


_OWN_NEWEST = CompiledRows(lambda key, size, verified: _own_newest(key, size, verified=verified))


def own_tickets(customer: User, size: int) -> list[dict[str, Any]]:
    """Return the newest `size` tickets of the customer, as `.own()` says, with `OWN_COLUMNS`.

    What API clients ask most: put together once for all customers.
    """
    return _OWN_NEWEST.rows(customer.pk, size, customer.is_email_verified)


def ticket_row(values: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a list; the customer's keys are those whose columns were asked for."""
    parent, name = values["category__parent__name"], values["category__name"]
    row = {
        "ticket_id": public_id(TICKET_PREFIX, values["number"]),
        "raised_date": moment(values["raised_at"]),
        "issue_category": values["category_text"] or parent or name or "",
        "issue_description": values["description"],
        "status": values["status"],
        "technician_id": values["technician__public_id"],
        "technician_name": values["technician__name"],
        "resolution_summary": values["resolution_summary"] or None,
        "resolved_date": moment(values["resolved_at"]),
        "customer_id": values["customer__public_id"],
        "subject": values["subject"],
        "priority": PRIORITY_LABELS[values["priority"]],
        "subcategory": name if parent else None,
        "etag": etag_of(values["number"], values["version"]),
    }
    if "customer__name" in values:
        row["customer_name"] = values["customer__name"]
        row["team"] = values["team__name"]
        due = values["next_due_at"]
        row["next_due"] = moment(due) if due != NEVER else None
    if "customer__email" in values:
        row["customer_email"] = values["customer__email"]
    return row


def moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def event_row(event: TicketEvent, reader: User, ticket: Ticket) -> dict[str, Any]:
    """Return an entry of the ticket's timeline as `reader` may see it: staff by display name only.

    The description of a ticket that was merged in is an entry with a body.
    """
    elsewhere = event.ticket_id != ticket.pk
    described = event.ticket.description if elsewhere and event.type == EventType.CREATED else None
    return {
        "id": event.pk,
        "at": moment(event.at),
        "type": event.type,
        "actor": _person(event.actor, reader),
        "technician_name": event.technician.name if event.technician else None,
        "changes": event.changes,
        **_message(event.comment),
        "quoted": _quoted(event.comment, reader),
        "files": file_rows(event.files, reader),
        **({"body": described} if described is not None else {}),
        "from_ticket": public_id(TICKET_PREFIX, event.ticket_id) if elsewhere else None,
    }


def _message(comment: Comment | None) -> dict[str, Any]:
    if comment is None:
        return dict.fromkeys(("body", "message_id", "edited_at", "withdrawn_at")) | {
            "is_internal": False
        }
    return {
        "body": None if comment.withdrawn_at else comment.body,
        "is_internal": comment.is_internal,
        "message_id": comment.pk,
        "edited_at": moment(comment.edited_at),
        "withdrawn_at": moment(comment.withdrawn_at),
    }


def _quoted(comment: Comment | None, reader: User) -> str | None:
    """Return what the mail repeated that the message came as: to staff, and to its sender.

    Ask for `WITH_MAIL` with many.
    """
    mail = getattr(comment, "mail_origin", None)
    if comment is None or mail is None or comment.withdrawn_at:
        return None
    own = reader.pk in (mail.sender_id, mail.sender.merged_into_id)
    return (mail.quoted or None) if own or not reader.is_customer else None


def file_row(file: Attachment, reader: User) -> dict[str, Any]:
    """Return a file as `reader`, who may see its message, may know it."""
    gone, is_staff = file.removed_at is not None, not reader.is_customer
    knows = is_staff or file.uploader_id == reader.pk
    return {
        "file_id": str(file.pk),
        "name": file.name if is_staff or not gone else None,
        "content_type": file.content_type,
        "size": file.size,
        "sha256": file.sha256 if knows and not gone else None,
        "state": "removed" if gone else file.state,
    }


def file_rows(files: Iterable[Attachment], reader: User) -> list[dict[str, Any]]:
    return [file_row(file, reader) for file in files]


def _person(person: User | None, reader: User) -> dict[str, Any] | None:
    if person is None:
        return None
    row: dict[str, Any] = {"name": person.name, "role": person.role}
    if not reader.is_customer:
        row["id"] = person.desk_id
    return row
