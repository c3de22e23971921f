"""What becomes of a message: a table of rules over plain facts, the first that holds decides.

Nothing here reads a mail or the database: `services/gathering.py` finds the facts out. Each
sentence is shown to the people who ask why.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What is done with a message."""

    TICKET = "ticket"
    REPLY = "reply"
    NOTE = "note"
    FOLLOW_UP = "follow-up"
    BOUNCE = "bounce"
    IGNORE = "ignore"
    SUSPEND = "suspend"


class Claim(StrEnum):
    """What a message says about where it belongs."""

    NOTHING = "nothing"
    FALSE_TOKEN = "false token"  # noqa: S105
    OLD_TOKEN = "old token"  # noqa: S105
    ENDED_TOKEN = "ended token"  # noqa: S105
    TOKEN = "token"  # noqa: S105
    NUMBER = "number"


class Proof(StrEnum):
    """What the trusted mail server says about the sender."""

    VERIFIED = "verified"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Sender(StrEnum):
    """Who the address in From belongs to."""

    NOBODY = "nobody"
    CUSTOMER = "customer"
    STAFF = "staff"
    BLOCKED = "blocked"


class Part(StrEnum):
    """What the sender may do on the ticket now."""

    NONE = "none"
    REPLY = "reply"
    NOTE = "note"
    FOLLOW_UP = "follow-up"
    NEW = "new"


@dataclass(frozen=True)
class Facts:
    """What is known about a message.

    `doubts` are the reader's: why a person should look. `automatic` says how a program is known
    to have written it, `by_list` that it came over a mailing list. `where` says in words where the
    claim stands. `sent_to_sender`: the token was given to the person whose address stands in From.
    """

    has_sender: bool = True
    from_desk: bool = False
    is_report: bool = False
    automatic: str = ""
    by_list: str = ""
    doubts: tuple[str, ...] = ()
    proof: Proof = Proof.UNKNOWN
    claim: Claim = Claim.NOTHING
    where: str = ""
    sent_to_sender: bool = False
    ticket: str = ""
    ticket_is_deleted: bool = False
    sender: Sender = Sender.NOBODY
    part: Part = Part.NONE
    over_budget: bool = False


@dataclass(frozen=True)
class Decision:
    """What is done, the sentence that decided, and all that led there."""

    action: Action
    reason: str
    trace: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    holds: Callable[[Facts], bool]
    action: Action
    sentence: str


def _numbered(facts: Facts) -> bool:
    return facts.claim == Claim.NUMBER


def _proven(facts: Facts) -> bool:
    """Whether the token's own recipient answers, or a proven sender who names a number."""
    if facts.claim == Claim.TOKEN:
        return facts.sent_to_sender
    return _numbered(facts) and facts.proof == Proof.VERIFIED and facts.sender == Sender.CUSTOMER


RULES: tuple[Rule, ...] = (
    Rule(
        lambda f: f.from_desk,
        Action.IGNORE,
        "It comes from an address of the desk itself, which is never answered.",
    ),
    Rule(lambda f: f.is_report, Action.BOUNCE, "It is a mail server's report on a mail of ours."),
    Rule(lambda f: bool(f.automatic), Action.IGNORE, "A program wrote it: kept, never answered."),
    Rule(
        lambda f: bool(f.by_list) and f.claim != Claim.TOKEN,
        Action.IGNORE,
        "It came over a mailing list and answers no mail of ours: kept, never answered.",
    ),
    Rule(lambda f: bool(f.doubts), Action.SUSPEND, "Something about the mail needs a look."),
    Rule(lambda f: not f.has_sender, Action.SUSPEND, "It doesn't say who sent it."),
    Rule(
        lambda f: f.proof == Proof.FAILED,
        Action.SUSPEND,
        "Our mail server found that the sender's address is forged.",
    ),
    Rule(
        lambda f: f.claim == Claim.FALSE_TOKEN,
        Action.SUSPEND,
        "The token in it was not written by this desk.",
    ),
    Rule(lambda f: f.claim == Claim.OLD_TOKEN, Action.SUSPEND, "The token in it is too old."),
    Rule(
        lambda f: f.claim == Claim.ENDED_TOKEN,
        Action.SUSPEND,
        "The token in it was ended, as the links of its mail were.",
    ),
    Rule(
        lambda f: f.claim == Claim.TOKEN and not f.sent_to_sender,
        Action.SUSPEND,
        "The sender is not the person whom the answered mail went to.",
    ),
    Rule(
        lambda f: f.sender == Sender.BLOCKED,
        Action.SUSPEND,
        "The sender's account may not be used any more.",
    ),
    Rule(
        lambda f: _numbered(f) and not _proven(f),
        Action.SUSPEND,
        "It names a ticket, but brings no token and no proof of who sent it.",
    ),
    Rule(
        lambda f: _proven(f) and f.ticket_is_deleted, Action.SUSPEND, "The ticket was deleted."
    ),
    Rule(
        lambda f: _proven(f) and f.part == Part.NONE,
        Action.SUSPEND,
        "The sender has no part in the ticket any more.",
    ),
    Rule(
        lambda f: _proven(f) and f.part == Part.NOTE,
        Action.NOTE,
        "An answer from the desk that only the desk reads.",
    ),
    Rule(
        lambda f: _proven(f) and f.part == Part.FOLLOW_UP,
        Action.FOLLOW_UP,
        "The ticket was closed too long ago: it goes on in a new one.",
    ),
    Rule(
        lambda f: _proven(f) and f.part == Part.NEW,
        Action.TICKET,
        "The ticket was closed too long ago, and is somebody else's: a ticket of the sender's own.",
    ),
    Rule(_proven, Action.REPLY, "An answer by somebody who takes part in the ticket."),
    Rule(
        lambda f: f.sender == Sender.STAFF,
        Action.SUSPEND,
        "Somebody of the desk wrote it, and it brings no token.",
    ),
    Rule(
        lambda f: f.over_budget,
        Action.SUSPEND,
        "The address has sent more new requests than one gets in an hour.",
    ),
    Rule(lambda f: True, Action.TICKET, "A new request."),
)  # fmt: skip


def decide(facts: Facts) -> Decision:
    """Return what is to be done, and why."""
    rule = next(rule for rule in RULES if rule.holds(facts))
    return Decision(rule.action, rule.sentence, (*told(facts), rule.sentence))


def told(facts: Facts) -> list[str]:
    """Return the facts as lines that people read."""
    automatic = facts.automatic or ("a mail server's report" if facts.is_report else "no")
    lines = [f"Written by a program: {automatic}", *(f"Doubt: {text}" for text in facts.doubts)]
    if facts.by_list:
        lines.append(f"Came over a list: {facts.by_list}")
    if facts.claim == Claim.NOTHING:
        lines.append("Names a ticket: no")
    else:
        about = f" for {facts.ticket}" if facts.ticket else ""
        lines.append(f"Names a ticket: {facts.claim}{about} {facts.where}".rstrip())
    if facts.claim == Claim.TOKEN:
        same = "yes" if facts.sent_to_sender else "no"
        lines.append(f"Sent by the one who got the token: {same}")
    lines.append(f"Our mail server on the sender: {facts.proof}")
    lines.append(f"The sender's address belongs to: {facts.sender}")
    if facts.ticket:
        lines.append(f"May do on the ticket: {facts.part}")
    return lines
