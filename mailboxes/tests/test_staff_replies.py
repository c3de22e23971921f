"""What staff answer by mail is guarded as on the page; what comes over a list is filed by its token."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import AdminFactory
from mailboxes.choices import Outcome
from mailboxes.models import InboundMail
from mailboxes.services import forget_old_mail
from mailboxes.tests.letters import bring, letter, sent
from mailboxes.tests.test_filing import answer
from notifications.tests.outbox import deliver, mails
from technicians.tests.factories import TechnicianFactory
from tickets.choices import EventType, Status, Visibility
from tickets.models import Comment, OutgoingReply, Ticket
from tickets.services import (
    add_note,
    add_reply,
    assign_ticket,
    change_status,
    delete_ticket,
    purge_deleted_tickets,
    release_due_replies,
    send_reply,
)
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def technician():
    return TechnicianFactory().user


@pytest.fixture
def ticket(technician):
    """A ticket of ann@example.org, who has written to its technician."""
    bring(letter())
    ticket = Ticket.objects.get()
    assign_ticket(ticket, technician=technician, actor=AdminFactory())
    bring(answer("ann@example.org", text="It still burns."))
    deliver()
    earlier(ticket)
    return ticket


def earlier(ticket):
    """Let a minute go by, for what has happened and for the tokens that say when."""
    traveller = time_machine.travel(timezone.now() + timedelta(minutes=1), tick=True)
    traveller.start()
    travellers.append(traveller)


travellers = []


@pytest.fixture(autouse=True)
def home():
    yield
    while travellers:
        travellers.pop().stop()


def public(ticket):
    replies = ticket.comments.filter(visibility=Visibility.PUBLIC)
    return list(replies.order_by("id").values_list("body", flat=True))


def test_a_reply_to_the_newest_mail_goes_out(ticket, technician):
    row = bring(answer(technician.email, text="More water."))
    assert (row.outcome, row.comment.body) == (Outcome.REPLY, "More water.")
    assert not OutgoingReply.objects.exists()


def test_a_reply_is_held_when_the_customer_wrote_meanwhile(ticket, technician, client):
    raw = answer(technician.email, text="More water.")
    add_reply(ticket, actor=ticket.customer, body="It is out. Thank you for the foam!")
    before = len(sent("ann@example.org"))
    row = bring(raw)
    assert (row.outcome, row.ticket, row.comment) == (Outcome.HELD, ticket, None)
    assert "Held" in row.reason
    held = OutgoingReply.objects.get()
    assert (held.author, held.body, held.is_held) == (technician, "More water.", True)
    assert "More water." not in public(ticket)
    assert len(sent("ann@example.org")) == before
    # Its author is told, with the difference and the way to go on.
    [told] = mails("reply_held")
    assert told.to == [technician.email]
    for text in (told.body, told.alternatives[0].content):
        assert "Ann Bell: Reply" in text
        assert "It is out" not in text  # its page shows the words of others, this mail never
        assert reverse("technicians:unsent") in text
    client.force_login(technician)
    page = client.get(reverse("technicians:unsent")).content.decode()
    assert "More water." in page
    address = reverse("technicians:unsent-send", args=[ticket.ticket_id, held.pk])
    newest = ticket.events.latest("id").pk
    assert client.post(address, {"seen": newest}).status_code == 302
    assert public(ticket)[-1] == "More water."
    assert ticket.events.filter(type=EventType.SENT_ANYWAY).exists()


@pytest.fixture
def held(ticket, technician):
    """The row of the ledger of a reply that is held, because the customer wrote meanwhile."""
    raw = answer(technician.email, text="More water.")
    add_reply(ticket, actor=ticket.customer, body="It is out. Thank you for the foam!")
    return bring(raw)


def act(client, row, verb, **given):
    reply = OutgoingReply.objects.get()
    address = reverse(f"technicians:unsent-{verb}", args=[row.ticket.ticket_id, reply.pk])
    newest = row.ticket.events.latest("id").pk
    assert client.post(address, {"seen": newest, **given}).status_code == 302
    row.refresh_from_db()


def test_a_held_reply_and_its_mail_lead_to_each_other(held, technician, client, admin_client):
    assert f"Why: {OutgoingReply.objects.get().reason}" in held.trace
    page = admin_client.get(
        reverse("admin:mailboxes_inboundmail_change", args=[held.pk])
    ).content.decode()
    at = reverse("admin:tickets_outgoingreply_change", args=[OutgoingReply.objects.get().pk])
    assert at in page
    original = reverse("mailboxes:original", args=[held.key])
    assert original in admin_client.get(at).content.decode()
    client.force_login(technician)
    for address in (reverse("technicians:unsent"), held.ticket.get_desk_url()):
        assert original in client.get(address).content.decode()
    assert "More water." in client.get(original).content.decode()
    # Nobody else at the desk reads what was not said.
    client.force_login(TechnicianFactory().user)
    assert client.get(original).status_code == 404


def test_once_sent_its_mail_is_a_reply(held, technician, client):
    client.force_login(technician)
    act(client, held, "send")
    assert (held.outcome, held.comment.body) == (Outcome.REPLY, "More water.")
    assert f"sent by {technician.name}" in held.reason
    assert held.trace_lines[-1].endswith(held.reason)
    assert held.comment.mail_origin.mail == held.key
    page = client.get(held.ticket.get_desk_url()).content.decode()
    assert reverse("mailboxes:original", args=[held.key]) in page


def test_once_changed_and_sent_its_mail_is_that_reply(held, technician, client):
    client.force_login(technician)
    act(client, held, "take-back")
    assert held.outcome == Outcome.HELD
    send_reply(
        Ticket.objects.get(pk=held.ticket_id),
        actor=technician,
        body="No more water.",
        again=OutgoingReply.objects.get().pk,
    )
    release_due_replies(now=timezone.now() + timedelta(hours=1))
    held.refresh_from_db()
    assert (held.outcome, held.comment.body) == (Outcome.REPLY, "No more water.")


def test_once_thrown_away_its_mail_became_nothing(held, technician, client):
    client.force_login(technician)
    act(client, held, "discard")
    assert (held.outcome, held.comment) == (Outcome.IGNORED, None)
    assert f"thrown away by {technician.name}" in held.reason
    assert "Why:" in held.trace  # how it had come to that stays


def test_it_goes_with_the_texts_of_its_ticket(held):
    admin = AdminFactory()
    delete_ticket(Ticket.objects.get(pk=held.ticket_id), actor=admin)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert purge_deleted_tickets() == 1
    held.refresh_from_db()
    assert (held.outcome, held.reason) == (
        Outcome.IGNORED,
        "It was held, and is gone with the texts of its ticket.",
    )


def test_what_is_held_is_kept_beyond_its_age(held):
    later = timezone.now() + timedelta(days=400)
    forget_old_mail(later)
    held.refresh_from_db()
    assert held.stored_as


def colleague_replies(ticket, technician):
    add_reply(ticket, actor=AdminFactory(), body="I am on it.")


def colleague_notes(ticket, technician):
    add_note(ticket, actor=AdminFactory(), body="He is a friend.")


def status_changes(ticket, technician):
    change_status(ticket, status=Status.WAITING, actor=AdminFactory())


def another_gets_it_and_gives_it_back(ticket, technician):
    admin = AdminFactory()
    assign_ticket(ticket, technician=TechnicianFactory().user, actor=admin)
    assign_ticket(Ticket.objects.get(pk=ticket.pk), technician=technician, actor=admin)


@pytest.mark.parametrize(
    "change",
    [colleague_replies, colleague_notes, status_changes, another_gets_it_and_gives_it_back],
)
def test_it_is_held_for_whatever_the_page_holds_it_for(ticket, technician, change):
    raw = answer(technician.email, text="More water.")
    change(Ticket.objects.get(pk=ticket.pk), technician)
    row = bring(raw)
    assert (row.outcome, row.comment) == (Outcome.HELD, None)
    assert OutgoingReply.objects.get().is_held
    assert "More water." not in public(ticket)


def test_what_one_did_oneself_holds_nothing(ticket, technician):
    raw = answer(technician.email, text="More water.")
    add_reply(Ticket.objects.get(pk=ticket.pk), actor=technician, body="Wait.")
    assert bring(raw).comment.body == "More water."


def test_an_answer_to_the_mail_that_told_of_it_goes_out(ticket, technician):
    raw = answer(technician.email, text="More water.")
    add_reply(ticket, actor=ticket.customer, body="It is out.")
    bring(raw)
    deliver()
    earlier(ticket)
    told = mails("reply_held")[-1]
    row = bring(
        letter(
            technician.email,
            f"Re: {told.subject}",
            "Good to hear.",
            to=told.extra_headers["Reply-To"],
        )
    )
    assert row.comment.body == "Good to hear."


def test_words_of_a_note_are_held_back(ticket, technician):
    words = "the customer is three months behind with every single payment of the contract"
    add_note(ticket, actor=technician, body=words)
    row = bring(answer(technician.email, text=f"You know that {words}."))
    assert row.comment is None
    assert OutgoingReply.objects.get().is_held


def test_a_held_reply_keeps_its_files(ticket, technician):
    raw = answer(technician.email, text="More water.")
    add_reply(ticket, actor=ticket.customer, body="It is out.")
    from email import message_from_bytes, policy

    message = message_from_bytes(raw, policy=policy.default)
    message.add_attachment(b"blue", maintype="text", subtype="plain", filename="plan.txt")
    bring(message.as_bytes())
    held = OutgoingReply.objects.get()
    assert [file.name for file in held.attachments.all()] == ["plan.txt"]


def test_the_same_mail_is_held_once(ticket, technician):
    raw = answer(technician.email, text="More water.")
    add_reply(ticket, actor=ticket.customer, body="It is out.")
    bring(raw)
    bring(b"Received: from mx2.example.org\n" + raw)
    assert OutgoingReply.objects.count() == 1


LISTS = [
    {"List_Id": "Support <support.example.com>", "Precedence": "list"},
    {"Precedence": "list", "List_Unsubscribe": "<mailto:leave@example.com>"},
]


@pytest.mark.parametrize("headers", LISTS)
def test_an_answer_that_came_over_a_list_is_filed(ticket, headers):
    row = bring(answer("ann@example.org", text="By the group.", **headers))
    assert (row.outcome, row.comment.body) == (Outcome.REPLY, "By the group.")
    assert "Came over a list" in row.trace


@pytest.mark.parametrize("headers", LISTS)
def test_other_mail_of_lists_is_kept_and_never_answered(ticket, headers):
    comments, mailed = Comment.objects.count(), len(mail.outbox)
    # No token; somebody else's token; written by a program.
    assert bring(letter("bob@example.org", "Digest", **headers)).outcome == Outcome.IGNORED
    row = bring(answer("ann@example.org", sender="bob@example.org", **headers))
    assert row.outcome == Outcome.SUSPENDED
    row = bring(answer("ann@example.org", Auto_Submitted="auto-replied", **headers))
    assert row.outcome == Outcome.IGNORED
    row = bring(letter("ann@example.org", f"Re: x [{ticket.ticket_id}]", **headers))
    assert row.outcome == Outcome.IGNORED
    deliver()
    assert (Comment.objects.count(), len(mail.outbox)) == (comments, mailed)
    assert Ticket.objects.count() == 1
    assert InboundMail.objects.filter(outcome=Outcome.SUSPENDED).count() == 1


def test_a_ticket_of_the_portal_is_guarded_as_well(technician):
    ticket = TicketFactory(technician=technician, status=Status.IN_PROGRESS)
    add_reply(ticket, actor=ticket.customer, body="Hello?")
    deliver()
    earlier(ticket)
    raw = answer(technician.email, text="Hello!")
    add_reply(ticket, actor=ticket.customer, body="Never mind.")
    assert bring(raw).comment is None
