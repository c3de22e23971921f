"""What a mail repeats of earlier ones: kept, folded, and shown to whom it may be shown."""

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from mailboxes.parsing import ParsedMail, shown_page
from mailboxes.tests.corpus.build import mixed, part
from mailboxes.tests.corpus.parts import image
from mailboxes.tests.letters import bring, letter, sent
from technicians.tests.factories import TechnicianFactory
from tickets.models import Comment, MailOrigin, Ticket
from tickets.services import add_participant, add_reply, assign_ticket, redact, withdraw_message
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    return CustomerFactory(email="ann@example.org")


@pytest.fixture
def ticket(customer):
    ticket = TicketFactory(customer=customer)
    technician = TechnicianFactory().user
    assign_ticket(ticket, technician=technician, actor=AdminFactory())
    add_reply(ticket, actor=technician, body="Pour water on it.")
    ticket.refresh_from_db()
    return ticket


def answer(text, **headers):
    """Return the answer to our newest mail, quoting all of it."""
    mail = sent("ann@example.org")[-1]
    to = mail.extra_headers["Reply-To"]
    history = f"On Mon, 15 Jan 2024 10:00, Desk <{to}> wrote:\n" + "\n".join(
        f"> {line}" for line in mail.body.splitlines()
    )
    return letter("ann@example.org", "Re: Printer", f"{text}\n\n{history}", to=to, **headers)


def test_staff_see_it_folded_without_the_links_and_tokens_of_its_reader(client, ticket):
    raw = answer("It still burns.")
    assert f"{settings.SITE_URL}/g/".encode() in raw
    bring(raw)
    comment = Comment.objects.latest("id")
    assert comment.body == "It still burns."
    quoted = comment.mail_origin.quoted
    assert "Pour water on it." in quoted
    assert f"{settings.SITE_URL}/g/" not in quoted
    assert "+…@" in quoted
    client.force_login(ticket.technician)
    page = client.get(ticket.get_desk_url()).content.decode()
    assert page.count('<details class="quoted') == 1
    assert "Quoted text and signature" in page


def test_a_customer_sees_the_own_one_and_nobody_elses(client, ticket, customer):
    bring(answer("It still burns.\n"))
    other = CustomerFactory()
    add_participant(ticket, user=other, actor=ticket.technician)
    for reader, seen in ((customer, True), (other, False)):
        client.force_login(reader)
        page = client.get(ticket.get_absolute_url()).content.decode()
        assert "It still burns." in page
        assert ("Quoted text and signature" in page) is seen


def test_the_signature_of_a_first_mail_is_folded(client):
    bring(letter(text="It burns.\n\n-- \nAnn Bell\nExample Ltd"))
    ticket = Ticket.objects.get()
    assert ticket.description == "It burns."
    client.force_login(AdminFactory())
    page = client.get(ticket.get_desk_url()).content.decode()
    assert '<details class="quoted' in page
    assert "Example Ltd" in page


def test_a_link_in_the_new_text_is_no_key_either(ticket):
    bring(answer("It still burns.").replace(b"On Mon, 15 Jan 2024 10:00,", b"Somebody"))
    assert f"{settings.SITE_URL}/g/" not in Comment.objects.latest("id").body


def test_a_withdrawn_message_takes_it_along(client, ticket, customer):
    bring(answer("Oops."))
    comment = Comment.objects.latest("id")
    withdraw_message(ticket, comment=comment, actor=customer)
    client.force_login(ticket.technician)
    assert "Quoted text and signature" not in client.get(ticket.get_desk_url()).content.decode()


def test_what_an_admin_removes_for_good_is_removed_there_as_well(ticket):
    bring(answer("It still burns.\n\n-- \nAnn\nSecret street 5"))
    redact(ticket, text="Secret street 5", actor=AdminFactory())
    assert not MailOrigin.objects.filter(quoted__contains="Secret street").exists()


PAGE = """<html><head><meta http-equiv="refresh" content="0;url=https://evil.example">
<link rel="dns-prefetch" href="//evil.example"><base href="https://evil.example/"></head>
<body background="https://evil.example/b.png" onload="x()"><p style="color:red">It <b>burns</b>.</p>
<a href="https://evil.example/">click</a><img src="https://evil.example/p.png">
<form action="https://evil.example"><input name="a"></form><script>x()</script>
<img src="cid:i1@x"></body></html>"""


def test_the_mail_as_it_came_loads_nothing_and_leads_nowhere(client):
    raw = mixed(part("text/html; charset=utf-8", PAGE), image(), kind="related")
    row = bring(raw)
    client.force_login(AdminFactory())
    page = client.get(row.ticket.get_desk_url()).content.decode()
    address = reverse("mailboxes:original", args=[row.key])
    assert f'href="{address}"' in page
    answer = client.get(address)
    shown = answer.content.decode()
    assert '<p style="color:red">It <b>burns</b>.</p>' in shown
    assert "evil.example" not in shown
    assert 'src="data:image/gif;base64,' in shown
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_mail_that_is_nested_too_deeply_is_shown_as_words():
    mail = ParsedMail(html=b"<div>" * 5_000 + b"<b>words</b>")
    assert "words" in shown_page(mail)
    assert "<b>" not in shown_page(mail)


def test_by_rest_it_is_for_staff_and_its_sender(ticket, customer):
    bring(answer("It still burns."))
    other = CustomerFactory()
    add_participant(ticket, user=other, actor=ticket.technician)
    for reader, seen in ((ticket.technician, True), (customer, True), (other, False)):
        client = client_of(reader)
        for address in (
            f"/api/tickets/{ticket.ticket_id}",
            f"/api/tickets/{ticket.ticket_id}/timeline",
        ):
            answered = client.get(address).json()
            entries = answered if isinstance(answered, list) else answered["timeline"]
            quoted = [entry["quoted"] for entry in entries if entry["quoted"]]
            assert (len(quoted) == 1) is seen
            if seen:
                assert "Pour water on it." in quoted[0]
