"""Merging on the desk: choose, read what will happen, do it, undo it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import CustomerFactory
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(raise_ticket, priya):
    return services.take_ticket(raise_ticket("The same again"), actor=priya)


@pytest.fixture
def theirs(raise_ticket, priya):
    ben = CustomerFactory(name="Ben Ito")
    return services.take_ticket(raise_ticket("Also no tunnel", customer=ben), actor=priya)


@pytest.fixture
def desk(client, priya):
    client.force_login(priya)
    return client


def merge_url(ticket):
    return f"{ticket.get_desk_url()}merge/"


def test_the_customer_s_other_tickets_are_offered_and_others_are_found(desk, ticket, other, theirs):
    html = desk.get(merge_url(other)).content.decode()
    assert f"?into={ticket.ticket_id}" in html
    assert theirs.ticket_id not in html
    for words in (theirs.ticket_id, str(theirs.pk), "also tunnel"):
        assert (
            f"?into={theirs.ticket_id}" in desk.get(merge_url(other), {"q": words}).content.decode()
        )


def test_what_will_happen_is_said_before(desk, ticket, other, priya):
    services.add_note(other, actor=priya, body="Aha")
    html = desk.get(merge_url(other), {"into": ticket.ticket_id}).content.decode()
    assert f"{other.ticket_id} goes on as {ticket.ticket_id}" in html
    assert "1 message, 1 internal note" in html
    assert "follows" in html
    assert 'name="share"' not in html
    assert Ticket.objects.get(pk=other.pk).merged_into is None


def test_merge_with_undo_on_the_page_that_follows(desk, ticket, other):
    answer = desk.post(merge_url(other), {"into": ticket.ticket_id}, follow=True)
    html = answer.content.decode()
    assert answer.redirect_chain[-1][0] == f"{ticket.get_desk_url()}?merged={other.ticket_id}"
    assert f"{other.ticket_id} is merged into this ticket" in html
    assert f"from {other.ticket_id}" in html
    answer = desk.post(f"{ticket.get_desk_url()}unmerge/", {"source": other.ticket_id}, follow=True)
    assert f"{other.ticket_id} goes on by itself again" in answer.content.decode()
    assert Ticket.objects.get(pk=other.pk).status == "Assigned"


def test_other_readers_have_to_be_meant(desk, ticket, theirs):
    html = desk.get(merge_url(theirs), {"into": ticket.ticket_id}).content.decode()
    assert "Not the same customers read these tickets" in html
    assert "<b><bdi>Ben Ito</bdi></b>" in html
    assert 'name="share"' in html
    refused = desk.post(merge_url(theirs), {"into": ticket.ticket_id})
    assert (refused.status_code, "read both" in refused.content.decode()) == (422, True)
    desk.post(merge_url(theirs), {"into": ticket.ticket_id, "share": "on"})
    assert Ticket.objects.get(pk=theirs.pk).merged_into == ticket


@pytest.mark.parametrize(
    ("number", "words"), [("TKT9999", "You have no ticket"), ("x", "looks like")]
)
def test_a_number_that_is_none_comes_back_with_a_sentence(desk, ticket, number, words):
    answer = desk.post(merge_url(ticket), {"into": number})
    assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_itself_merged_and_changed_are_refused_in_words(desk, ticket, other, raise_ticket, priya):
    for into, words in (
        (other.ticket_id, "into itself"),
        (ticket.ticket_id, "has changed|changed"),
    ):
        data = {"into": into, "version": other.version + (1 if into == ticket.ticket_id else 0)}
        answer = desk.post(merge_url(other), data)
        assert any(word in answer.content.decode() for word in words.split("|"))
    third = services.take_ticket(raise_ticket("A third"), actor=priya)
    services.merge_tickets(other, target=third, actor=priya)
    answer = desk.post(merge_url(ticket), {"into": other.ticket_id})
    assert f"was merged into {third.ticket_id}" in answer.content.decode()


def test_the_page_of_a_family_asks_as_often_with_five_merged_as_with_one(
    desk, ticket, raise_ticket, priya
):
    def merge(count):
        for number in range(count):
            one = services.take_ticket(raise_ticket(f"Again {number}"), actor=priya)
            services.merge_tickets(one, target=ticket, actor=priya)

    def count():
        desk.get(ticket.get_desk_url())
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(ticket.get_desk_url()).status_code == 200
        return len(queries)

    merge(1)
    one = count()
    merge(4)
    assert count() == one <= 42


def test_a_long_family_shows_its_ends_and_the_rest_on_demand(desk, ticket, other, priya, amara):
    for number in range(15):
        services.add_reply(ticket, actor=amara, body=f"Here-{number:02}.")
        services.add_reply(other, actor=amara, body=f"There-{number:02}.")
    services.merge_tickets(other, target=ticket, actor=priya)
    html = desk.get(ticket.get_desk_url()).content.decode()
    assert "There-14." in html
    assert "There-05." not in html
    seen, url = html, ticket.get_desk_url()
    while found := re.search(r"\?before=(\d+)", html):
        html = desk.get(f"{url}?before={found[1]}", headers={"hx-request": "true"}).content.decode()
        seen += html
    for number in range(15):
        assert seen.count(f"Here-{number:02}.") == seen.count(f"There-{number:02}.") == 1
