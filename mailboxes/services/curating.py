"""What admins decide about messages that the desk did not file by itself."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.choices import AccountEventType
from accounts.models import User
from accounts.permissions import require_admin
from accounts.services import record
from mailboxes.choices import Outcome
from mailboxes.decisions import Action, Decision, Part
from mailboxes.models import InboundMail
from mailboxes.services.gathering import Found
from mailboxes.services.processing import settle
from mailboxes.services.reading import NotKept, read

RELEASABLE = (Outcome.SUSPENDED, Outcome.FAILED, Outcome.IGNORED, Outcome.BOUNCE)
GONE = "The mail itself was deleted by its age."
NOT_A_PART = (
    "The sender has no part in the ticket that the mail names: add them to it first, or make a"
    " new ticket of the mail."
)
MOVED = "Somebody else has decided about it meanwhile."


def release(row: InboundMail, *, actor: User, as_reply: bool = False) -> InboundMail:
    """Let a message in as a new ticket of its sender, or as a reply on the ticket that it names.

    Whoever releases it vouches for the sender. Raises `PermissionDenied`, and `ValidationError`
    with what stands against it; then it stays what it was.
    """
    held = take(row, actor=actor)
    try:
        mail = read(held)
    except NotKept as error:
        raise ValidationError(GONE) from error
    if mail.sender is None:
        raise ValidationError("The mail doesn't say who sent it.")

    def how(found: Found) -> Decision:
        return Decision(*_released(found, as_reply=as_reply), trace=(*held.trace_lines, by(actor)))

    def then(done: InboundMail) -> None:
        if done.outcome not in (Outcome.TICKET, Outcome.REPLY):
            raise ValidationError(done.reason)
        done.decided_by = actor
        done.save(update_fields=["decided_by"])
        became = done.ticket.ticket_id if done.ticket else ""
        _note(AccountEventType.MAIL_RELEASED, done, actor, became)

    done = settle(held, mail, how, then)
    if done.decided_by_id != actor.pk:
        raise ValidationError(MOVED)
    return done


def by(actor: User) -> str:
    return f"Released by {actor.name}"


def _released(found: Found, *, as_reply: bool) -> tuple[Action, str]:
    """Return what a released message becomes; raises `ValidationError`."""
    person = found.sender
    if person is not None and not person.is_active:
        raise ValidationError("The sender's account may not be used.")
    if as_reply:
        if found.ticket is None:
            raise ValidationError("The mail names no ticket.")
        actions = {
            Part.REPLY: Action.REPLY,
            Part.NOTE: Action.NOTE,
            Part.FOLLOW_UP: Action.FOLLOW_UP,
        }
        if found.facts.part not in actions or found.facts.ticket_is_deleted:
            raise ValidationError(NOT_A_PART)
        return actions[found.facts.part], "Released as a reply by an admin."
    if person is not None and not person.is_customer:
        raise ValidationError("Its sender works at the desk: tickets are raised for customers.")
    return Action.TICKET, "Released as a new ticket by an admin."


def dismiss(row: InboundMail, *, actor: User) -> InboundMail:
    """Somebody has looked: nothing is done with the message. Twice changes nothing."""
    require_admin(actor)
    with transaction.atomic():
        held = InboundMail.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if not held.is_open:
            return held
        held.outcome, held.decided_by, held.decided_at = Outcome.IGNORED, actor, timezone.now()
        held.reason = "Dismissed by an admin."
        held.trace = "\n".join((*held.trace_lines, f"Dismissed by {actor.name}"))
        held.save(update_fields=["outcome", "decided_by", "decided_at", "reason", "trace"])
        _note(AccountEventType.MAIL_DISMISSED, held, actor, "nothing")
    return held


def read_again(row: InboundMail, *, actor: User) -> InboundMail:
    """Let the desk decide about an open message afresh, with a full number of tries."""
    require_admin(actor)
    with transaction.atomic():
        held = InboundMail.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if not held.is_open:
            raise ValidationError(MOVED)
        if not held.stored_as:
            raise ValidationError(GONE)
        held.outcome, held.attempts, held.leased_until = Outcome.RECEIVED, 0, None
        held.next_attempt_at, held.decided_at = timezone.now(), None
        held.save()
        _note(AccountEventType.MAIL_REREAD, held, actor, "read again")
    return held


def take(row: InboundMail, *, actor: User) -> InboundMail:
    """Return the message for a decision of an admin; raises `ValidationError` if it is too late."""
    require_admin(actor)
    held = InboundMail.objects.select_related("mailbox__category", "mailbox__team").get(pk=row.pk)
    if held.outcome not in RELEASABLE or held.copy_of_id is not None:
        raise ValidationError(MOVED)
    return held


def _note(type: AccountEventType, row: InboundMail, actor: User, became: str) -> None:
    record(None, type, actor=actor, changes={"mail": [f"Mail {row.pk}", became]})
