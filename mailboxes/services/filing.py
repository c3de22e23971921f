"""Doing what was decided: a message becomes a ticket, a reply, a note, or stays what it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts.models import NAME_LENGTH, User
from accounts.services import customer_at, forget_address_fault
from mailboxes.choices import Outcome
from mailboxes.decisions import Action, Decision
from mailboxes.models import REASON_LENGTH, InboundMail
from mailboxes.parsing import ParsedMail
from mailboxes.services.bounces import note_bounce
from mailboxes.services.gathering import Found
from mailboxes.services.people import add_people, hold_people
from tickets.choices import Channel, EventType
from tickets.email_thread import without_secrets
from tickets.models import Attachment, Category, Comment, DeskSettings, OutgoingReply, Ticket
from tickets.models.mail_origin import MESSAGE_ID_LENGTH, QUOTED_LENGTH
from tickets.models.ticket import SUBJECT_LENGTH, TEXT_LENGTH
from tickets.services import (
    FileRefused,
    add_note,
    add_reply,
    assign_team,
    create_ticket,
    newest_at,
    note_mail,
    note_origin,
    send_or_hold,
    store_file,
)

NO_TEXT = "(The mail has no text.)"
CUT = "\n\n(The rest of the mail was too long. It is kept with the mail itself.)"
HELD = "Held: its writer has to look at the ticket first, and sends it from there."
WRITES = (Action.TICKET, Action.REPLY, Action.NOTE, Action.FOLLOW_UP)
OUTCOMES = {
    Action.TICKET: Outcome.TICKET,
    Action.FOLLOW_UP: Outcome.TICKET,
    Action.REPLY: Outcome.REPLY,
    Action.NOTE: Outcome.REPLY,
    Action.BOUNCE: Outcome.BOUNCE,
    Action.IGNORE: Outcome.IGNORED,
    Action.SUSPEND: Outcome.SUSPENDED,
}

# The message on a ticket; none for a description; a reply that is held.
Written = Comment | OutgoingReply | None


@dataclass(frozen=True)
class Prepared:
    """What is done before the transaction of the change: the author and the stored files.

    `left_out` says which files the desk does not take, and why.
    """

    author: User | None = None
    files: Sequence[Attachment] = ()
    left_out: Sequence[str] = ()
    is_new: bool = False


def prepare(mail: ParsedMail, found: Found, action: Action) -> Prepared:
    """Make sure of the author and store the files as fresh uploads of theirs.

    Nothing of it shows until it is filed; what is never filed goes with the uploads that nobody
    sent.
    """
    if action not in WRITES:
        return Prepared(author=found.sender)
    author = found.sender
    if author is None:
        assert mail.sender is not None
        author = customer_at(mail.sender.email, name=_name(mail), actor=None)
    files: list[Attachment] = []
    left_out: list[str] = []
    for file in mail.attachments:
        if len(files) >= DeskSettings.load().files_per_message:
            left_out.append(f"{file.name} was not added: a message may bring so many files only.")
            continue
        try:
            content = ContentFile(file.content, name=file.name)
            files.append(store_file(uploader=author, name=file.name, content=content))
        except FileRefused as refusal:
            left_out.extend(refusal.messages)
    return Prepared(author, files, left_out, is_new=found.sender is None)


def _name(mail: ParsedMail) -> str:
    assert mail.sender is not None
    return " ".join(mail.sender.name.split())[:NAME_LENGTH]


def file_mail(
    row: InboundMail, mail: ParsedMail, found: Found, decision: Decision, prepared: Prepared
) -> InboundMail:
    """Do it, within the caller's transaction, and write the outcome on the locked row.

    What a service of the tickets refuses is suspended, with its words.
    """
    held = False
    if decision.action in WRITES:
        try:
            with transaction.atomic():
                ticket, written = _write(row, mail, found, decision, prepared)
        except (PermissionDenied, ValidationError) as refusal:
            sentence = " ".join(getattr(refusal, "messages", [str(refusal)]))
            trace = (*decision.trace, f"Refused: {sentence}")
            decision = Decision(Action.SUSPEND, f"It could not be filed: {sentence}", trace)
        else:
            held = isinstance(written, OutgoingReply)
            row.ticket, row.comment = ticket, written if isinstance(written, Comment) else None
            added = _joined(ticket, mail, found, decision, prepared)
            if isinstance(written, OutgoingReply):
                decision = replace(decision, reason=HELD)
                added = [f"{HELD} Why: {written.reason}"]
            decision = replace(decision, trace=(*decision.trace, *added))
            forget_address_fault(row.sender)
    if decision.action not in WRITES:
        row.ticket = found.ticket
        _leave_a_line(row, mail, found, decision)
    row.outcome = Outcome.HELD if held else OUTCOMES[decision.action]
    row.reason = decision.reason[:REASON_LENGTH]
    met = ["The address was new here: it has an unverified customer now."] * prepared.is_new
    notes = (*met, *(f"Mended: {text}" for text in mail.problems), *prepared.left_out)
    row.trace = "\n".join((*decision.trace, *notes))
    row.decided_at, row.leased_until = timezone.now(), None
    row.save()
    return row


def _joined(
    ticket: Ticket, mail: ParsedMail, found: Found, decision: Decision, prepared: Prepared
) -> list[str]:
    """Let people in To and Cc take part, where the author is a customer; return how that went."""
    author = prepared.author
    if author is None or not author.is_customer or decision.action == Action.NOTE:
        return []
    return add_people(ticket, mail, found.facts, sender=author)


def _write(
    row: InboundMail, mail: ParsedMail, found: Found, decision: Decision, prepared: Prepared
) -> tuple[Ticket, Written]:
    author, body = prepared.author, body_of(mail)
    assert author is not None
    hold_people(mail, sender=author)
    writers: dict[Action, Callable[[], tuple[Ticket, Written]]] = {
        Action.TICKET: lambda: (_new_ticket(row, mail, author, body, prepared, None), None),
        Action.FOLLOW_UP: lambda: (
            _new_ticket(row, mail, author, body, prepared, found.ticket),
            None,
        ),
        Action.REPLY: lambda: _reply(row, found, author, body, prepared),
        Action.NOTE: lambda: _note(found, author, body, prepared),
    }
    ticket, comment = writers[decision.action]()
    if isinstance(comment, OutgoingReply):
        return ticket, comment
    note_origin(
        comment.ticket if comment else ticket,
        comment,
        sender=author,
        message_id=mail.message_id if len(mail.message_id) <= MESSAGE_ID_LENGTH else "",
        reply_address=reply_address_of(row),
        quoted=without_secrets(mail.quoted)[:QUOTED_LENGTH],
        left_out="\n".join(prepared.left_out),
        mail=row.key,
    )
    return ticket, comment


def _new_ticket(
    row: InboundMail,
    mail: ParsedMail,
    author: User,
    body: str,
    prepared: Prepared,
    former: Ticket | None,
) -> Ticket:
    chosen = row.mailbox.category if row.mailbox else None
    # The last one on the list is where everything goes that fits nowhere else.
    category = chosen or Category.objects.active().top_level().last()
    ticket = create_ticket(
        customer=author,
        actor=author,
        description=body,
        subject=mail.subject.strip()[:SUBJECT_LENGTH],
        category=category,
        category_text="" if category else str(Channel.EMAIL.label),
        channel=Channel.EMAIL,
        attachments=prepared.files,
        submission_key=row.key,
        follow_up_of=former,
    )
    team = row.mailbox.team if row.mailbox else None
    if team is not None and team.is_active:
        ticket = assign_team(ticket, team=team, actor=None)
    return ticket


def _reply(
    row: InboundMail, found: Found, author: User, body: str, prepared: Prepared
) -> tuple[Ticket, Written]:
    """Write the reply; staff's is held, as on the page, where they should look first.

    A mail shows the ticket as it stood when it was made, and nobody sees it change.
    """
    assert found.ticket is not None
    if not author.is_customer and found.answered_at is not None:
        sent = send_or_hold(
            found.ticket,
            actor=author,
            body=body,
            seen=newest_at(found.ticket, found.answered_at),
            attachments=prepared.files,
            submission_key=row.key,
            mail=row.key,
        )
        return sent.ticket, sent
    ticket = add_reply(
        found.ticket, actor=author, body=body, attachments=prepared.files, submission_key=row.key
    )
    return ticket, ticket.comments.get(author=author, submission_key=row.key)


def _note(found: Found, author: User, body: str, prepared: Prepared) -> tuple[Ticket, Comment]:
    assert found.ticket is not None
    ticket = add_note(found.ticket, actor=author, body=body, attachments=prepared.files)
    comment = ticket.comments.filter(author=author).order_by("-id").first()
    assert comment is not None
    return ticket, comment


def body_of(mail: ParsedMail) -> str:
    """Return the text as it is stored: never empty, never longer than a message may be."""
    body = without_secrets(mail.text).strip() or mail.subject.strip() or NO_TEXT
    return body if len(body) <= TEXT_LENGTH else body[: TEXT_LENGTH - len(CUT)] + CUT


def reply_address_of(row: InboundMail) -> str:
    """Return the address that answers should go to."""
    return row.mailbox.address if row.mailbox else settings.INBOUND_ADDRESS


def _leave_a_line(row: InboundMail, mail: ParsedMail, found: Found, decision: Decision) -> None:
    """Let the desk see on the ticket that there was a mail, without its words."""
    if decision.action == Action.BOUNCE:
        row.ticket = note_bounce(mail)
        return
    kinds = {Action.SUSPEND: EventType.MAIL_SUSPENDED, Action.IGNORE: EventType.AUTOMATIC_MAIL}
    if found.ticket is None or found.facts.from_desk:
        return
    changes: dict[str, Any] = {"mail": [row.sender, decision.reason]}
    note_mail(found.ticket, kinds[decision.action], changes=changes)
