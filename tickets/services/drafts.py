"""Texts that somebody at the desk has not sent yet. Each is its author's alone."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.text import check_text
from tickets.choices import DraftKind, OutgoingState, Visibility
from tickets.models import Comment, DeskSettings, OutgoingReply, Ticket, TicketDraft
from tickets.models.ticket import TEXT_LENGTH
from tickets.permissions import can_note
from tickets.services.changes import NOT_YOURS, allow, check_actor

UNDO_TIME = timedelta(minutes=10)
DISCARDED_KEPT = timedelta(days=1)
# How long after a message left the page's last word about its text may still arrive.
LATE = timedelta(minutes=1)


def drafts_of(ticket: Ticket, author: User) -> dict[str, TicketDraft]:
    """Return the author's drafts on the ticket by kind, those just discarded among them."""
    undoable = timezone.now() - UNDO_TIME
    return {draft.kind: draft for draft in _own(ticket, author).exclude(discarded_at__lt=undoable)}


@transaction.atomic
def save_draft(
    ticket: Ticket, *, kind: str, body: str, actor: User, late: bool = True
) -> TicketDraft | None:
    """Keep the text; an empty one removes the draft and returns None.

    So does (if it may come `late`) a text that the actor has just sent: a page that saves by
    itself may have let it go before the text was sent, and it arrives after that.
    """
    check_actor(actor)
    allow(can_note(ticket, actor), NOT_YOURS)
    check_kind(kind)
    check_text("body", body, max_length=TEXT_LENGTH, required=False)
    # Whoever sends the text holds the ticket until it is sent and the draft is dropped.
    ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    if not body.strip() or (late and _is_sent(ticket, kind, body, actor)):
        _own(ticket, actor).filter(kind=kind).delete()
        return None
    values = {"body": body, "saved_at": timezone.now(), "discarded_at": None}
    draft, _ = TicketDraft.objects.update_or_create(values, ticket=ticket, author=actor, kind=kind)
    return draft


def drop_draft(ticket: Ticket, *, kind: str, actor: User) -> bool:
    """Remove the draft for good, because it was sent or is not wanted; False where there is none.

    Called in the transaction that sends: message and draft change places together or not at all.
    """
    return _own(ticket, actor).filter(kind=kind).delete()[0] > 0


@transaction.atomic
def discard_draft(ticket: Ticket, *, kind: str, actor: User) -> TicketDraft | None:
    """Put the draft aside; for ten minutes it can be had back."""
    check_kind(kind)
    draft = _locked(ticket, kind, actor)
    if draft is not None and draft.discarded_at is None:
        draft.discarded_at = timezone.now()
        draft.save(update_fields=["discarded_at"])
    return draft


@transaction.atomic
def restore_draft(ticket: Ticket, *, kind: str, actor: User) -> TicketDraft | None:
    """Take the discarding back, as long as the draft is there."""
    check_kind(kind)
    draft = _locked(ticket, kind, actor)
    if draft is not None and draft.discarded_at is not None:
        draft.discarded_at = None
        draft.save(update_fields=["discarded_at"])
    return draft


def purge_old_drafts() -> int:
    """Remove what was discarded yesterday and what nobody has touched for the desk's days."""
    now = timezone.now()
    old = Q(saved_at__lt=now - timedelta(days=DeskSettings.load().draft_days))
    return TicketDraft.objects.filter(old | Q(discarded_at__lt=now - DISCARDED_KEPT)).delete()[0]


def check_kind(kind: str) -> None:
    """Raise `ValidationError` for what is no kind of draft."""
    if kind not in DraftKind.values:
        raise ValidationError({"kind": f"Use one of: {', '.join(DraftKind.values)}."})


def _own(ticket: Ticket, author: User) -> QuerySet[TicketDraft]:
    return TicketDraft.objects.filter(ticket=ticket, author=author)


def _locked(ticket: Ticket, kind: str, actor: User) -> TicketDraft | None:
    return _own(ticket, actor).select_for_update().filter(kind=kind).first()


def _is_sent(ticket: Ticket, kind: str, body: str, actor: User) -> bool:
    if kind == DraftKind.RESOLVE:
        return ticket.is_done and _begins(ticket.resolution_summary, body)
    if kind == DraftKind.REPLY:
        waiting = OutgoingReply.objects.filter(
            ticket=ticket, author=actor, state=OutgoingState.WAITING
        )
        if any(_begins(text, body) for text in waiting.values_list("body", flat=True)):
            return True
    visibility = Visibility.INTERNAL if kind == DraftKind.NOTE else Visibility.PUBLIC
    sent = Comment.objects.filter(
        ticket=ticket, author=actor, visibility=visibility, created_at__gt=timezone.now() - LATE
    )
    return any(_begins(text, body) for text in sent.values_list("body", flat=True)[:5])


def _begins(sent: str, body: str) -> bool:
    """Whether what was sent begins with the text; a form sends line breaks in another way."""
    return sent.replace("\r\n", "\n").startswith(body.replace("\r\n", "\n"))
