"""Correcting what was said: by its author for some minutes, by an admin at any time."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.text import check_text
from tickets import signals
from tickets.choices import EventType, RelationKind, Visibility
from tickets.file_types import clean_name
from tickets.models import (
    Attachment,
    Comment,
    CommentVersion,
    MailOrigin,
    OutgoingReply,
    Ticket,
    TicketEventDetail,
    TicketRelation,
)
from tickets.models.attachment import REASON_LENGTH
from tickets.models.category import CATEGORY_LENGTH
from tickets.models.keeping import ITEM_LENGTH, REMINDER_LENGTH, TIME_NOTE_LENGTH
from tickets.models.mail_origin import QUOTED_LENGTH
from tickets.models.rating import COMMENT_LENGTH
from tickets.models.ticket import SUBJECT_LENGTH, TEXT_LENGTH
from tickets.permissions import can_correct, can_redact
from tickets.services.changes import allow, check_actor, lock, record, save
from tickets.services.comments import is_noted_last
from tickets.services.several import lock_all

TOO_LATE_TO_CORRECT = "You can correct your own messages for some minutes only."
SHORTEST_REDACTION = 3
REMOVED = "(removed)"  # in the name of a file
# Words of our own in the details of events, which pages understand.
OWN_WORDS = ("status", "then_status", "priority")
LIMITS = {
    "subject": SUBJECT_LENGTH,
    "description": TEXT_LENGTH,
    "resolution_summary": TEXT_LENGTH,
    "category_text": CATEGORY_LENGTH,
}


@transaction.atomic
def edit_message(
    ticket: Ticket, *, comment: Comment, body: str, actor: User, version: int | None = None
) -> Ticket:
    """Let a message of one's own say something else; admins can read what it said before.

    Mails about it that still wait say the new text.
    """
    ticket, comment = _own_message(ticket, comment, actor, version)
    check_text("body", body, max_length=TEXT_LENGTH)
    if body == comment.body:
        return ticket
    _keep_version(comment)
    comment.body, comment.edited_at = body, timezone.now()
    comment.save(update_fields=["body", "edited_at"])
    return _corrected(ticket, comment, EventType.MESSAGE_EDITED, actor)


@transaction.atomic
def withdraw_message(
    ticket: Ticket, *, comment: Comment, actor: User, version: int | None = None
) -> Ticket:
    """Take a message of one's own back: its place says so, mails about it are not sent any more."""
    ticket, comment = _own_message(ticket, comment, actor, version)
    _keep_version(comment)
    comment.body, comment.withdrawn_at = "", timezone.now()
    comment.save(update_fields=["body", "withdrawn_at"])
    if ticket.is_open:
        ticket.awaits_reply = _customer_spoke_last(ticket)
        ticket.answered_by_note = ticket.awaits_reply and is_noted_last(ticket)
        ticket.save(update_fields=["answered_by_note"])
    return _corrected(ticket, comment, EventType.MESSAGE_WITHDRAWN, actor)


def _own_message(
    ticket: Ticket, comment: Comment, actor: User, version: int | None
) -> tuple[Ticket, Comment]:
    ticket = lock(ticket, actor=actor, version=version, merged_too=True)
    comment = ticket.comments.select_for_update().get(pk=comment.pk)
    allow(can_correct(comment, actor), TOO_LATE_TO_CORRECT)
    return ticket, comment


def _keep_version(comment: Comment) -> None:
    CommentVersion.objects.create(comment=comment, body=comment.body)


def _corrected(ticket: Ticket, comment: Comment, type: EventType, actor: User) -> Ticket:
    # The version of the ticket is no trace of a note.
    if not comment.is_internal:
        save(ticket, "awaits_reply")
    record(ticket, type, actor=actor, changes={"message": comment.pk})
    return ticket


def _customer_spoke_last(ticket: Ticket) -> bool:
    public = ticket.comments.filter(visibility=Visibility.PUBLIC, withdrawn_at__isnull=True)
    last = public.select_related("author").order_by("-id").first()
    return last is None or last.author.is_customer


@transaction.atomic
def redact(ticket: Ticket, *, text: str, actor: User) -> int:
    """Put a tombstone in place of `text` wherever the ticket says it; return in how many places.

    The same in every ticket that shows its words or has a copy of them: those merged into it, what
    it was merged into, and what was split from it or it from.

    Subject, description, summary, messages, notes, their former versions, names of files and the
    details of events; blanks and line ends in `text` stand for any. The event says who and when,
    never what.
    Raises `ValidationError({"text": ...})` where the ticket does not say it.
    """
    check_actor(actor)
    allow(can_redact(ticket, actor), "Only admins remove text for good.")
    check_text("text", text, max_length=TEXT_LENGTH)
    if len(text.strip()) < SHORTEST_REDACTION:
        raise ValidationError({"text": f"Give at least {SHORTEST_REDACTION} characters."})
    moment = timezone.localtime(timezone=timezone.get_default_timezone())
    eraser = Eraser(text, f"[removed by {actor.name}, {moment:%d %b %Y %H:%M}]")
    for one in lock_all(_same_words(ticket), actor=actor).values():
        _redact_one(one, text, eraser, actor)
    if not eraser.places:
        raise ValidationError({"text": "This text is not on the ticket."})
    return eraser.places


def _same_words(ticket: Ticket) -> set[int]:
    """Return the ticket with those that show or copied what it says."""
    shown = ticket.merged_into_id or ticket.pk
    found = {
        ticket.pk,
        shown,
        *Ticket.objects.filter(merged_into=shown).values_list("pk", flat=True),
    }
    splits = TicketRelation.objects.touching(found).filter(kind=RelationKind.SPLIT_FROM)
    return found.union(*splits.values_list("from_ticket", "to_ticket"))


