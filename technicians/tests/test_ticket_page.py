"""A ticket's page for technicians and admins, through HTTP."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization
from accounts.tests.factories import CustomerFactory
from tickets import services
from tickets.choices import Priority, Status
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
ATTACK = "</title><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}"


def page(client, user, ticket, query="", **headers):
    client.force_login(user)
    response = client.get(ticket.get_desk_url() + query, **headers)
    assert response.status_code == 200
    return response.content.decode()


def test_conversation_facts_and_changes_in_words(client, ticket, priya):
    services.change_status(ticket, status=Status.IN_PROGRESS, actor=priya)
    html = page(client, priya, ticket)
    for text in ("VPN drops", "Every five minutes.", "Amara Okafor", ticket.ticket_id, "Network"):
        assert text in html
    assert "2 changes" in html
    assert "Priya Nair took the ticket" in html
    assert "status In progress" in html


def test_a_handover_is_one_change(client, ticket, priya, mei):
    services.assign_ticket(ticket, technician=mei, actor=priya)
    html = page(client, mei, ticket)
    assert "assigned to Mei Tanaka" in html
    assert "2 changes:" in html
    assert "took the ticket from" not in html


def test_the_customer_with_organisation_phone_and_time_there(client, ticket, amara, priya):
    amara.organization = Organization.objects.create(name="Larkfield University")
    amara.phone, amara.time_zone = "+44 20 7946 0117", "Asia/Tokyo"
    amara.save()
    html = page(client, priya, ticket)
    for text in ("Larkfield University", "+44 20 7946 0117", "JST", amara.email):
        assert text in html


def test_other_tickets_are_only_those_that_the_reader_may_see(
    client, ticket, raise_ticket, printing, priya
):
    raise_ticket("Also mine to take")
    raise_ticket("Not my business", category=printing)
    html = page(client, priya, ticket)
    assert "Also mine to take" in html
    assert "Not my business" not in html


def test_a_ticket_to_take_offers_nothing_but_that(client, raise_ticket, priya):
    free = raise_ticket()
    html = page(client, priya, free)
    assert "/take/" in html
    for verb in ("reply", "note", "resolve", "close", "assign", "status", "set/priority"):
        assert f"/{verb}/" not in html


def test_one_s_own_ticket_offers_every_verb_of_its_status(client, ticket, priya):
    html = page(client, priya, ticket)
    for verb in ("reply", "note", "resolve", "close", "assign", "status", "set/priority"):
        assert f"/{verb}/" in html
    assert "/take/" not in html
    assert "/reopen/" not in html


def test_a_resolved_ticket_offers_reopening_and_closing(client, ticket, priya):
    services.resolve_ticket(ticket, actor=priya, resolution_summary="A new cable.")
    html = page(client, priya, ticket)
    assert "/reopen/" in html
    assert "/close/" in html
    assert "/assign/" not in html
    assert "A new cable." in html


def test_reply_and_note_are_two_forms_with_a_field_each(client, ticket, priya):
    html = page(client, priya, ticket)
    reply, note = (html.index(f'name="{name}" maxlength') for name in ("body", "note"))
    assert "</form>" in html[min(reply, note) : max(reply, note)]


def test_the_colleague_select_says_who_is_away_and_who_serves(client, ticket, priya, mei, pavel):
    pavel.technician.is_available = False
    pavel.technician.away_note = "Back on Monday"
    pavel.technician.save()
    html = page(client, priya, ticket)
    assert "Serve this category" in html
    assert "Other technicians" in html
    assert "Pavel Novak, away: Back on Monday" in html


def test_as_many_queries_with_forty_messages_as_with_two(client, ticket, priya, amara):
    def write(count):
        for number in range(count):
            services.add_reply(ticket, actor=(amara, priya)[number % 2], body=f"Message {number}")

    write(2)
    page(client, priya, ticket)
    with CaptureQueriesContext(connection) as few:
        client.get(ticket.get_desk_url())
    write(38)
    with CaptureQueriesContext(connection) as many:
        client.get(ticket.get_desk_url())
    assert len(many) == len(few) <= 40


def test_a_long_thread_shows_its_ends_and_the_rest_on_demand(client, ticket, priya, amara):
    for number in range(40):
        services.add_reply(ticket, actor=amara, body=f"Message-{number:02}.")
    html = page(client, priya, ticket)
    shown = {number for number in range(40) if f"Message-{number:02}." in html}
    assert shown == {0, *range(32, 40)}
    assert "Show 31 earlier messages" in html
    assert len(html) < 120_000

    seen = set(shown)
    while "?before=" in html:
        before = html.split("?before=")[1].split("#")[0]
        html = page(client, priya, ticket, f"?before={before}", HTTP_HX_REQUEST="true")
        assert "<html" not in html
        piece = {number for number in range(40) if f"Message-{number:02}." in html}
        assert len(piece) <= 20
        assert not piece & seen
        seen |= piece
    assert seen == set(range(40))


def test_earlier_messages_without_scripts_are_a_page_with_a_way_back(client, ticket, priya, amara):
    for number in range(40):
        services.add_reply(ticket, actor=amara, body=f"Message-{number:02}.")
    first = page(client, priya, ticket)
    query = "?before=" + first.split("?before=")[1].split("#")[0]
    html = page(client, priya, ticket, query)
    assert "Message-20." in html
    assert "Message-39." not in html
    assert "Back to the newest messages" in html


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "1e3", "²"])
def test_a_place_that_is_none_is_refused(client, ticket, priya, before):
    client.force_login(priya)
    assert client.get(ticket.get_desk_url(), {"before": before}).status_code == 400


def test_what_people_write_is_shown_and_does_nothing(client, network, priya):
    evil = CustomerFactory(name=ATTACK)
    ticket = services.create_ticket(
        customer=evil, actor=evil, subject=ATTACK, description=ATTACK, category=network
    )
    ticket = services.take_ticket(ticket, actor=priya)
    services.add_note(ticket, actor=priya, body=ATTACK)
    ticket = services.add_reply(ticket, actor=evil, body=ATTACK)
    services.resolve_ticket(ticket, actor=priya, resolution_summary=ATTACK)
    client.force_login(priya)
    for path in (ticket.get_desk_url(), "/desk/", "/desk/tickets/?view=all", "/desk/profile/"):
        html = client.get(path).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert ">49" not in html


def test_the_back_link_leads_to_the_list_one_came_from(client, ticket, priya):
    html = page(client, priya, ticket, "?view=open&status=Assigned&evil=1")
    assert "/desk/tickets/?view=open&amp;status=Assigned" in html
    assert "evil" not in html


def test_no_customer_page_has_the_text_of_a_note(client, ticket, priya, amara):
    services.add_note(ticket, actor=priya, body="CANARY-of-a-note")
    assert "CANARY-of-a-note" in page(client, priya, ticket)
    client.force_login(amara)
    for path in (ticket.get_absolute_url(), "/tickets/", "/", "/tickets/?q=CANARY"):
        response = client.get(path, follow=True)
        assert response.status_code == 200
        assert "CANARY-of-a-note" not in response.content.decode()


def test_urgent_stands_out(client, ticket, priya):
    services.change_priority(ticket, priority=Priority.URGENT, actor=priya)
    assert "pr-urgent" in page(client, priya, ticket)
    assert Ticket.objects.get().priority == Priority.URGENT


def test_numbers_of_tickets_that_the_reader_may_see_lead_to_the_desk(
    client, ticket, raise_ticket, printing, priya
):
    seen, hidden = raise_ticket("Seen"), raise_ticket("Hidden", category=printing)
    services.add_note(
        ticket, actor=priya, body=f"Like {seen.ticket_id.lower()}, not like {hidden.ticket_id}"
    )
    html = page(client, priya, ticket)
    link = f'<a href="{seen.get_desk_url()}" rel="nofollow noopener">{seen.ticket_id.lower()}</a>'
    assert f"Like {link}, not like {hidden.ticket_id}" in html
