"""What people write to each other on a ticket."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.text import check_text
from tickets.choices import EventType, Status, Visibility
from tickets.mentions import mentioned_in
from tickets.models import Attachment, Comment, Ticket
from tickets.models.ticket import TEXT_LENGTH
from tickets.permissions import can_note, can_reply, watches
from tickets.services.attachments import attach
from tickets.services.cautions import check_cautions
from tickets.services.changes import NOT_YOURS, allow, record
from tickets.services.comments import write_reply
from tickets.services.courtesy import hold_courtesy, is_mere_thanks
from tickets.services.due import check_promise, promise_update
from tickets.services.guard import check_seen, record_override
from tickets.services.participants import add_watcher
from tickets.services.several import check_followed_version, lock_followed
from tickets.services.status import (
    TOO_LATE,
    change_status,
    check_change,
    move,
    reopen_ticket,
)


@transaction.atomic
def add_reply(
    ticket: Ticket,
    *,
    actor: User,
    body: str,
    then_status: str = "",
    resolution_summary: str = "",
    attachments: Sequence[Attachment] = (),
    version: int | None = None,
    seen: int | None = None,
    overrides: int | None = None,
    confirmed: Collection[str] | None = None,
    submission_key: uuid.UUID | None = None,
    next_update_by: datetime | None = None,
) -> Ticket:
    """Write where customer and technician both read; for a merged ticket, where it goes on.

    A customer's reply moves a ticket that waited for them on, and reopens a finished one, unless
    it is mere thanks (`services/courtesy.py`). Staff can take the ticket to `then_status` in the
    same step, which the reply's event says too, to its end with a `resolution_summary`, and
    promise the next word by `next_update_by`.
    `seen` is the newest event that the writer knows of: staff get `UnseenNews` if something that
    matters came after it. `overrides` says that they were shown what came after that event and
    send anyway, which leaves an event. `confirmed` holds the keys of the doubts that were shown:
    any other raises `Unconfirmed`; None asks nobody. A `submission_key` that the writer has used
    already changes nothing. `attachments` are uploads of the actor's.
    """
    given, ticket = ticket, lock_followed(ticket, actor=actor)
    if submission_key and ticket.comments.filter(author=actor, submission_key=submission_key):
        return ticket
    check_followed_version(given, ticket, version)
    cautions = check_reply(
        ticket,
        actor=actor,
        body=body,
        then_status=then_status,
        resolution_summary=resolution_summary,
        next_update_by=next_update_by,
        seen=seen,
        confirmed=confirmed,
    )
    if ticket.is_done and actor.is_customer:
        return _say_to_finished(ticket, body, actor, attachments, submission_key)
    record_override(ticket, writer=actor, overrides=overrides, seen=seen, cautions=cautions)
    comment = write_reply(
        ticket, body, author=actor, attachments=attachments, submission_key=submission_key
    )
    goes_to = then_status if then_status != ticket.status else ""
    _record_reply(ticket, comment, actor, goes_to, next_update_by)
    return _move_on(ticket, goes_to, actor=actor, resolution_summary=resolution_summary)


def _say_to_finished(
    ticket: Ticket,
    body: str,
    customer: User,
    attachments: Sequence[Attachment],
    submission_key: uuid.UUID | None,
) -> Ticket:
    """Take what the customer writes on a locked, finished ticket: it reopens, but for thanks."""
    if not attachments and is_mere_thanks(ticket, body):
        return hold_courtesy(ticket, body, author=customer, submission_key=submission_key)
    return reopen_ticket(
        ticket,
        actor=customer,
        reason=body,
        attachments=attachments,
        submission_key=submission_key,
    )


def _record_reply(
    ticket: Ticket, comment: Comment, actor: User, goes_to: str, next_update_by: datetime | None
) -> None:
    """Write the reply's event, and what it promises."""
    changes = {"then_status": goes_to} if goes_to else {}
    record(ticket, EventType.REPLY_ADDED, actor=actor, changes=changes, comment=comment)
    if next_update_by is not None:
        promise_update(ticket, next_update_by, actor=actor)


def _move_on(ticket: Ticket, status: str, *, actor: User, resolution_summary: str) -> Ticket:
    """Take a locked ticket to where the reply that was just written leads; "": it stays."""
    if actor.is_customer and ticket.status == Status.WAITING:
        return move(ticket, Status.IN_PROGRESS, actor=actor)
    if status:
        return change_status(
            ticket, status=status, actor=actor, resolution_summary=resolution_summary
        )
    return ticket


def check_reply(
    ticket: Ticket,
    *,
    actor: User,
    body: str,
    then_status: str,
    resolution_summary: str,
    next_update_by: datetime | None,
    seen: int | None,
    confirmed: Collection[str] | None,
) -> list[str]:
    """Raise what speaks against this reply on a locked ticket; return the doubts confirmed."""
    allow(can_reply(ticket, actor), TOO_LATE if actor.is_customer else NOT_YOURS)
    allow(not (then_status and actor.is_customer), "Only staff change the status with a reply.")
    check_text("body", body, max_length=TEXT_LENGTH)
    if then_status:
        check_change(ticket, then_status, actor, resolution_summary)
    check_promise(next_update_by, actor=actor, then_status=then_status)
    check_seen(ticket, writer=actor, seen=seen)
    said = f"{body}\n\n{resolution_summary}"
    return check_cautions(ticket, writer=actor, body=said, confirmed=confirmed)


@transaction.atomic
def add_note(
    ticket: Ticket,
    *,
    actor: User,
    body: str,
    attachments: Sequence[Attachment] = (),
    version: int | None = None,
) -> Ticket:
    """Write an internal note, which no customer ever sees, nor its files.

    Colleagues whom it mentions (`@maya`) are told, and watch the ticket from then on.
    """
    ticket = lock_followed(ticket, actor=actor, version=version)
    allow(can_note(ticket, actor), NOT_YOURS)
    check_text("body", body, max_length=TEXT_LENGTH)
    comment = Comment.objects.create(
        ticket=ticket, author=actor, visibility=Visibility.INTERNAL, body=body
    )
    if ticket.awaits_reply and not ticket.answered_by_note:
        ticket.answered_by_note = True
        # No new version and no new time: for the customer nothing has happened.
        ticket.save(update_fields=["answered_by_note"])
    attach(attachments, actor=actor, ticket=ticket, comment=comment)
    people = [person for person in mentioned_in(body).people if person.pk != actor.pk]
    for person in people:
        _let_watch(ticket, person, actor=actor)
    changes = {"mentioned": [person.name for person in people]} if people else {}
    record(ticket, EventType.NOTE_ADDED, actor=actor, changes=changes, comment=comment)
    return ticket


def _let_watch(ticket: Ticket, person: User, *, actor: User) -> None:
    """Let the one whom a note mentions see the ticket from now on; admins see every ticket."""
    if person.is_admin or person.pk == ticket.technician_id or watches(ticket, person):
        return
    add_watcher(ticket, user=person, actor=actor, mentioned=True)
