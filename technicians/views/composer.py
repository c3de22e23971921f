"""What is being written on a ticket's page, and what is offered to write with."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.forms import Form
from django.utils import timezone

from accounts.models import User
from technicians.forms.texts import ReplyForm, draft_name
from technicians.models import CannedResponse, Macro
from technicians.timeline import Outgoing
from tickets import permissions, services
from tickets.choices import Status
from tickets.models import OutgoingReply, Ticket, TicketDraft
from tickets.workflow import allowed_transitions

OFFERED_ANSWERS = 50
# How long after "Undo" the autosave of what was being typed meanwhile may still arrive.
LATE_DRAFT = timedelta(seconds=5)
# The texts of the composer, and the field of each.
TEXT_FIELDS = {"reply": "body", "note": "note", "resolve": "resolution_summary"}
# What the status menu offers; the others are verbs of their own (assign, resolve, close, reopen).
PLAIN_STATUSES = (Status.IN_PROGRESS, Status.WAITING, Status.ON_HOLD)


def composer_context(
    ticket: Ticket,
    user: User,
    *,
    outgoing: Outgoing,
    forms: Mapping[str, Form],
    can: Mapping[str, bool],
) -> dict[str, Any]:
    """Return what is being written: refused forms, a reply that was taken back, drafts, offers."""
    forms = dict(forms)
    mode = next(iter(forms), "reply")
    if outgoing.draft and "reply" not in forms:
        forms["reply"] = reply_form_of(outgoing.draft)
    drafts = services.drafts_of(ticket, user) if can["note"] else {}
    texts = texts_in_front(ticket, drafts, forms)
    if outgoing.draft and "reply" in drafts and not forms["reply"].is_bound:
        texts["reply"] = rewritten(outgoing.draft, drafts["reply"])
    again = forms["reply"]["again"].value() if "reply" in forms else None
    moves = plain_moves(ticket, user)
    return {
        "forms": forms,
        "mode": mode,
        "drafts": drafts,
        "texts": texts,
        "reply_key": uuid.uuid4(),
        "reply_draft": draft_name(ticket, user, again),
        "moves": moves,
        "then_choices": [*moves, *([Status.RESOLVED] if can["resolve"] else [])],
        **answers_context(user, can=can),
    }


def reply_form_of(row: OutgoingReply) -> ReplyForm:
    """Return the form with the text of a reply that was taken back."""
    form = ReplyForm(
        initial={
            "body": row.body,
            "then_status": row.then_status,
            "resolution_summary": row.resolution_summary,
            "next_update_by": row.next_update_by and timezone.localtime(row.next_update_by),
            "again": row.pk,
        }
    )
    form.attachments = list(row.attachments.all())
    return form


def rewritten(row: OutgoingReply, draft: TicketDraft) -> str:
    """Return the text of a reply that was taken back, as it stands since; of two texts, both.

    A draft that is saved in the moments after that was on its way: it is of another text.
    """
    if draft.discarded_at is not None:
        return row.body
    if draft.saved_at >= row.changed_at + LATE_DRAFT:
        return draft.body
    return f"{row.body}\n\n{draft.body}"


def texts_in_front(
    ticket: Ticket, drafts: Mapping[str, TicketDraft], forms: Mapping[str, Form]
) -> dict[str, str]:
    """Return what stands in each text of the composer: what came back, else the draft."""
    texts = {"reply": "", "note": "", "resolve": ticket.resolution_summary}
    texts |= {kind: draft.body for kind, draft in drafts.items() if draft.discarded_at is None}
    return texts | {kind: form[TEXT_FIELDS[kind]].value() or "" for kind, form in forms.items()}


def plain_moves(ticket: Ticket, user: User) -> list[Status]:
    """Return where a status menu may send the ticket."""
    if ticket.is_done or not permissions.can_work(ticket, user):
        return []
    return [
        status
        for status in allowed_transitions(ticket.status, user.role)
        if status in PLAIN_STATUSES
    ]


def still_seen(ticket: Ticket, user: User, seen: int | None) -> int | None:
    """Return what a half-written reply may call seen after its page renewed the conversation.

    News of others that came in with that stay news: a writer looks at the text being written.
    None: all that the page shows now.
    """
    if seen is not None and services.news_since(ticket, user, seen).exists():
        return seen
    return None


def answers_context(user: User, *, can: Mapping[str, bool]) -> dict[str, Any]:
    """Return the canned responses and macros that the page offers, without their long texts."""
    offered: dict[str, Any] = {"canned": [], "macros": []}
    if can["note"]:
        canned = CannedResponse.objects.visible_to(user).defer("body")
        offered["canned"] = list(canned[:OFFERED_ANSWERS])
    if can["work"] or can["take"]:
        offered["macros"] = list(Macro.objects.visible_to(user).only("title")[:OFFERED_ANSWERS])
    return offered
