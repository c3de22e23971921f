"""Finding out the facts about a message that `decisions.py` decides by."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from mailboxes.choices import Outcome
from mailboxes.decisions import Claim, Facts, Part, Proof, Sender
from mailboxes.models import InboundMail, Mailbox
from mailboxes.parsing import AutomaticKind, ParsedMail
from notifications.threads import domain
from tickets.email_thread import (
    Token,
    box_of,
    is_expired,
    numbers_in_ids,
    numbers_in_subject,
    read_token,
    tokens_in_addresses,
    tokens_in_ids,
)
from tickets.models import GuestEpoch, Ticket
from tickets.permissions import can_reopen, can_work, takes_part, watches

NEW_REQUESTS_HOURLY = 10
# What a list hands on may be a person's answer.
NO_PROGRAM = (AutomaticKind.NONE, AutomaticKind.OWN_LOOP, AutomaticKind.LIST)
# A token says its mail's second; what belongs to one change is written within moments.
SAME_MOMENT = timedelta(seconds=2)


@dataclass(frozen=True)
class Found:
    """The facts, and the rows that they are about.

    `answered_at`: up to when the answered mail says how things stood.
    """

    facts: Facts
    sender: User | None = None
    ticket: Ticket | None = None
    answered_at: datetime | None = None


def gather(mail: ParsedMail, row: InboundMail) -> Found:
    """Return what is known about a message now."""
    email = User.objects.normalize_email(mail.sender.email) if mail.sender else ""
    own = own_addresses()
    facts = Facts(
        has_sender=bool(email),
        from_desk=box_of(email) in own if email else False,
        is_report=mail.bounce is not None or mail.automatic.kind == AutomaticKind.BOUNCE,
        automatic=_automatic(mail),
        by_list=mail.automatic.reason if mail.automatic.kind == AutomaticKind.LIST else "",
        doubts=mail.doubts,
        proof=_proof(mail),
    )
    person = whose(email) if email else None
    facts = replace(facts, sender=_sender(person))
    facts, ticket, token = _claim(facts, mail, row, person, own)
    if ticket is not None:
        facts = replace(facts, ticket=ticket.ticket_id, ticket_is_deleted=bool(ticket.deleted_at))
        if person is not None:
            facts = replace(facts, part=part_of(ticket, person, facts))
    if facts.claim == Claim.NOTHING and email:
        facts = replace(facts, over_budget=_is_over_budget(email, row))
    answered_at = token.issued_at + SAME_MOMENT if token else None
    return Found(facts, person, ticket, answered_at)


def whose(email: str) -> User | None:
    """Return whose address it is; of somebody who was merged, as whom they go on."""
    found = User.objects.present().filter(email=email).select_related("merged_into").first()
    return found and (found.merged_into or found)


def own_addresses() -> frozenset[str]:
    """Return the desk's own addresses, in lower case and without what stands behind a plus."""
    named = [settings.INBOUND_ADDRESS, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]]
    boxes = Mailbox.objects.values_list("address", flat=True)
    return frozenset(box_of(address) for address in (*named, *boxes) if address)


def _automatic(mail: ParsedMail) -> str:
    """Return how a program is known to have written it; our own header can be anybody's."""
    if mail.automatic.kind in NO_PROGRAM:
        return ""
    return f"{mail.automatic.kind} ({mail.automatic.reason})"


def _proof(mail: ParsedMail) -> Proof:
    if mail.authentication.failed:
        return Proof.FAILED
    return Proof.VERIFIED if mail.authentication.verified else Proof.UNKNOWN


def _sender(person: User | None) -> Sender:
    if person is None:
        return Sender.NOBODY
    if not person.is_active:
        return Sender.BLOCKED
    return Sender.CUSTOMER if person.is_customer else Sender.STAFF