def _redact_one(ticket: Ticket, text: str, eraser: "Eraser", actor: User) -> None:
    before = eraser.places
    is_public = _redact_ticket(ticket, eraser)
    is_public |= _redact_messages(ticket, eraser)
    is_public |= _redact_files(ticket, eraser)
    _redact_unsent(ticket, eraser)
    _redact_drafts(ticket, eraser)
    _redact_order(ticket, eraser)
    _redact_details(ticket, eraser)
    if eraser.places == before:
        return
    if is_public:
        save(ticket, *LIMITS)
    changes = {"places": eraser.places - before}
    event = record(ticket, EventType.REDACTED, actor=actor, changes=changes)
    signals.text_redacted.send(sender=Ticket, event=event, text=text)


class Eraser:
    """Replaces a text by its tombstone and counts the places."""

    def __init__(self, text: str, tombstone: str) -> None:
        self.pattern = re.compile(r"\s+".join(map(re.escape, text.split())))
        self.tombstone, self.places = tombstone, 0

    def clean(self, text: str, limit: int = TEXT_LENGTH) -> str:
        """Return the text without the words, cut where the tombstone makes it too long."""
        cleaned, count = self.pattern.subn(lambda found: self.tombstone, text)
        self.places += count
        return cleaned[:limit] if count else text

    def clean_name(self, name: str) -> str:
        """Return the name of a file without the words; it stays a name that every system takes."""
        cleaned, count = self.pattern.subn(lambda found: REMOVED, name)
        self.places += count
        return clean_name(cleaned) if count else name

    def clean_value(self, value: Any) -> Any:
        """Return a value of an event's changes with each text in it cleaned."""
        if isinstance(value, str):
            return self.clean(value)
        if isinstance(value, list):
            return [self.clean_value(part) for part in value]
        if isinstance(value, dict):
            return {
                key: part if key in OWN_WORDS else self.clean_value(part)
                for key, part in value.items()
            }
        return value


def _redact_ticket(ticket: Ticket, eraser: Eraser) -> bool:
    before = eraser.places
    for name, limit in LIMITS.items():
        setattr(ticket, name, eraser.clean(getattr(ticket, name), limit))
    return eraser.places > before


def _redact_messages(ticket: Ticket, eraser: Eraser) -> bool:
    """Clean messages, notes and their former versions; return whether a public one had it."""
    is_public = False
    for comment in ticket.comments.select_for_update():
        body = eraser.clean(comment.body)
        if body != comment.body:
            is_public |= not comment.is_internal
            comment.body = body
            comment.save(update_fields=["body"])
    for version in CommentVersion.objects.filter(comment__ticket=ticket):
        body = eraser.clean(version.body)
        if body != version.body:
            version.body = body
            version.save(update_fields=["body"])
    for origin in MailOrigin.objects.filter(ticket=ticket):
        quoted = eraser.clean(origin.quoted, QUOTED_LENGTH)
        left_out = eraser.clean(origin.left_out)
        if (quoted, left_out) != (origin.quoted, origin.left_out):
            origin.quoted, origin.left_out = quoted, left_out
            origin.save(update_fields=["quoted", "left_out"])
    return is_public


def _redact_files(ticket: Ticket, eraser: Eraser) -> bool:
    """Clean the names of files, also of replies on their way; return whether a public one had it.

    What is in a file stays: an admin removes the file.
    """
    is_public = False
    mine = Q(ticket=ticket) | Q(outgoing__ticket=ticket)
    for file in Attachment.objects.select_for_update(of=("self",)).filter(mine):
        name = eraser.clean_name(file.name)
        reason = eraser.clean(file.removed_reason, REASON_LENGTH)
        if (name, reason) != (file.name, file.removed_reason):
            file.name, file.removed_reason = name, reason
            file.save(update_fields=["name", "removed_reason"])
            internal = file.comment is not None and file.comment.is_internal
            is_public |= file.ticket_id is not None and not internal
    return is_public


def _redact_unsent(ticket: Ticket, eraser: Eraser) -> None:
    """Clean replies on their way, and what customers said with their ratings."""
    for rating in ticket.ratings.select_for_update().exclude(comment=""):
        rating.comment = eraser.clean(rating.comment, COMMENT_LENGTH)
        rating.save(update_fields=["comment"])
    for reply in OutgoingReply.objects.select_for_update().filter(ticket=ticket):
        reply.body = eraser.clean(reply.body)
        reply.resolution_summary = eraser.clean(reply.resolution_summary)
        reply.save(update_fields=["body", "resolution_summary"])


def _redact_drafts(ticket: Ticket, eraser: Eraser) -> None:
    """Clean what somebody has only begun to write; it is no place that the admin is told of."""
    places = eraser.places
    for draft in ticket.drafts.select_for_update():
        draft.body = eraser.clean(draft.body)
        draft.save(update_fields=["body"])
    eraser.places = places


def _redact_order(ticket: Ticket, eraser: Eraser) -> None:
    """Clean the checklist, reminders and what time was spent on."""
    kinds: Any = (
        (ticket.checklist, "text", ITEM_LENGTH),
        (ticket.reminders, "note", REMINDER_LENGTH),
        (ticket.time_entries, "note", TIME_NOTE_LENGTH),
    )
    for rows, name, limit in kinds:
        for row in rows.select_for_update():
            setattr(row, name, eraser.clean(getattr(row, name), limit))
            row.save(update_fields=[name])


def _redact_details(ticket: Ticket, eraser: Eraser) -> None:
    details = TicketEventDetail.objects.filter(event__ticket=ticket).select_related("event")
    for detail in details:
        before = eraser.places
        changes = eraser.clean_value(detail.changes)
        if eraser.places > before:
            detail.rewrite(changes, address=detail.address)
