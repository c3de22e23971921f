"""Replies that wait for a moment before they go out: undo, release, and what could not be sent.

Whatever happens in between, a reply is in exactly one place: in an `OutgoingReply` (nobody but
staff knows of it) or on the ticket. It moves in one transaction. The ticket's lock is taken before
the row's.
"""

import logging
import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from accounts.models import User
from tickets import signals
from tickets.choices import EventType, OutgoingState
from tickets.models import Attachment, Comment, DeskSettings, OutgoingReply, Ticket
from tickets.models.outgoing import REASON_LENGTH
from tickets.services.attachments import keep_for
from tickets.services.cautions import Unconfirmed
from tickets.services.changes import EditConflict, record
from tickets.services.conversation import add_reply, check_reply
from tickets.services.guard import newest_event
from tickets.services.mail import note_origin
from tickets.services.several import lock_followed

logger = logging.getLogger(__name__)

FAULT = "Something went wrong on our side while it was being sent."
GONE = "This reply has gone out already."


@transaction.atomic
def send_reply(
    ticket: Ticket,
    *,
    actor: User,
    body: str,
    then_status: str = "",
    resolution_summary: str = "",
    seen: int | None = None,
    overrides: int | None = None,
    confirmed: Collection[str] = (),
    attachments: Sequence[Attachment] = (),
    version: int | None = None,
    submission_key: uuid.UUID | None = None,
    again: int | None = None,
    next_update_by: datetime | None = None,
) -> OutgoingReply | None:
    """Let a reply go out after the desk's seconds of grace; return it, or None if it is out.

    Arguments as for `add_reply`, whose rules are asked now and once more when it goes out.
    `again` is the row of a reply by the same author that was taken back or held: it is used up.
    A `submission_key` that was used already makes no second reply.
    """
    if submission_key and (known := _submitted(actor, submission_key)):
        return known if isinstance(known, OutgoingReply) else None
    ticket = lock_followed(ticket, actor=actor, version=version)
    check_reply(
        ticket,
        actor=actor,
        body=body,
        then_status=then_status,
        resolution_summary=resolution_summary,
        next_update_by=next_update_by,
        seen=seen,
        confirmed=confirmed,
    )
    newest, seconds = newest_event(ticket), DeskSettings.load().undo_seconds
    row = _row_of(ticket, actor, again)
    row.body, row.then_status = body, then_status
    row.resolution_summary, row.reason = resolution_summary, ""
    row.next_update_by = next_update_by
    row.seen_event = newest if seen is None else min(seen, newest)
    row.overrides, row.confirmed = overrides, sorted(confirmed)
    row.submission_key = submission_key
    _let_wait(row, seconds)
    keep_for(row, attachments)
    if seconds:
        return row
    _go_out(row)
    return None


@transaction.atomic
def send_or_hold(
    ticket: Ticket,
    *,
    actor: User,
    body: str,
    seen: int,
    attachments: Sequence[Attachment] = (),
    submission_key: uuid.UUID | None = None,
    mail: uuid.UUID | None = None,
) -> Comment | OutgoingReply:
    """Send a reply by staff at once, or hold it where its writer should look first.

    For replies that were written elsewhere (by mail), where nobody could be asked: they are held
    for news after the event `seen` and for doubts (`cautions`), as a page would ask. Raises what
    `add_reply` raises for anything else. A `submission_key` that was used already changes nothing.
    `mail` is its row in the ledger of incoming mails, which hears of what becomes of it.
    """
    if submission_key and (known := _submitted(actor, submission_key)):
        return known
    try:
        with transaction.atomic():
            sent = add_reply(
                ticket,
                actor=actor,
                body=body,
                attachments=attachments,
                seen=seen,
                confirmed=(),
                submission_key=submission_key,
            )
            return newest_reply(sent, actor)
    except EditConflict as refusal:
        doubts = refusal.cautions if isinstance(refusal, Unconfirmed) else []
        row = OutgoingReply(ticket=refusal.ticket, author=actor, body=body, seen_event=seen)
        row.submission_key, row.mail = submission_key, mail
        row.save()
        keep_for(row, attachments)
        _hold(row, str(refusal), asked=[caution.key for caution in doubts])
        return row


def _row_of(ticket: Ticket, author: User, again: int | None) -> OutgoingReply:
    """Return the row of the reply that was taken back or held and is sent again, else a new one."""
    rows = OutgoingReply.objects.of(author).filter(ticket=ticket, pk=again)
    found = rows.exclude(state=OutgoingState.WAITING).first() if again else None
    return found or OutgoingReply(ticket=ticket, author=author)


def _let_wait(row: OutgoingReply, seconds: int) -> None:
    """Store a reply that goes out when the seconds of grace are over."""
    row.state, row.changed_at = OutgoingState.WAITING, timezone.now()
    row.due_at = row.changed_at + timedelta(seconds=seconds)
    row.save()


def _submitted(author: User, key: uuid.UUID) -> OutgoingReply | Comment | None:
    """Return the reply that `key` made; one at a time per author, until the transaction ends."""
    User.objects.select_for_update(no_key=True).get(pk=author.pk)
    rows = OutgoingReply.objects.of(author).filter(submission_key=key)
    return rows.first() or Comment.objects.filter(author=author, submission_key=key).first()


@transaction.atomic
def take_back_reply(pk: int, *, actor: User) -> OutgoingReply:
    """Stop an own reply that waits or was held; its text is the author's to change again.

    Raises `PermissionDenied` if it has gone out, or is somebody else's.
    """
    row = _own(pk, actor)
    row.state, row.reason, row.changed_at = OutgoingState.TAKEN_BACK, "", timezone.now()
    row.submission_key = None  # the page's form may be sent once more
    row.save(update_fields=["state", "reason", "changed_at", "submission_key"])
    return row


