"""Storing a public reply, for the verbs that bring one."""

import uuid
from collections.abc import Sequence

from django.utils import timezone

from accounts.models import User
from accounts.text import check_text
from tickets.choices import Status, Visibility
from tickets.models import Attachment, Comment, Ticket
from tickets.models.ticket import TEXT_LENGTH
from tickets.services.attachments import attach
from tickets.services.changes import restart_schedule, save


def write_reply(
    ticket: Ticket,
    body: str,
    *,
    author: User,
    attachments: Sequence[Attachment] = (),
    submission_key: uuid.UUID | None = None,
) -> Comment:
    """Store a public reply of a locked ticket, and what it means for the first answer."""
    check_text("body", body, max_length=TEXT_LENGTH)
    comment = Comment.objects.create(
        ticket=ticket,
        author=author,
        visibility=Visibility.PUBLIC,
        body=body,
        submission_key=submission_key,
    )
    attach(attachments, actor=author, ticket=ticket, comment=comment)
    ticket.awaits_reply, ticket.answered_by_note = author.is_customer, False
    if not author.is_customer and ticket.first_answered_at is None:
        ticket.first_answered_at = timezone.now()
    fields = ["awaits_reply", "answered_by_note", "first_answered_at"]
    if ticket.status == Status.WAITING and not author.is_customer:
        fields += restart_schedule(ticket)  # whoever was asked anew has the whole time again
    if ticket.confirm_since and not author.is_customer:
        ticket.confirm_since, ticket.next_step_at = None, timezone.now()  # somebody has looked
        fields += ["confirm_since", "next_step_at"]
    save(ticket, *fields)
    return comment


def is_noted_last(ticket: Ticket) -> bool:
    """Whether what was written last on a ticket is a note; what was withdrawn doesn't count."""
    last = ticket.comments.filter(withdrawn_at__isnull=True).order_by("-id").first()
    return last is not None and last.is_internal
