"""What a writer is asked once before a reply or a summary goes out: who gets it, what it says."""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from tickets.choices import EventType, ParticipantRole, Visibility
from tickets.leaks import copied_words
from tickets.models import Comment, Ticket
from tickets.recipients import customers_among, recipients_of
from tickets.services.changes import EditConflict

LATEST_TEXTS = 100
SHOWN_WORDS = 120


@dataclass(frozen=True)
class Caution:
    """A doubt about a reply: `key` names it in the form that confirms it, `words` say it.

    `quote` is what was copied: shown to the writer, and stored nowhere else.
    """

    key: str
    words: str
    quote: str = ""


class Unconfirmed(EditConflict):
    """The writer has not confirmed that the reply shall go out in spite of the `cautions`."""

    def __init__(self, ticket: Ticket, cautions: list[Caution]) -> None:
        super().__init__(ticket)
        self.args = (" ".join(caution.words for caution in cautions),)
        self.cautions = cautions


def cautions_about(ticket: Ticket, *, writer: User, body: str) -> list[Caution]:
    """Return the doubts about a public reply by staff, as things stand now.

    A recipient at a mail domain that has had no message of this ticket, somebody who gets none
    any more since the last reply, and words copied from an internal note.
    """
    if writer.is_customer:
        return []
    replies = ticket.events.filter(type=EventType.REPLY_ADDED).exclude(actor__role="customer")
    last = replies.order_by("-id").values_list("pk", "at").first()
    last_event, last_at = last or (0, None)
    return [
        *_new_domains(ticket, writer, last_at),
        *_removed(ticket, writer, last_event),
        *_copied(ticket, body),
    ]


def check_cautions(
    ticket: Ticket, *, writer: User | None, body: str, confirmed: Collection[str] | None
) -> list[str]:
    """Return the words of the doubts that were confirmed; raise `Unconfirmed` for any other.

    `confirmed` holds their keys; None asks nobody, nor does the desk itself ask (no writer).
    """
    if confirmed is None or writer is None:
        return []
    cautions = cautions_about(ticket, writer=writer, body=body)
    if any(caution.key not in confirmed for caution in cautions):
        raise Unconfirmed(ticket, cautions)
    return [caution.words for caution in cautions]


def _new_domains(ticket: Ticket, writer: User, last_at: datetime | None) -> Iterator[Caution]:
    recipients = customers_among(recipients_of(ticket, author=writer))
    known = {_domain(ticket.customer.email)}
    if last_at is not None:
        earlier = ticket.participants.filter(role=ParticipantRole.CC, added_at__lte=last_at)
        known |= {_domain(email) for email in earlier.values_list("user__email", flat=True)}
    for recipient in recipients:
        domain = _domain(recipient.user.email)
        if domain not in known:
            name = recipient.user.name or "Somebody"
            words = f"{name} at {domain} gets this: nobody there had a message before."
            yield Caution(f"domain:{recipient.user.pk}:{domain}", words)


def _removed(ticket: Ticket, writer: User, last_event: int) -> Iterator[Caution]:
    gone = ticket.events.filter(type=EventType.PARTICIPANT_REMOVED, pk__gt=last_event)
    present = {person.name for person in recipients_of(ticket, author=writer)}
    for event in gone.exclude(actor=writer).select_related("detail")[:LATEST_TEXTS]:
        name = event.changes.get("participant", ["Somebody"])[0]
        if name not in present:
            words = f"{name} was removed since the last reply and doesn't get this."
            yield Caution(f"removed:{event.pk}", words)


def _copied(ticket: Ticket, body: str) -> Iterator[Caution]:
    family = ticket.family()
    texts = Comment.objects.filter(ticket__in=family).order_by("-id")
    notes = list(
        texts.filter(visibility=Visibility.INTERNAL).values_list("body", flat=True)[:LATEST_TEXTS]
    )
    if not notes:
        return
    public = texts.filter(visibility=Visibility.PUBLIC).values_list("body", flat=True)
    told = Ticket.objects.filter(pk__in=family).values_list("description", flat=True)
    copied = copied_words(body, notes, [*told, *public[:LATEST_TEXTS]])
    if copied:
        shown = copied if len(copied) <= SHOWN_WORDS else f"{copied[:SHOWN_WORDS].rstrip()}…"
        digest = hashlib.sha256(copied.encode()).hexdigest()[:32]
        yield Caution(f"copied:{digest}", "Words are copied from an internal note.", shown)


def _domain(email: str) -> str:
    return email.rpartition("@")[2].casefold()
