"""Paging, counting and narrowing lists of tickets."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets.choices import Priority, Status
from tickets.services import assign_ticket
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def desk():
    """Seven tickets, a day apart, the newest last; an admin's client."""
    category = CategoryFactory(name="Network")
    for day in range(7):
        TicketFactory(raised_at=START + timedelta(days=day), category=category)
    return client_of(AdminFactory())


def numbers(answer):
    assert answer.status_code == 200, answer.content
    return [int(row["ticket_id"][3:]) for row in answer.json()]


def linked(answer, relation):
    match = re.search(rf'<([^>]*)>; rel="{relation}"', answer.get("Link", ""))
    return match[1] if match else None


def test_pages_lead_on_and_back(desk):
    answer, found = desk.get("/api/tickets?limit=3"), []
    while True:
        found.append(numbers(answer))
        if not linked(answer, "next"):
            break
        answer = desk.get(linked(answer, "next"))
    assert found == [[7, 6, 5], [4, 3, 2], [1]]
    assert numbers(desk.get(linked(answer, "prev"))) == [4, 3, 2]


def test_links_keep_the_filters(desk):
    answer = desk.get("/api/tickets?limit=2&raised_before=2026-01-05")
    assert numbers(answer) == [4, 3]
    assert numbers(desk.get(linked(answer, "next"))) == [2, 1]


def test_the_count_is_there_when_asked_for(desk):
    assert "X-Total-Count" not in desk.get("/api/tickets?limit=2")
    assert desk.get("/api/tickets?limit=2&count=true")["X-Total-Count"] == "7"


def test_at_most_100_rows_unless_more_are_asked_for(desk):
    for _ in range(100):
        TicketFactory()
    assert len(numbers(desk.get("/api/tickets"))) == 100
    assert len(numbers(desk.get("/api/tickets?limit=500"))) == 107


@pytest.mark.parametrize(
    "query",
    [
        "page=1",
        "unknown=",
        "ordering=customer__password",
        "customer__password=x",
        "status__in=Pending",
        "limit=0",
        "limit=501",
        "limit=-1",
        "limit=1e2",
        "limit=٣",
        "limit=",
        "limit=1&limit=2",
        "limit=99999999999999999999",
        "count=1",
        "cursor=",
        "cursor=nonsense",
        "cursor=" + "A" * 5000,
        "cursor=WzAsWyItcmFpc2VkX2F0IiwiLW51bWJlciJdLFsieCIsInkiXV0",
        "status=",
        "status=pending",
        "status=Pending,Closed",
        "status=Pending&status=Closed",
        "status=%00",
        "priority=2",
        "priority=low",
        "technician_id=1",
        "technician_id=TEC9999",
        "customer_id=CUS9999",
        "customer_id=TEC0001",
        "raised_after=yesterday",
        "raised_after=2026-13-01",
        "raised_after=0001-01-01T00:00:00%2B23:59",
        "raised_before=9999-12-31T23:59:59-23:59",
        "raised_before=2026-01-01T00:00:00%00",
        "issue_category=" + "x" * 300,
        "q=" + "x" * 300,
        "q=%00",
        "_connector=OR",
    ],
)
def test_what_the_list_does_not_know_is_refused(desk, query):
    answer = desk.get(f"/api/tickets?{query}")
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"].keys() == {query.split("=")[0]}


def test_filters(desk):
    technician, customer = TechnicianFactory().user, CustomerFactory()
    vpn = CategoryFactory(name="VPN", parent=TicketFactory(raised_at=START).category)
    urgent = TicketFactory(
        priority=Priority.URGENT, customer=customer, category=vpn, subject="Purple tunnel"
    )
    free = TicketFactory(category=None, category_text="Odd things")
    given = assign_ticket(free, technician=technician, actor=AdminFactory())

    def found(**query):
        return set(numbers(desk.get("/api/tickets", query)))

    assert found(priority="Urgent") == {urgent.number}
    assert found(customer_id=customer.public_id) == {urgent.number}
    assert found(technician_id=technician.public_id) == {given.number}
    assert found(status=Status.ASSIGNED) == {given.number}
    assert found(issue_category="Network") == {1, 2, 3, 4, 5, 6, 7}
    assert found(issue_category=vpn.parent.name) == {8, urgent.number}
    assert found(issue_category=f"{vpn.parent.name} / VPN") == {urgent.number}
    assert found(issue_category="Odd things") == {given.number}
    assert found(issue_category="Nothing") == set()
    assert found(q="purple") == {urgent.number}
    assert found(q="") >= {1, urgent.number}
    assert found(raised_after="2026-01-06", raised_before="2026-01-07") == {6}
    assert found(raised_after="2026-01-07T00:00:00+00:00", raised_before="2026-02-01") == {7}
    assert found(raised_after="2026-01-06T23:00:00-01:00", raised_before="2026-02-01") == {7}


def test_a_text_raised_before_its_category_existed_is_found_with_it(desk):
    old = TicketFactory(category=None, category_text="Scanners")
    new = TicketFactory(category=CategoryFactory(name="Scanners"))
    assert set(numbers(desk.get("/api/tickets?issue_category=Scanners"))) == {
        old.number,
        new.number,
    }


def test_a_customers_filters_stay_within_the_own_list():
    customer, other, technician = CustomerFactory(), CustomerFactory(), TechnicianFactory().user
    mine, foreign = TicketFactory(customer=customer), TicketFactory(customer=other)
    assign_ticket(foreign, technician=technician, actor=AdminFactory())
    client, url = client_of(customer), f"/api/tickets/customer/{customer.public_id}"
    for query in (
        {"customer_id": other.public_id},
        {"customer_id": "CUS9999"},
        {"technician_id": technician.public_id},
        {"technician_id": "TEC9999"},
        {"q": foreign.ticket_id},
        {"q": other.email},
    ):
        assert numbers(client.get(url, query)) == []
    assert numbers(client.get(url, {"customer_id": customer.public_id})) == [mine.number]


@pytest.mark.parametrize("tickets", [1, 20])
def test_queries_do_not_grow_with_the_list(django_assert_num_queries, tickets):
    customer, technician = CustomerFactory(), TechnicianFactory().user
    category = CategoryFactory(parent=CategoryFactory())
    for _ in range(tickets):
        TicketFactory(
            customer=customer, technician=technician, status="Assigned", category=category
        )
    for user, url in (
        (customer, f"/api/tickets/customer/{customer.public_id}"),
        (technician, f"/api/tickets/technician/{technician.public_id}"),
        (AdminFactory(), "/api/tickets"),
        (AdminFactory(), "/api/customers"),
        (AdminFactory(), "/api/technicians"),
    ):
        client = client_of(user)
        with django_assert_num_queries(2):
            assert client.get(url).status_code == 200


def test_categories():
    parent = CategoryFactory(name="Cabling", description="Cables and air", position=1)
    CategoryFactory(name="VPN", parent=parent)
    CategoryFactory(name="Gone", parent=parent, is_active=False)
    CategoryFactory(name="Old", is_active=False)
    rows = client_of(CustomerFactory()).get("/api/categories").json()
    assert next(row for row in rows if row["name"] == "Cabling") == {
        "name": "Cabling",
        "description": "Cables and air",
        "subcategories": [{"name": "VPN", "description": ""}],
    }
    assert "Old" not in {row["name"] for row in rows}
