"""The part "Related" of a ticket's page, through HTTP."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tickets import services
from tickets.models import TicketRelation

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(raise_ticket):
    return raise_ticket("Slow tunnel")


@pytest.fixture
def desk(client, priya):
    client.force_login(priya)
    return client


def link(desk, ticket, number, word="blocks", **headers):
    return desk.post(f"{ticket.get_desk_url()}link/", {"link": word, "number": number}, **headers)


@pytest.mark.parametrize("written", ["{0.ticket_id}", "{0.pk}", "#{0.pk}", "tkt{0.pk}"])
def test_link_by_number_however_it_is_written(desk, ticket, other, written):
    answer = link(desk, ticket, written.format(other))
    assert answer.status_code == 302
    html = desk.get(ticket.get_desk_url()).content.decode()
    assert "Blocks" in html
    assert f"{other.ticket_id} <bdi>Slow tunnel</bdi>" in html


def test_undo_of_a_link_and_of_its_removal(desk, ticket, other):
    made = link(desk, ticket, other.ticket_id, headers={"hx-request": "true"}).content.decode()
    relation = TicketRelation.objects.get()
    undo = f'name="relation" value="{relation.pk}"'
    assert f"Blocks {other.ticket_id}" in made
    assert undo in made.partition("toast-d")[2]
    unlink = f"{ticket.get_desk_url()}unlink/"
    gone = desk.post(unlink, {"relation": relation.pk}, headers={"hx-request": "true"})
    toast = gone.content.decode().partition("toast-d")[2]
    assert 'name="link" value="blocks"' in toast
    assert f'name="number" value="{other.ticket_id}"' in toast
    assert not TicketRelation.objects.exists()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("", "Write the number"),
        ("a ticket", "looks like TKT0042"),
        ("TKT9999", "You have no ticket with this number"),
    ],
)
def test_a_number_that_is_none_stays_in_its_field(desk, ticket, number, words):
    answer = link(desk, ticket, number)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert number in answer.content.decode()


def test_a_foreign_number_answers_like_one_that_nobody_has(desk, ticket, raise_ticket, printing):
    foreign = raise_ticket("Not my business", category=printing)
    answer = link(desk, ticket, foreign.ticket_id).content.decode()
    assert "You have no ticket with this number" in answer
    assert "Not my business" not in answer


def test_as_many_queries_with_ten_links_as_with_one(desk, ticket, raise_ticket, priya):
    def add(count):
        for number in range(count):
            other = raise_ticket(f"Other {number}")
            services.link_tickets(ticket, other=other, word="parent_of", actor=priya)

    add(1)
    desk.get(ticket.get_desk_url())
    with CaptureQueriesContext(connection) as few:
        desk.get(ticket.get_desk_url())
    add(9)
    with CaptureQueriesContext(connection) as many:
        desk.get(ticket.get_desk_url())
    assert len(many) == len(few) <= 40
