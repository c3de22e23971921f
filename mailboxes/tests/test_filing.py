"""Mails become tickets and replies of the right people, and nobody else's."""

import pytest

from accounts.models import User
from accounts.tests.factories import AdminFactory, CustomerFactory
from mailboxes.choices import Outcome
from mailboxes.models import InboundMail
from mailboxes.tests.letters import bring, letter, sent
from technicians.tests.factories import TechnicianFactory
from tickets.choices import Channel, EventType, Status, Visibility
from tickets.models import Comment, MailOrigin, Ticket
from tickets.services import (
    add_reply,
    assign_ticket,
    close_ticket,
    delete_ticket,
    end_guest_links,
    merge_tickets,
)
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db
AUTH = "mx.example.com; dmarc=pass header.from=example.org"


@pytest.fixture
def technician():
    return TechnicianFactory().user


@pytest.fixture
def ticket(technician):
    """A ticket of ann@example.org, which arrived by mail and was answered."""
    bring(letter())
    ticket = Ticket.objects.get()
    assign_ticket(ticket, technician=technician, actor=AdminFactory())
    add_reply(ticket, actor=technician, body="Pour water on it.")
    return ticket


def answer(address, sender=None, text="It still burns.", **headers):
    """Return the raw answer to the newest mail to the address."""
    mail = sent(address)[-1]
    return letter(
        sender or address,
        f"Re: {mail.subject}",
        text,
        to=mail.extra_headers["Reply-To"],
        In_Reply_To=mail.extra_headers["Message-ID"],
        **headers,
    )


def test_e01_a_first_mail_is_one_ticket_and_one_receipt_to_that_address_alone():
    row = bring(letter(message_id="<first@example.org>"))
    ticket = Ticket.objects.get()
    assert (row.outcome, row.ticket, row.comment) == (Outcome.TICKET, ticket, None)
    assert (ticket.channel, ticket.subject, ticket.description) == (
        Channel.EMAIL,
        "Printer",
        "It burns.",
    )
    assert (ticket.customer.email, ticket.customer.name) == ("ann@example.org", "Ann Bell")
    assert not ticket.customer.is_email_verified
    assert not ticket.customer.has_usable_password()
    [receipt] = sent("ann@example.org")
    assert receipt.extra_headers["Auto-Submitted"] == "auto-generated"
    assert receipt.extra_headers["In-Reply-To"] == "<first@example.org>"
    assert "<first@example.org>" in receipt.extra_headers["References"]
    assert "burns" not in receipt.body
    assert "Printer" not in receipt.subject


def test_e02_an_answer_with_its_token_is_one_reply_by_its_writer(ticket):
    row = bring(answer("ann@example.org"))
    comment = Comment.objects.latest("id")
    assert (row.outcome, row.ticket, row.comment) == (Outcome.REPLY, ticket, comment)
    assert (comment.author.email, comment.body) == ("ann@example.org", "It still burns.")
    assert "in To or Cc" in row.trace
    assert comment.mail_origin.mail == row.key
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("header", ["In_Reply_To", "References"])
def test_the_id_of_the_answered_mail_is_enough(ticket, header):
    mail = sent("ann@example.org")[-1]
    said = {header: mail.extra_headers["Message-ID"].upper()}
    row = bring(letter("ann@example.org", "Re: something else", "By id.", **said))
    assert (row.outcome, row.comment.body) == (Outcome.REPLY, "By id.")


def test_the_token_counts_in_cc_and_where_the_server_delivered_it(ticket):
    address = sent("ann@example.org")[-1].extra_headers["Reply-To"].partition("<")[2].strip(">")
    raw = letter("ann@example.org", text="In Cc.", to="ben@example.org", Cc=address)
    assert bring(raw).outcome == Outcome.REPLY
    raw = letter("ann@example.org", text="Delivered.", to="lists", Delivered_To=address)
    assert bring(raw).outcome == Outcome.REPLY
    raw = letter("ann@example.org", text="Handed over.", to="lists")
    assert bring(raw, recipient=address).outcome == Outcome.REPLY


@pytest.mark.parametrize(
    "headers",
    [
        {"subject": "Re: Printer [TKT0001]"},
        {"subject": "Re: Printer", "In_Reply_To": "<tkt0001@127.0.0.1>"},
    ],
)
def test_e03_a_number_without_a_token_needs_proof_of_the_sender(ticket, settings, headers):
    before = Comment.objects.count()
    row = bring(letter("ann@example.org", text="Guessed.", **headers))
    assert (row.outcome, row.ticket) == (Outcome.SUSPENDED, ticket)
    assert Comment.objects.count() == before
    assert ticket.events.latest("id").type == EventType.MAIL_SUSPENDED
    # A forger writes the header, too: ours are believed only from our own server.
    raw = letter("ann@example.org", text="Forged.", Authentication_Results=AUTH, **headers)
    assert bring(raw).outcome == Outcome.SUSPENDED
    settings.INBOUND_TRUSTED_SERVERS = ["mx.example.com"]
    raw = letter("ann@example.org", text="Proven.", Authentication_Results=AUTH, **headers)
    assert bring(raw).outcome == Outcome.REPLY
    raw = letter("bob@example.org", text="Proven.", Authentication_Results=AUTH, **headers)
    assert bring(raw).outcome == Outcome.SUSPENDED


