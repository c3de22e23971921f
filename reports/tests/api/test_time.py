"""Time spent by REST: the figures of the page, by the same rules."""

import pytest
import time_machine

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory, OrganizationFactory
from reports.tests.test_time import NOW, spent
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.choices import Status
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db
URL, ENTRIES = "/api/reports/time", "/api/reports/time/entries"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        services.change_desk_settings(actor=AdminFactory(), track_time=True)
        yield


def test_the_report_has_the_sums_of_each_group():
    maya, ravi = TechnicianFactory().user, TechnicianFactory().user
    ticket = spent(30, user=maya).ticket
    spent(45, user=maya, ticket=ticket)
    spent(20, user=ravi)
    spent(60, user=ravi, ago=40)
    found = client_of(AdminFactory()).get(URL).json()
    sums = {name: found[name] for name in ("by", "minutes", "entries", "tickets", "technicians")}
    assert sums == {
        "by": "technician", "minutes": 95, "entries": 3, "tickets": 2, "technicians": 2,
    }  # fmt: skip
    assert found["until"] == "2026-06-12T10:00:00+00:00"
    assert found["groups"] == [
        {"group": maya.public_id, "name": maya.name, "minutes": 75, "entries": 2, "tickets": 1},
        {"group": ravi.public_id, "name": ravi.name, "minutes": 20, "entries": 1, "tickets": 1},
    ]
    (first, _) = client_of(AdminFactory()).get(URL, {"by": "ticket"}).json()["groups"]
    assert (first["group"], first["name"]) == (ticket.ticket_id, ticket.subject)


def test_entries_come_in_pages_of_a_group():
    ticket = TicketFactory(customer__organization=OrganizationFactory(name="Choir"))
    made = [spent(n + 1, ticket=ticket, note="Rang", ago=n + 1) for n in range(3)]
    spent(60)
    client = client_of(AdminFactory())
    asked = {"by": "ticket", "group": ticket.ticket_id, "limit": 2}
    answer = client.get(ENTRIES, asked)
    first, second = answer.json()
    assert first == {
        "id": made[0].pk,
        "ticket_id": ticket.ticket_id,
        "subject": ticket.subject,
        "category": ticket.category.name,
        "customer_id": ticket.customer.public_id,
        "customer": ticket.customer.name,
        "organization": "Choir",
        "technician_id": made[0].user.public_id,
        "technician": made[0].user.name,
        "minutes": 1,
        "note": "Rang",
        "date": "2026-06-11T10:00:00+00:00",
    }
    assert second["id"] == made[1].pk
    following = answer["Link"].split(">")[0][1:]
    assert [row["id"] for row in client.get(following).json()] == [made[2].pk]


def test_technicians_see_their_tickets_and_customers_nothing():
    maya = TechnicianFactory().user
    mine = spent(5, ticket=TicketFactory(technician=maya, status=Status.ASSIGNED))
    spent(5, user=maya)
    assert [row["id"] for row in client_of(maya).get(ENTRIES).json()] == [mine.pk]
    assert client_of(maya).get(URL).json()["entries"] == 1
    for url in (URL, ENTRIES):
        assert client_of(CustomerFactory()).get(url).status_code == 403
        assert client_of(None).get(url).status_code == 401


def test_a_desk_that_does_not_write_time_down_says_so():
    services.change_desk_settings(actor=AdminFactory(), track_time=False)
    for url in (URL, ENTRIES):
        answer = client_of(AdminFactory()).get(url)
        assert answer.status_code == 403
        assert answer.json()["message"] == "This desk does not write down time spent."


@pytest.mark.parametrize(
    "query",
    [
        "days=8",
        "by=week",
        "since=2026-06-01",
        "since=x&until=2026-06-01",
        "since=2020-01-01&until=2026-06-01",
        "nothing=1",
        "by=ticket&by=ticket",
    ],
)
def test_bad_parameters_are_refused(query):
    client = client_of(AdminFactory())
    assert client.get(f"{URL}?{query}").status_code == 400
    assert client.get(f"{ENTRIES}?{query}").status_code == 400


@pytest.mark.parametrize("query", ["by=ticket&group=9", "group=none", "cursor=x"])
def test_a_group_or_page_that_cannot_be_is_refused(query):
    assert client_of(AdminFactory()).get(f"{ENTRIES}?{query}").status_code == 400
