"""Where a ticket stands."""

import uuid
from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.text import check_text
from tickets.choices import DONE_STATUSES, OPEN_STATUSES, EventType, Status
from tickets.models import Attachment, Ticket
from tickets.models.ticket import TEXT_LENGTH
from tickets.permissions import can_accept, can_reopen, can_reply
from tickets.services.assignment import unassign_ticket
from tickets.services.cautions import check_cautions
from tickets.services.changes import NOT_YOURS, allow, lock, record, require_work, save
from tickets.services.comments import write_reply
from tickets.services.guard import check_seen, record_override
from tickets.services.rating import ask_for_rating
from tickets.workflow import check_transition

TOO_LATE = "This ticket is closed. Raise a follow-up and we keep the history."


@transaction.atomic
def change_status(
    ticket: Ticket,
    *,
    status: str,
    actor: User | None,
    resolution_summary: str | None = None,
    version: int | None = None,
) -> Ticket:
    """Move the ticket to `status` by the verb that this means (resolve, close, reopen, ...)."""
    check_known(status)
    ticket = lock(ticket, actor=actor, version=version)
    require_work(ticket, actor)
    if status == ticket.status:
        return ticket
    check_transition(ticket.status, status, actor.role if actor else None)
    if status == Status.RESOLVED:
        return resolve_ticket(ticket, actor=actor, resolution_summary=resolution_summary or "")
    if status == Status.CLOSED:
        return close_ticket(ticket, actor=actor, resolution_summary=resolution_summary or "")
    if ticket.is_done:
        return reopen_ticket(ticket, actor=actor)
    if status == Status.PENDING:
        return unassign_ticket(ticket, actor=actor)
    return move(ticket, Status(status), actor=actor)


def check_known(status: str) -> None:
    """Raise `ValidationError` for what is no status."""
    if status not in Status.values:
        known = ", ".join(Status.values)
        raise ValidationError({"status": f"Use one of: {known}."}, code="unknown")


def check_change(ticket: Ticket, status: str, actor: User, resolution_summary: str) -> None:
    """Raise what would speak against moving a locked ticket to `status` now."""
    check_known(status)
    require_work(ticket, actor)
    if status == ticket.status:
        return
    check_transition(ticket.status, status, actor.role)
    if status in DONE_STATUSES:
        _check_summary(ticket, resolution_summary)


def move(ticket: Ticket, status: Status, *, actor: User | None) -> Ticket:
    """Store a plain change between two open statuses (of a locked, checked ticket)."""
    before = ticket.status
    ticket.status = status
    save(ticket, "status")
    record(ticket, EventType.STATUS_CHANGED, actor=actor, changes={"status": [before, status]})
    return ticket


@transaction.atomic
def take_back_status(ticket: Ticket, *, status: str, actor: User) -> Ticket:
    """Put an open ticket back into the open status that a change of the actor's own took it from.

    Here a ticket can also become Assigned (it has a technician) or Pending (it has none) again.
    """
    ticket = lock(ticket, actor=actor)
    require_work(ticket, actor)
    if status == ticket.status:
        return ticket
    belongs = (status == Status.PENDING) == (ticket.technician_id is None)
    if ticket.is_done or status in DONE_STATUSES or not (belongs or status == Status.ON_HOLD):
        raise ValidationError({"status": f"It can't become {status} again."}, code="transition")
    return move(ticket, Status(status), actor=actor)


@transaction.atomic
def resolve_ticket(
    ticket: Ticket,
    *,
    actor: User | None,
    resolution_summary: str,
    version: int | None = None,
    seen: int | None = None,
    overrides: int | None = None,
    confirmed: Collection[str] | None = None,
) -> Ticket:
    """Say that the work is done; the customer accepts or reopens. Needs a summary.

    The summary is guarded like a reply: `seen`, `overrides` and `confirmed` as for `add_reply`.
    Whoever was shown that somebody else has resolved it, and goes on, replaces the summary.
    """
    ticket = lock(ticket, actor=actor, version=version)
    require_work(ticket, actor)
    check_seen(ticket, writer=actor, seen=seen)
    if ticket.status == Status.RESOLVED:
        if actor and overrides is not None and resolution_summary.strip():
            return change_resolution_summary(
                ticket, resolution_summary=resolution_summary, actor=actor
            )
        return ticket
    words = check_cautions(ticket, writer=actor, body=resolution_summary, confirmed=confirmed)
    _own_up(ticket, Status.RESOLVED, actor, seen, overrides, words)
    return _finish(ticket, Status.RESOLVED, EventType.RESOLVED, actor, resolution_summary)


@transaction.atomic
def close_ticket(
    ticket: Ticket,
    *,
    actor: User | None,
    resolution_summary: str = "",
    version: int | None = None,
    seen: int | None = None,
    overrides: int | None = None,
    confirmed: Collection[str] | None = None,
) -> Ticket:
    """End the ticket. Needs a summary, unless it has one; that is guarded like a reply."""
    ticket = lock(ticket, actor=actor, version=version)
    require_work(ticket, actor)
    check_seen(ticket, writer=actor, seen=seen)
    if ticket.status == Status.CLOSED:
        return ticket
    words = check_cautions(ticket, writer=actor, body=resolution_summary, confirmed=confirmed)
    _own_up(ticket, Status.CLOSED, actor, seen, overrides, words)
    return _finish(ticket, Status.CLOSED, EventType.CLOSED, actor, resolution_summary)