def _claim(
    facts: Facts, mail: ParsedMail, row: InboundMail, person: User | None, own: Iterable[str]
) -> tuple[Facts, Ticket | None, Token | None]:
    """Return the facts with what the message says about where it belongs, that ticket and token.

    An address with a token says it louder than an id, and an id louder than a number.
    """
    for where, tokens in _tokens(mail, row, own):
        if tokens:
            return _of_tokens(replace(facts, where=where), tokens, person)
    ids = (*mail.in_reply_to, *reversed(mail.references))
    for where, numbers in (
        ("by the id of its thread", numbers_in_ids(ids, domain())),
        ("by its number in the subject", numbers_in_subject(mail.subject)),
    ):
        ticket = _first_ticket(numbers)
        if ticket is not None:
            return replace(facts, claim=Claim.NUMBER, where=where), ticket, None
    return facts, None, None


def _tokens(mail: ParsedMail, row: InboundMail, own: Iterable[str]) -> list[tuple[str, list[str]]]:
    named = [address.email for address in (*mail.to, *mail.cc)]
    handed = [*mail.delivered_to, row.recipient]
    ids = (*mail.in_reply_to, *reversed(mail.references))
    return [
        ("in To or Cc", list(tokens_in_addresses(named, own))),
        ("in the address it was delivered to", list(tokens_in_addresses(handed, own))),
        ("in In-Reply-To or References", list(tokens_in_ids(ids, domain()))),
    ]


def _of_tokens(
    facts: Facts, tokens: list[str], person: User | None
) -> tuple[Facts, Ticket | None, Token | None]:
    genuine = [token for token in map(read_token, tokens) if token is not None]
    if not genuine:
        return replace(facts, claim=Claim.FALSE_TOKEN), None, None
    own = [token for token in genuine if person is not None and _is_of(token, person)]
    token = (own or genuine)[0]
    ticket = _first_ticket([token.ticket])
    if ticket is None:
        return replace(facts, claim=Claim.FALSE_TOKEN), None, None
    claim = _age(token)
    part = Part.NOTE if token.is_note else Part.NONE  # what it may be at most
    return replace(facts, claim=claim, sent_to_sender=bool(own), part=part), ticket, token


def _is_of(token: Token, person: User) -> bool:
    """Whether the address with the token was given to the person, or to one merged into them."""
    return token.user == person.pk or person.merged_accounts.filter(pk=token.user).exists()


def _age(token: Token) -> Claim:
    if is_expired(token, timezone.now()):
        return Claim.OLD_TOKEN
    ended = GuestEpoch.objects.filter(ticket=token.ticket, user=token.user)
    if ended.filter(ended_at__gte=token.issued_at).exists():
        return Claim.ENDED_TOKEN
    return Claim.TOKEN


def _first_ticket(numbers: Iterable[int]) -> Ticket | None:
    """Return the first of the tickets that there is, or the one that it goes on as."""
    tickets = Ticket.objects.select_related("customer", "technician", "merged_into")
    for number in numbers:
        ticket = tickets.filter(pk=number).first()
        if ticket is not None:
            return ticket.merged_into or ticket
    return None


def part_of(ticket: Ticket, person: User, facts: Facts) -> Part:
    """Return what the person may do on the ticket now, by a mail."""
    if not person.is_active:
        return Part.NONE
    if not person.is_customer:
        if can_work(ticket, person):
            return Part.NOTE if facts.part == Part.NOTE else Part.REPLY
        return Part.NOTE if watches(ticket, person) else Part.NONE
    if not takes_part(ticket, person):
        return Part.NONE
    if ticket.is_done and not can_reopen(ticket, person):
        return Part.FOLLOW_UP if ticket.customer_id == person.pk else Part.NEW
    return Part.REPLY


def _is_over_budget(email: str, row: InboundMail) -> bool:
    since = timezone.now() - timedelta(hours=1)
    raised = InboundMail.objects.filter(sender=email, outcome=Outcome.TICKET, decided_at__gt=since)
    return raised.exclude(pk=row.pk).count() >= NEW_REQUESTS_HOURLY
