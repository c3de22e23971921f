"""Mail of programs, of broken programs and of enemies: each ends as something, and is not answered."""

import pytest

from accounts.models import AddressFault
from accounts.tests.factories import AdminFactory
from mailboxes.choices import Outcome
from mailboxes.models import InboundMail
from mailboxes.tests import corpus, test_giants
from mailboxes.tests.corpus.build import mail, mixed, part
from mailboxes.tests.letters import bring, letter, sent
from technicians.tests.factories import TechnicianFactory
from tickets.models import Comment, Ticket
from tickets.services import add_reply, assign_ticket

pytestmark = pytest.mark.django_db

PROGRAMS = [
    *[
        f"field {field}"
        for field, kind in corpus.senders.AUTO.items()
        if kind not in ("none", "own-loop")
    ],
    *[f"subject {subject}" for subject, kind in corpus.senders.SUBJECTS.items() if kind != "none"],
    *[f"sender {sender}" for sender, kind in corpus.senders.SENDERS.items() if kind != "none"],
]
CASES = {case.name: case for case in corpus.CASES}


def test_e11_no_mail_of_a_program_is_answered() -> None:
    """All kinds in one go: kept, no ticket, no receipt to anybody."""
    rows = [bring(distinct(CASES[name].raw, n)) for n, name in enumerate(PROGRAMS)]
    assert {row.outcome for row in rows} == {Outcome.IGNORED, Outcome.BOUNCE}
    assert all(row.stored_as and row.reason and row.trace for row in rows)
    assert not Ticket.objects.exists()
    assert not sent("ann@example.org")


def distinct(raw: bytes, number: int) -> bytes:
    return raw.replace(b"<m1@example.org>", b"<m%d@example.org>" % (number + 1000))


REPORTS = {
    "5.1.1": ("failed", "5.1.1", True),
    "4.4.7": ("failed", "4.4.7", False),
    "delayed": ("delayed", "4.4.1", False),
    "delivered": ("delivered", "2.1.5", False),
}


@pytest.mark.parametrize("kind", REPORTS)
def test_e14_a_report_goes_to_the_ticket_and_only_a_hard_one_marks_the_address(kind: str) -> None:
    action, status, is_hard = REPORTS[kind]
    bring(letter())
    ticket = Ticket.objects.get()
    row = bring(report(sent("ann@example.org")[-1].extra_headers["Message-ID"], action, status))
    assert (row.outcome, row.ticket) == (Outcome.BOUNCE, ticket)
    assert AddressFault.objects.filter(email="ann@example.org").exists() is is_hard
    assert Ticket.objects.count() == 1
    assert not sent("mailer-daemon@mx.example.org")


def report(message_id: str, action: str, status: str) -> bytes:
    original = f"To: ann@example.org\r\nMessage-ID: {message_id}\r\n\r\nHello"
    return mixed(
        part("text/plain", "I could not deliver your mail."),
        part(
            "message/delivery-status",
            corpus.senders.REPORT + corpus.senders.recipient(action, status, "ann@example.org"),
        ),
        part("message/rfc822", original),
        kind="report; report-type=delivery-status",
        sender="Mail Delivery System <mailer-daemon@mx.example.org>",
        fields="Return-Path: <>",
    )


def test_e14_a_report_in_prose_is_a_report_too() -> None:
    for name in ("postfix in prose", "qmail", "exim delay"):
        row = bring(CASES[name].raw + name.encode())
        assert row.outcome == Outcome.BOUNCE
    assert not Ticket.objects.exists()


E18 = {
    "no subject": mail(subject=""),
    "no date, no id": b"From: ann@example.org\r\n\r\nHello.",
    "no sender": CASES["no From"].raw,
    "two From": CASES["two From"].raw,
    "two addresses": CASES["two addresses in From"].raw,
    "a group": CASES["a group in From"].raw,
    "an empty group": CASES["an empty group in From"].raw,
    "a long header": test_giants.header(1_000_000),
    "many header lines": test_giants.header_lines(1_000_000),
    "no header": b"\r\n\r\nHello.",
    "nothing": b"\r\n\r\n",
}
SUSPENDED = {
    *("no sender", "two From", "two addresses", "an empty group", "a long header"),
    *("many header lines", "no header", "nothing"),
}


@pytest.mark.parametrize("kind", E18)
def test_e18_what_lacks_a_part_is_filed_or_suspended_with_a_reason(kind: str) -> None:
    row = bring(E18[kind])
    assert row.outcome == (Outcome.SUSPENDED if kind in SUSPENDED else Outcome.TICKET)
    assert row.reason
    assert row.stored_as


def test_e19_giants_are_suspended_and_the_next_mail_is_filed() -> None:
    for _, make, _ in test_giants.GIANTS:
        row = bring(make())
        assert row.outcome == Outcome.SUSPENDED
        assert "Doubt: It" in row.trace
        assert row.sender == "a@example.org"
    assert bring(letter()).outcome == Outcome.TICKET


def test_e20_any_charset_becomes_a_ticket_with_readable_words() -> None:
    cases = [case for case in corpus.charsets.CASES if "text" in case.expected][::5]
    for number, case in enumerate(cases):
        raw = distinct(case.raw, number).replace(b"ann@example.org", b"p%d@example.org" % number)
        row = bring(raw)
        assert row.outcome == Outcome.TICKET, (case.name, row.trace)
        assert row.ticket.description == case.expected["text"].strip(), case.name


def test_e20_backslashes_stay_as_they_are_in_a_reply() -> None:
    words = r"C:\new\x41 \\server\share"
    bring(letter())
    ticket = Ticket.objects.get()
    technician = TechnicianFactory().user
    assign_ticket(ticket, technician=technician, actor=AdminFactory())
    add_reply(ticket, actor=technician, body="Which path?")
    ours = sent("ann@example.org")[-1]
    bring(letter(text=words, subject="Re: x", to=ours.extra_headers["Reply-To"]))
    assert Comment.objects.latest("id").body == words


@pytest.mark.parametrize("name", ["Ticket", "Loop", "Priority", "Internal", "Status", "Author"])
def test_e22_headers_that_look_like_ours_change_nothing(name: str) -> None:
    bring(letter("Eve <eve@example.org>", "Other"))
    other = Ticket.objects.get()
    row = bring(letter(**{f"X_SupportDesk_{name}": other.ticket_id}))
    assert row.outcome == Outcome.TICKET
    assert row.ticket != other
    assert row.ticket.priority == other.priority
    assert InboundMail.objects.filter(outcome=Outcome.TICKET).count() == 2
