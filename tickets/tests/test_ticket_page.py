import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import AdminFactory, CustomerFactory, TechnicianUserFactory
from tickets import services
from tickets.choices import Status
from tickets.models import Ticket
from tickets.tests.factories import CategoryFactory

pytestmark = pytest.mark.django_db


def url(verb, ticket):
    return reverse(f"tickets:ticket-{verb}", args=[ticket.ticket_id])


@pytest.fixture
def customer(client):
    customer = CustomerFactory(name="Amara Okafor")
    client.force_login(customer)
    return customer


@pytest.fixture
def technician():
    return TechnicianUserFactory(name="Priya Nair", phone="+49 555 0100")


@pytest.fixture
def ticket(customer, technician):
    ticket = services.create_ticket(
        customer=customer,
        actor=customer,
        subject="No tunnel",
        description="Since Tuesday.",
        category=CategoryFactory(),
    )
    return services.assign_ticket(ticket, technician=technician, actor=AdminFactory())


def resolved(ticket):
    return services.resolve_ticket(
        ticket, actor=ticket.technician, resolution_summary="The access point was replaced."
    )


def page(client, ticket):
    response = client.get(ticket.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def test_the_customer_reads_what_happened_in_own_words(client, ticket, technician):
    services.add_reply(ticket, actor=technician, body="Which laptop?", then_status=Status.WAITING)
    shown = page(client, ticket)
    assert "Waiting for you" in shown
    assert "Priya Nair needs an answer from you" in shown
    assert "Since Tuesday." in shown
    assert "Which laptop?" in shown
    assert "is now looking after your ticket" in shown


def test_a_customer_never_sees_a_note_nor_private_facts_of_staff(client, ticket, technician):
    services.add_note(ticket, actor=technician, body="canary-note")
    shown = page(client, ticket)
    assert "canary-note" not in shown
    assert "Internal note" not in shown
    assert technician.email not in shown
    assert technician.phone not in shown
    assert technician.user_id not in shown


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_markup_is_text(client, customer, technician, text):
    ticket = services.create_ticket(
        customer=customer, actor=customer, subject=text, description=text, category_text=text
    )
    services.add_reply(ticket, actor=customer, body=text)
    shown = page(client, ticket)
    assert "<script>alert" not in shown
    assert "<img" not in shown


def test_links_lead_out_only_to_the_web(client, ticket):
    services.add_reply(
        ticket, actor=ticket.customer, body="javascript:alert(1) see https://example.com/x"
    )
    shown = page(client, ticket)
    assert 'href="javascript:' not in shown
    assert 'href="https://example.com/x" rel="nofollow noopener"' in shown


def test_text_that_runs_the_other_way_is_held_in(client, ticket, customer):
    other = services.create_ticket(
        customer=customer,
        actor=customer,
        subject="safe\u202egpj.exe",
        description="x",
        category_text="y",
    )
    shown = page(client, other)
    assert ">safe\u202egpj.exe</bdi>" in shown
    assert "<title>safegpj.exe" in shown


@pytest.mark.parametrize("stranger", ["customer", "technician", None])
def test_a_stranger_learns_nothing(client, ticket, stranger):
    if stranger is None:
        client.logout()
        assert client.get(ticket.get_absolute_url()).status_code == 302
        return
    client.force_login(CustomerFactory() if stranger == "customer" else TechnicianUserFactory())
    foreign = client.get(ticket.get_absolute_url())
    nothing = client.get(reverse("tickets:ticket-detail", args=["TKT9999"]))
    assert foreign.status_code == nothing.status_code == 404
    assert foreign.content == nothing.content
    for verb in ("reply", "accept", "reopen"):
        assert client.post(url(verb, ticket), {"body": "x"}).status_code == 404
    ticket.refresh_from_db()
    assert ticket.comments.count() == 0


@pytest.mark.parametrize("name", ["TKT1", "tkt0001", "TKT00001", "1", "TKT" + "9" * 30, "TKTx"])
def test_only_the_exact_number_opens_a_ticket(client, ticket, name):
    assert client.get(reverse("tickets:ticket-detail", args=[name])).status_code == 404


def test_a_reply_is_stored_as_typed_and_moves_the_ticket_on(client, ticket, technician):
    services.change_status(ticket, status=Status.WAITING, actor=technician)
    response = client.post(url("reply", ticket), {"body": " Two\r\nlines\n"}, follow=True)
    ticket.refresh_from_db()
    assert ticket.status == Status.IN_PROGRESS
    assert ticket.comments.get().body == " Two\r\nlines\n"
    assert "Reply sent" in response.content.decode()


@pytest.mark.parametrize("body", ["", "  \n ", "nul\x00", "x" * 50_001])
def test_a_reply_that_cannot_be_kept_is_refused(client, ticket, body):
    response = client.post(url("reply", ticket), {"body": body})
    assert response.status_code == 422
    assert ticket.comments.count() == 0


def test_a_solution_is_accepted(client, ticket):
    resolved(ticket)
    shown = page(client, ticket)
    assert "Is it solved?" in shown
    assert "The access point was replaced." in shown
    client.post(url("accept", ticket))
    ticket.refresh_from_db()
    assert ticket.status == Status.CLOSED


def test_accepting_twice_or_too_early_changes_nothing(client, ticket):
    response = client.post(url("accept", ticket), follow=True)
    assert "not resolved any more" in response.content.decode()
    resolved(ticket)
    client.post(url("accept", ticket))
    events = ticket.events.count()
    client.post(url("accept", ticket))
    assert ticket.events.count() == events


def test_a_solution_is_refused_with_a_reason(client, ticket):
    resolved(ticket)
    client.post(url("reopen", ticket), {"body": "It is back."})
    ticket.refresh_from_db()
    assert ticket.status == Status.IN_PROGRESS
    assert ticket.comments.get().body == "It is back."
    assert "It is back." in page(client, ticket)


@pytest.mark.parametrize("body", ["", "  \n"])
def test_refusing_a_solution_needs_a_reason(client, ticket, body):
    resolved(ticket)
    answer = client.post(url("reopen", ticket), {"body": body})
    assert answer.status_code == 422
    assert "Say what is still wrong" in answer.content.decode()
    ticket.refresh_from_db()
    assert ticket.status == Status.RESOLVED
    assert ticket.comments.count() == 0


def test_reopening_what_is_open_keeps_the_words_as_a_reply(client, ticket):
    client.post(url("reopen", ticket), {"body": "It is back."})
    assert ticket.comments.get().body == "It is back."


def test_a_reply_reopens_a_resolved_ticket(client, ticket):
    resolved(ticket)
    client.post(url("reply", ticket), {"body": "Not yet."})
    ticket.refresh_from_db()
    assert ticket.status == Status.IN_PROGRESS


@pytest.mark.parametrize("verb", ["reply", "reopen"])
def test_long_after_closing_the_text_comes_back_with_the_way_on(client, ticket, verb):
    ticket = services.close_ticket(ticket, actor=ticket.technician, resolution_summary="Replaced.")
    long_ago = timezone.now() - timedelta(days=400)
    Ticket.objects.filter(pk=ticket.pk).update(closed_at=long_ago, resolved_at=long_ago)
    response = client.post(url(verb, ticket), {"body": "It <i>came</i> back."})
    shown = response.content.decode()
    assert response.status_code == 409
    assert "It &lt;i&gt;came&lt;/i&gt; back." in shown
    assert "Raise a follow-up" in shown
    assert ticket.comments.count() == 0


def test_verbs_are_posts(client, ticket):
    for verb in ("reply", "accept", "reopen"):
        response = client.get(url(verb, ticket))
        assert response.status_code == 405
        assert "cannot be done from here" in response.content.decode()


def test_a_long_conversation_comes_in_pages(client, ticket):
    for number in range(60):
        services.add_reply(ticket, actor=ticket.customer, body=f"Message {number:02}.")
    latest = client.get(ticket.get_absolute_url())
    shown = latest.content.decode()
    for there in ("Since Tuesday.", "Message 00.", "Message 01.", "Message 50.", "Message 59."):
        assert there in shown
    for not_there in ("Message 02.", "Message 05.", "Message 49."):
        assert not_there not in shown
    assert shown.index("Message 01.") < shown.index("Show 48 earlier messages")
    assert shown.index("Show 48 earlier messages") < shown.index("Message 58.")
    earlier = client.get(ticket.get_absolute_url(), {"before": latest.context["timeline"].next})
    assert "Message 05." in earlier.content.decode()
    assert "Since Tuesday." in earlier.content.decode()
    assert client.get(ticket.get_absolute_url(), {"before": "x"}).status_code == 400
    part = client.get(
        ticket.get_absolute_url(),
        {"before": latest.context["timeline"].next},
        headers={"HX-Request": "true"},
    ).content.decode()
    assert "<html" not in part
    assert "Message 49." in part
    assert "earlier message" not in part


def test_more_messages_are_no_more_queries(client, ticket, technician):
    def count():
        with CaptureQueriesContext(connection) as captured:
            page(client, ticket)
        return len(captured)

    services.add_reply(ticket, actor=technician, body="One.")
    few = count()
    for number in range(20):
        actor = technician if number % 2 else ticket.customer
        services.add_reply(ticket, actor=actor, body=f"Message {number}.")
    assert count() == few


def test_it_stays_out_of_caches_and_frames(client, ticket):
    response = client.get(ticket.get_absolute_url())
    assert "no-store" in response["Cache-Control"]
    assert response["X-Frame-Options"] == "DENY"
    assert "'unsafe" not in response["Content-Security-Policy"]


def test_staff_are_taken_to_their_own_page(client, ticket, technician):
    client.force_login(technician)
    response = client.get(ticket.get_absolute_url())
    assert response.status_code == 302
    assert response["Location"].startswith("/desk/")


def test_messages_show_their_markup(client, ticket, technician):
    services.add_reply(ticket, actor=technician, body="Try **this**:\n\n- one\n- two")
    shown = page(client, ticket)
    assert "Try <strong>this</strong>:" in shown
    assert "<li>one</li>" in shown


def test_only_numbers_of_own_tickets_become_links(client, ticket, technician, customer):
    own = services.create_ticket(
        customer=customer, actor=customer, description="x", category_text="y"
    )
    stranger = CustomerFactory()
    other = services.create_ticket(
        customer=stranger, actor=stranger, description="x", category_text="y"
    )
    services.add_reply(
        ticket, actor=technician, body=f"As in {own.ticket_id} and {other.ticket_id}, TKT9999."
    )
    shown = page(client, ticket)
    assert (
        f'<a href="{own.get_absolute_url()}" rel="nofollow noopener">{own.ticket_id}</a>' in shown
    )
    assert f"{other.ticket_id}, TKT9999." in shown


@pytest.mark.parametrize("verb", ["reply", "reopen"])
def test_a_form_that_arrives_twice_is_one_message(client, ticket, verb):
    if verb == "reopen":
        services.resolve_ticket(ticket, actor=None, resolution_summary="Done")
    html = client.get(ticket.get_absolute_url()).content.decode()
    key = re.search(r'name="submission_key" value="([0-9a-f-]{36})"', html).group(1)
    for body in ("Still dark", "Still dark", "And cold"):
        answer = client.post(url(verb, ticket), {"body": body, "submission_key": key})
        assert answer.status_code == 302
    assert [comment.body for comment in ticket.comments.all()] == ["Still dark", "And cold"]
    html = client.get(ticket.get_absolute_url()).content.decode()
    assert f'id="m-{ticket.comments.last().pk}"' in html


@pytest.mark.parametrize("kind", ["reply", "reopen"])
def test_a_preview_shows_the_text_as_it_will_look_and_stores_nothing(client, ticket, kind):
    ticket = resolved(ticket)
    at = reverse("tickets:ticket-preview", args=[ticket.ticket_id, kind])
    shown = client.post(at, {"body": "It is **still** broken"}).content.decode()
    assert "It is <strong>still</strong> broken" in shown
    assert ">It is **still** broken</textarea>" in shown
    part = client.post(at, {"body": "**again**"}, headers={"hx-request": "true"})
    assert b"<strong>again</strong>" in part.content
    assert b"<html" not in part.content
    assert ticket.comments.count() == 0