def _own_up(
    ticket: Ticket,
    status: Status,
    actor: User | None,
    seen: int | None,
    overrides: int | None,
    cautions: Sequence[str],
) -> None:
    record_override(
        ticket,
        writer=actor,
        overrides=overrides,
        seen=seen,
        cautions=cautions,
        instead={"then_status": status},
    )


@transaction.atomic
def accept_solution(ticket: Ticket, *, actor: User, version: int | None = None) -> Ticket:
    """The customer says that it is solved: Resolved becomes Closed."""
    ticket = lock(ticket, actor=actor, version=version)
    if ticket.status == Status.CLOSED and ticket.customer_id == actor.pk:
        return ticket
    allow(can_accept(ticket, actor), "Only a resolved ticket of your own can be accepted.")
    return _finish(ticket, Status.CLOSED, EventType.CLOSED, actor, "")


def _finish(
    ticket: Ticket, status: Status, type: EventType, actor: User | None, summary: str
) -> Ticket:
    check_transition(ticket.status, status, actor.role if actor else None)
    _check_summary(ticket, summary)
    before, now = ticket.status, timezone.now()
    ticket.status = status
    ticket.resolution_summary = summary if summary.strip() else ticket.resolution_summary
    ticket.resolved_at = ticket.resolved_at or now
    ticket.closed_at = now if status == Status.CLOSED else None
    ticket.awaits_reply = ticket.answered_by_note = False
    save(
        ticket,
        "status",
        "resolution_summary",
        "resolved_at",
        "closed_at",
        "awaits_reply",
        "answered_by_note",
    )
    if actor is not None and not actor.is_customer and before in OPEN_STATUSES:
        ask_for_rating(ticket)
    changes = {"status": [before, status], "resolution_summary": ticket.resolution_summary}
    record(ticket, type, actor=actor, changes=changes)
    return ticket


def _check_summary(ticket: Ticket, summary: str) -> None:
    required = not ticket.resolution_summary
    check_text("resolution_summary", summary, max_length=TEXT_LENGTH, required=required)


@transaction.atomic
def reopen_ticket(
    ticket: Ticket,
    *,
    actor: User | None,
    reason: str = "",
    attachments: Sequence[Attachment] = (),
    version: int | None = None,
    submission_key: uuid.UUID | None = None,
    unconfirmed: bool = False,
) -> Ticket:
    """Work goes on: In Progress with the technician who had it, Pending where that one is gone.

    The customer may within the desk's window and has to say why; `reason` becomes a public reply
    with the `attachments`, also where somebody else has reopened the ticket meanwhile.
    `unconfirmed`: the desk does it because nobody has looked at the customer's thanks.
    """
    ticket = lock(ticket, actor=actor, version=version)
    if submission_key and ticket.comments.filter(author=actor, submission_key=submission_key):
        return ticket
    if ticket.status not in DONE_STATUSES:
        return _say_why(ticket, reason, actor, attachments, submission_key)
    if actor is not None:
        allow(can_reopen(ticket, actor), TOO_LATE if actor.is_customer else NOT_YOURS)
        if actor.is_customer:
            check_text("reason", reason, max_length=TEXT_LENGTH)
    comment = None
    if actor and reason.strip():
        comment = write_reply(
            ticket, reason, author=actor, attachments=attachments, submission_key=submission_key
        )
    changes = _open_again(ticket, actor)
    if unconfirmed:
        changes["unconfirmed"] = True
    record(ticket, EventType.REOPENED, actor=actor, changes=changes, comment=comment)
    return ticket


def _open_again(ticket: Ticket, actor: User | None) -> dict[str, Any]:
    """Store a locked, finished ticket as an open one; return what changed."""
    before, former = ticket.status, ticket.technician
    keeps = former is not None and former.is_active and former.is_technician
    ticket.technician = former if keeps else None
    ticket.status = Status.IN_PROGRESS if keeps else Status.PENDING
    ticket.resolved_at = ticket.closed_at = None
    summary, ticket.resolution_summary = ticket.resolution_summary, ""
    ticket.awaits_reply = actor is None or actor.is_customer
    ticket.answered_by_note = False
    save(
        ticket,
        "technician",
        "status",
        "resolved_at",
        "closed_at",
        "resolution_summary",
        "awaits_reply",
        "answered_by_note",
    )
    return {"status": [before, ticket.status], "former_summary": summary}


def _say_why(
    ticket: Ticket,
    reason: str,
    actor: User | None,
    attachments: Sequence[Attachment],
    submission_key: uuid.UUID | None,
) -> Ticket:
    if actor is None or not reason.strip():
        return ticket
    allow(can_reply(ticket, actor), NOT_YOURS)
    comment = write_reply(
        ticket, reason, author=actor, attachments=attachments, submission_key=submission_key
    )
    record(ticket, EventType.REPLY_ADDED, actor=actor, comment=comment)
    if actor.is_customer and ticket.status == Status.WAITING:
        return move(ticket, Status.IN_PROGRESS, actor=actor)
    return ticket


@transaction.atomic
def change_resolution_summary(
    ticket: Ticket, *, resolution_summary: str, actor: User, version: int | None = None
) -> Ticket:
    """Correct or prepare the summary of what was done."""
    ticket = lock(ticket, actor=actor, version=version)
    require_work(ticket, actor)
    check_text(
        "resolution_summary", resolution_summary, max_length=TEXT_LENGTH, required=ticket.is_done
    )
    before = ticket.resolution_summary
    if before == resolution_summary:
        return ticket
    ticket.resolution_summary = resolution_summary
    save(ticket, "resolution_summary")
    changes = {"resolution_summary": [before, resolution_summary]}
    record(ticket, EventType.SUMMARY_CHANGED, actor=actor, changes=changes)
    return ticket