def test_e03_a_forged_sender_is_suspended_even_with_the_token(ticket, settings):
    settings.INBOUND_TRUSTED_SERVERS = ["mx.example.com"]
    failed = AUTH.replace("pass", "fail")
    row = bring(answer("ann@example.org", Authentication_Results=failed))
    assert row.outcome == Outcome.SUSPENDED
    assert bring(letter(Authentication_Results=failed)).outcome == Outcome.SUSPENDED


def test_e05_staff_without_a_token_are_never_posted_nor_mailed_on(ticket, technician):
    deliveries = len(sent("ann@example.org"))
    for subject in ("Re: Printer [TKT0001]", "A new one"):
        row = bring(letter(technician.email, subject, "Secret words."))
        assert row.outcome == Outcome.SUSPENDED
    assert len(sent("ann@example.org")) == deliveries
    assert not Comment.objects.filter(body__contains="Secret").exists()


def test_a_technician_answers_by_mail_and_the_customer_gets_it(ticket, technician):
    bring(answer("ann@example.org"))
    row = bring(answer(technician.email, text="More water."))
    comment = Comment.objects.latest("id")
    assert (row.outcome, row.comment) == (Outcome.REPLY, comment)
    assert (comment.author, comment.visibility) == (technician, Visibility.PUBLIC)
    newest = sent("ann@example.org")[-1]
    assert "More water." in newest.body
    # One thread in the customer's program: its own ids are named.
    own = MailOrigin.objects.filter(sender__email="ann@example.org").values_list(
        "message_id", flat=True
    )
    assert all(known in newest.extra_headers["References"] for known in own)
    assert newest.extra_headers["In-Reply-To"] == own.latest("id")


def test_an_answer_to_a_mail_about_a_note_stays_a_note(ticket, technician):
    from tickets.services import add_note

    add_note(ticket, actor=AdminFactory(), body="Between us: a fire.")
    mail = sent(technician.email)[-1]
    assert mail.extra_headers["X-SupportDesk-Message"] == "note_from_colleague"
    row = bring(answer(technician.email, text="Between us: yes."))
    assert row.comment.visibility == Visibility.INTERNAL


@pytest.mark.parametrize("change", ["wrong", "shortened", "other", "ended"])
def test_e06_a_token_that_is_not_good_is_suspended(ticket, technician, change):
    mail = sent("ann@example.org")[-1]
    address = mail.extra_headers["Reply-To"].partition("<")[2].strip(">")
    sender = "ann@example.org"
    if change == "wrong":
        address = address.replace("@", "a@").replace("r1-", "r2-")
    elif change == "shortened":
        address = address.replace("@localhost", "")[:-9] + "@localhost"
    elif change == "other":
        sender = CustomerFactory().email
    else:
        end_guest_links(ticket, actor=technician)
    before = Comment.objects.count()
    row = bring(letter(sender, "Re: Printer", "Mine?", to=address))
    assert row.outcome == Outcome.SUSPENDED
    assert (Comment.objects.count(), Ticket.objects.count()) == (before, 1)


def test_e06_b19_a_technician_who_lost_the_ticket_is_suspended(ticket, technician):
    bring(answer("ann@example.org"))
    raw = answer(technician.email)
    assign_ticket(ticket, technician=TechnicianFactory().user, actor=AdminFactory())
    row = bring(raw)
    assert (row.outcome, "no part" in row.reason) == (Outcome.SUSPENDED, True)


def test_e09_a_third_partys_mail_to_the_tickets_address_is_not_shown_to_its_customer(ticket):
    mail = sent("ann@example.org")[-1]
    raw = letter("codes@slack.example", "Your code", "123456", to=mail.extra_headers["Reply-To"])
    row = bring(raw)
    assert (row.outcome, row.ticket) == (Outcome.SUSPENDED, ticket)
    assert not Comment.objects.filter(body__contains="123456").exists()
    event = ticket.events.latest("id")
    assert (event.type, event.changes["mail"][0]) == (
        EventType.MAIL_SUSPENDED,
        "codes@slack.example",
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"List_Id": "<all.example.org>", "Auto_Submitted": "auto-generated"},
        {"subject": "Automatic reply: Printer", "X_Auto_Response_Suppress": "All"},
    ],
)
def test_e11_automatic_mail_is_kept_and_never_answered(ticket, headers):
    close_ticket(ticket, actor=AdminFactory(), resolution_summary="Done")
    before = len(sent("ann@example.org"))
    mail = sent("ann@example.org")[-1]
    to = mail.extra_headers["Reply-To"]
    row = bring(letter("ann@example.org", text="I am away.", to=to, **headers))
    assert (row.outcome, row.ticket) == (Outcome.IGNORED, ticket)
    assert bring(letter("new@example.org", text="Away.", **headers)).outcome == Outcome.IGNORED
    assert len(sent("ann@example.org")) == before
    ticket.refresh_from_db()
    assert ticket.status == Status.CLOSED
    assert not User.objects.filter(email="new@example.org").exists()