@transaction.atomic
def discard_reply(pk: int, *, actor: User) -> None:
    """Throw away an own reply that was taken back or held."""
    row = _own(pk, actor)
    if row.is_waiting:
        raise PermissionDenied("Take it back first.")
    _end(row, f"It was held, and then thrown away by {row.author.name}.")
    row.delete()


def send_held_reply(pk: int, *, actor: User, seen: int, confirmed: Collection[str] = ()) -> bool:
    """Send an own held reply now, across what was shown beside it; False: it was held again.

    Shown were the news up to the event `seen` and the doubts whose keys are `confirmed`.
    """
    with transaction.atomic():
        row = _own(pk, actor)
        if not row.is_held:
            raise PermissionDenied("Only a reply that was held can be sent anyway.")
        newest = newest_event(row.ticket)
        row.overrides = row.seen_event if row.overrides is None else row.overrides
        row.seen_event = max(row.seen_event, min(seen, newest))
        row.confirmed = sorted({*row.confirmed, *confirmed})
        row.state, row.due_at, row.reason = OutgoingState.WAITING, timezone.now(), ""
        row.save()
    _release(row.pk, timezone.now())
    return not OutgoingReply.objects.filter(pk=pk).exists()


def _own(pk: int, actor: User) -> OutgoingReply:
    row = OutgoingReply.objects.select_for_update(of=("self",)).filter(pk=pk, author=actor).first()
    if row is None:
        raise PermissionDenied(GONE)
    return row


# Going out ---------------------------------------------------------------------------------------


def release_due_replies(
    limit: int = 100,
    *,
    author: User | None = None,
    ticket: Ticket | None = None,
    now: datetime | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Send the replies whose time has come, or hold them; return how many were dealt with.

    Any number of processes may do this at once. `author` and `ticket` narrow it down.
    """
    now = now or timezone.now()
    due = OutgoingReply.objects.due(now)
    if author is not None:
        due = due.of(author)
    if ticket is not None:
        due = due.filter(ticket=ticket)
    count = 0
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        if stop():
            break
        count += _release(pk, now)
    return count


@transaction.atomic
def _release(pk: int, now: datetime) -> bool:
    """Send one reply or hold it; False: it is somebody else's work, or its turn has not come."""
    due = OutgoingReply.objects.due(now).filter(pk=pk)
    ticket = due.values_list("ticket", flat=True).first()
    if ticket is None:
        return False
    Ticket.objects.select_for_update(of=("self",)).get(pk=ticket)
    row = due.select_for_update(of=("self",)).select_related("ticket", "author").first()
    if row is None or _has_earlier(row):
        return False
    try:
        with transaction.atomic():
            _go_out(row)
    except Unconfirmed as doubt:
        _hold(row, str(doubt), asked=[caution.key for caution in doubt.cautions])
    except (EditConflict, PermissionDenied) as refusal:
        _hold(row, str(refusal))
    except ValidationError as refusal:
        _hold(row, " ".join(refusal.messages))
    except (OperationalError, InterfaceError):
        raise  # the database is away: nothing has happened
    except Exception:
        logger.exception("reply not sent", extra={"outgoing": pk})
        _hold(row, FAULT)
    return True


def _has_earlier(row: OutgoingReply) -> bool:
    """Whether another reply of the ticket waits in front: they keep their order."""
    waiting = OutgoingReply.objects.filter(ticket=row.ticket_id, state=OutgoingState.WAITING)
    first = waiting.order_by("due_at", "id").values_list("pk", flat=True).first()
    return first != row.pk


def _go_out(row: OutgoingReply) -> None:
    """Turn the row into a reply on the ticket, or raise what speaks against it."""
    files = list(row.attachments.all())
    OutgoingReply.objects.filter(pk=row.pk).delete()
    sent = add_reply(
        row.ticket,
        actor=row.author,
        body=row.body,
        then_status=row.then_status,
        resolution_summary=row.resolution_summary,
        seen=row.seen_event,
        overrides=row.overrides,
        confirmed=row.confirmed,
        attachments=files,
        submission_key=row.submission_key,
        next_update_by=row.next_update_by,
    )
    if row.mail is not None:
        comment = newest_reply(sent, row.author)
        note_origin(comment.ticket, comment, sender=row.author, mail=row.mail)
        _end(row, f"It was held, and then sent by {row.author.name}.", comment)


def newest_reply(ticket: Ticket, author: User) -> Comment:
    """Return the last message of somebody on the ticket."""
    return ticket.comments.filter(author=author).order_by("-pk")[0]


def _end(row: OutgoingReply, sentence: str, comment: Comment | None = None) -> None:
    """Say what became of a reply, if it came by mail."""
    if row.mail is not None:
        told: dict[str, Any] = {"mail": row.mail, "sentence": sentence, "comment": comment}
        signals.mailed_reply_ended.send(sender=OutgoingReply, **told)


def forget_unsent(ticket: Ticket) -> None:
    """Throw away what is on its way on a ticket whose texts are removed for good."""
    for row in ticket.outgoing.all():
        _end(row, "It was held, and is gone with the texts of its ticket.")
    ticket.outgoing.all().delete()


def _hold(row: OutgoingReply, reason: str, *, asked: Sequence[str] = ()) -> None:
    """Keep the text, say why it was not sent, and tell its author."""
    row.state, row.reason = OutgoingState.HELD, reason[:REASON_LENGTH]
    row.asked, row.changed_at = list(asked), timezone.now()
    row.save(update_fields=["state", "reason", "asked", "changed_at"])
    ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=row.ticket_id)
    changes = {"reason": row.reason, "outgoing": row.pk}
    record(ticket, EventType.REPLY_HELD, actor=None, technician=row.author, changes=changes)
