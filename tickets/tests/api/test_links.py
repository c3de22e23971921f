"""Links between tickets by REST."""

import pytest

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory
from technicians.tests.factories import TechnicianFactory
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya():
    return TechnicianFactory(categories=[CategoryFactory()]).user


@pytest.fixture
def mine(priya):
    return TicketFactory(technician=priya, status="Assigned", customer__name="Amara")


@pytest.fixture
def other(priya, mine):
    return TicketFactory(technician=priya, status="Assigned", subject="The other")


def test_make_list_and_remove(priya, mine, other):
    client = client_of(priya)
    url = f"/api/tickets/{mine.ticket_id}/links"
    made = client.post(url, {"link": "blocks", "ticket_id": other.ticket_id})
    row = {
        "id": made.json()["id"],
        "link": "blocks",
        "ticket_id": other.ticket_id,
        "subject": "The other",
        "status": "Assigned",
    }
    assert (made.status_code, made.json()) == (201, row)
    assert client.get(url).json() == [row]
    turned = client.get(f"/api/tickets/{other.ticket_id}/links").json()
    assert [(found["link"], found["ticket_id"]) for found in turned] == [
        ("blocked_by", mine.ticket_id)
    ]
    assert client.delete(f"{url}/{row['id']}").json() == {"deleted": True}
    assert client.get(url).json() == []
    assert client.delete(f"{url}/{row['id']}").status_code == 404


def test_what_makes_no_sense_is_said_with_its_field(priya, mine, other):
    client, url = client_of(priya), f"/api/tickets/{mine.ticket_id}/links"
    client.post(url, {"link": "child_of", "ticket_id": other.ticket_id})
    foreign = TicketFactory()
    for body, field in (
        ({"link": "parent_of", "ticket_id": other.ticket_id}, "ticket_id"),
        ({"link": "related", "ticket_id": mine.ticket_id}, "ticket_id"),
        ({"link": "related", "ticket_id": foreign.ticket_id}, "ticket_id"),
        ({"link": "related", "ticket_id": "TKT9999"}, "ticket_id"),
        ({"link": "friend_of", "ticket_id": other.ticket_id}, "link"),
        ({"link": "related"}, "ticket_id"),
    ):
        answer = client.post(url, body)
        assert (answer.status_code, field in str(answer.json())) == (400, True), body
    unknown, hidden = (
        client.post(url, {"link": "related", "ticket_id": number}).json()
        for number in ("TKT9999", foreign.ticket_id)
    )
    assert unknown == hidden


def test_a_link_of_another_ticket_is_not_found(priya, mine, other):
    third = TicketFactory(technician=priya, status="Assigned")
    made = client_of(priya).post(
        f"/api/tickets/{other.ticket_id}/links",
        {"link": "related", "ticket_id": third.ticket_id},
    )
    gone = client_of(AdminFactory()).delete(
        f"/api/tickets/{mine.ticket_id}/links/{made.json()['id']}"
    )
    assert gone.status_code == 404
