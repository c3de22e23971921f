"""People in To and Cc of a customer's mail: who of them takes part, by the desk's rule."""

from collections.abc import Iterator

from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import NAME_LENGTH, User
from mailboxes.decisions import Claim, Facts, Proof
from mailboxes.parsing import ParsedMail
from mailboxes.parsing.parsed import Address
from mailboxes.services.gathering import own_addresses, whose
from tickets.choices import MailPeople
from tickets.email_thread import box_of
from tickets.models import DeskSettings, Ticket
from tickets.services import add_mailed_person

MOST_A_MAIL = 10
# Where anybody gets an address, a domain says nothing about who belongs together.
PROVIDERS = frozenset(
    [
        "gmail",
        "googlemail",
        "outlook",
        "hotmail",
        "live",
        "msn",
        "yahoo",
        "ymail",
        "aol",
        "icloud",
        "me",
        "mac",
        "gmx",
        "web",
        "t-online",
        "freenet",
        "mail",
        "proton",
        "protonmail",
        "pm",
        "zoho",
        "yandex",
        "ya",
        "qq",
        "163",
        "126",
        "naver",
        "orange",
        "free",
        "laposte",
        "libero",
        "fastmail",
        "hey",
        "tutanota",
        "tuta",
        "posteo",
        "mailbox",
        "rediffmail",
        "comcast",
        "verizon",
        "att",
        "bt",
        "btinternet",
    ]
)


def add_people(ticket: Ticket, mail: ParsedMail, facts: Facts, *, sender: User) -> list[str]:
    """Let people whom the mail went to take part; return what was done, in lines for the trace.

    Only for the ticket's requester, and only if it is sure that they sent the mail: by a token of
    theirs, or by the trusted server. Never addresses of the desk, nor anybody who works there.
    """
    rule = DeskSettings.load().mail_people
    others = list(_others(mail, sender))
    if rule == MailPeople.OFF or not others:
        return []
    if ticket.customer_id != sender.pk:
        return ["Nobody in To and Cc was added: the ticket is not the sender's."]
    if facts.proof != Proof.VERIFIED and not (facts.claim == Claim.TOKEN and facts.sent_to_sender):
        return ["Nobody in To and Cc was added: nothing proves who sent the mail."]
    lines = [_add(ticket, other, rule, sender) for other in others[:MOST_A_MAIL]]
    if len(others) > MOST_A_MAIL:
        more = len(others) - MOST_A_MAIL
        lines.append(f"{more} more in To and Cc were not added: a mail adds at most {MOST_A_MAIL}.")
    return lines


def hold_people(mail: ParsedMail, *, sender: User) -> None:
    """Let nobody be merged whom the mail may add, until the commit: before a ticket is locked."""
    if DeskSettings.load().mail_people == MailPeople.OFF:
        return
    emails = [other.email for other in _others(mail, sender)][:MOST_A_MAIL]
    people = User.objects.present().customers().filter(email__in=emails)
    for person in people.order_by("pk"):
        User.objects.held(person)


def _others(mail: ParsedMail, sender: User) -> Iterator[Address]:
    """Yield each address once, without the sender's and the desk's own."""
    own, seen = own_addresses(), {sender.email}
    for address in (*mail.to, *mail.cc):
        email = User.objects.normalize_email(address.email)
        if email and email not in seen and box_of(email) not in own:
            seen.add(email)
            yield Address(email=email, name=address.name)


def _add(ticket: Ticket, other: Address, rule: str, sender: User) -> str:
    known = whose(other.email)
    why_not = _why_not(other.email, known, rule, sender)
    if not why_not:
        name = " ".join(other.name.split())[:NAME_LENGTH]
        try:
            add_mailed_person(ticket, actor=sender, email=other.email, name=name)
        except (PermissionDenied, ValidationError) as refusal:
            why_not = " ".join(getattr(refusal, "messages", [str(refusal)]))
    if why_not:
        return f"{other.email} was not added: {why_not}"
    label = MailPeople(rule).label
    return f"{other.email} takes part, by the rule: {label}"


def _why_not(email: str, known: User | None, rule: str, sender: User) -> str:
    """Return why the rule leaves the person out, "" if it doesn't."""
    if known is not None and not known.is_customer:
        return "people of the desk are added by hand."
    if known is not None and not known.is_active:
        return "their account may not be used."
    if rule == MailPeople.KNOWN:
        return "" if known is not None else "nobody here has this address."
    group = sender.organization_id
    if known is not None and group is not None and known.organization_id == group:
        return ""
    domain, own = email.rpartition("@")[2], sender.email.rpartition("@")[2]
    if domain != own:
        return "neither the sender's mail domain nor their organisation."
    if domain.partition(".")[0] in PROVIDERS:
        return "anybody gets an address at this domain."
    return ""