def test_e22_headers_of_ours_that_a_sender_writes_mean_nothing():
    headers = {
        "X_SupportDesk_Ticket": "TKT0001",
        "X_SupportDesk_Message": "reply_from_desk",
        "X_SupportDesk_Internal": "yes",
    }
    row = bring(letter(**headers))
    assert row.outcome == Outcome.TICKET


def test_e24_an_answer_to_a_merged_ticket_lands_where_it_goes_on(ticket, technician):
    raw = answer("ann@example.org")
    target = TicketFactory(
        technician=technician, status=Status.IN_PROGRESS, customer=ticket.customer
    )
    merge_tickets(ticket, target=target, actor=technician)
    row = bring(raw)
    assert (row.outcome, row.ticket) == (Outcome.REPLY, target)


def test_e24_an_answer_to_a_closed_ticket_reopens_it_or_goes_on_in_a_new_one(ticket, settings):
    raw, later = answer("ann@example.org"), answer("ann@example.org", text="Again.")
    close_ticket(ticket, actor=AdminFactory(), resolution_summary="Done")
    assert bring(raw).outcome == Outcome.REPLY
    ticket.refresh_from_db()
    assert ticket.status == Status.IN_PROGRESS
    close_ticket(ticket, actor=AdminFactory(), resolution_summary="Done")
    Ticket.objects.filter(pk=ticket.pk).update(closed_at="2026-01-01T00:00:00Z")
    row = bring(later)
    assert (row.outcome, row.ticket.follow_up_of) == (Outcome.TICKET, ticket)


def test_e24_an_answer_to_a_deleted_ticket_is_suspended(ticket):
    raw = answer("ann@example.org")
    delete_ticket(ticket, actor=AdminFactory())
    row = bring(raw)
    assert (row.outcome, row.reason) == (Outcome.SUSPENDED, "The ticket was deleted.")


def test_e26_a_victims_address_gets_three_receipts_an_hour_without_the_senders_words():
    CustomerFactory(email="victim@example.org")
    for number in range(12):
        bring(letter("victim@example.org", f"Buy {number}", "https://advert.example"))
    mails = sent("victim@example.org")
    assert len(mails) == 3
    for mail in mails:
        said = mail.subject + mail.body + mail.alternatives[0].content
        assert "advert" not in said
        assert "Buy" not in said
    assert Ticket.objects.count() == 10
    assert InboundMail.objects.filter(outcome=Outcome.SUSPENDED).count() == 2


def test_a_mail_from_the_desks_own_address_is_never_answered():
    assert bring(letter("support@localhost")).outcome == Outcome.IGNORED
    assert bring(letter("support+x@localhost")).outcome == Outcome.IGNORED


def test_e14_a_report_is_tied_to_the_mail_and_marks_the_address(ticket):
    mail = sent("ann@example.org")[-1]
    raw = report(mail.extra_headers["Message-ID"], "5.1.1", "failed")
    row = bring(raw)
    assert (row.outcome, row.ticket) == (Outcome.BOUNCE, ticket)
    from accounts.models import AddressFault

    assert "5.1.1" in AddressFault.objects.get(email="ann@example.org").reason
    assert Ticket.objects.count() == 1
    forged = report("<0@127.0.0.1>", "5.1.1", "failed")
    AddressFault.objects.all().delete()
    assert bring(forged).outcome == Outcome.BOUNCE
    soft = report(mail.extra_headers["Message-ID"], "4.2.2", "delayed")
    assert bring(soft).outcome == Outcome.BOUNCE
    assert not AddressFault.objects.exists()


def report(message_id, status, action):
    return f"""Return-Path: <>
From: Mail Delivery System <mailer-daemon@mx.example.org>
To: support@localhost
Subject: Undelivered Mail Returned to Sender
Date: Sat, 28 Nov 2026 02:00:00 +0000
Message-ID: <{status}{action}{hash(message_id)}@mx.example.org>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver it.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; ann@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: text/rfc822-headers

From: support@localhost
To: ann@example.org
Message-ID: {message_id}
Subject: We have your ticket

--b--
""".encode()


def test_a_mail_asks_for_answers_where_they_arrive(ticket, technician, settings):
    for address, sentence in (
        ("support@localhost", "Answer this e-mail, or on the ticket's page."),
        ("", "Replies to this e-mail do not reach us: answer on the ticket's page."),
    ):
        settings.INBOUND_ADDRESS = address
        MailOrigin.objects.update(reply_address="")
        add_reply(ticket, actor=technician, body="Is it out?")
        mail = sent("ann@example.org")[-1]
        html = mail.alternatives[0].content.replace("&#x27;", "'")
        assert sentence in " ".join(mail.body.split())
        assert sentence in " ".join(html.split())
        assert ("+" in mail.extra_headers["Reply-To"]) is bool(address)
