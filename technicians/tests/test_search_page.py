"""What the command box offers, through HTTP."""

import pytest

from accounts.models import User
from accounts.search import find_people
from accounts.tests.factories import CustomerFactory, OrganizationFactory
from tickets import services

pytestmark = pytest.mark.django_db


@pytest.fixture
def offered(client):
    def offered(user, text):
        client.force_login(user)
        answer = client.get("/desk/search/", {"q": text})
        assert answer.status_code == 200
        found = answer.json()
        return {
            group["name"]: [item["title"] for item in group["items"]] for group in found["groups"]
        }

    return offered


def test_tickets_by_words_and_number_customers_and_views(offered, raise_ticket, priya, amara):
    ticket = raise_ticket("Kettle hums")
    assert offered(priya, "kett") == {"Tickets": ["Kettle hums"]}
    assert offered(priya, ticket.ticket_id.lower())["Tickets"] == ["Kettle hums"]
    assert offered(priya, "okaf") == {"Customers": ["Amara Okafor"]}
    assert offered(priya, "unass") == {"Views": ["Unassigned"]}
    assert offered(priya, "") == {}


@pytest.mark.parametrize("typed", ["Amara", "amra okafor", "okafr", "amara okafro", "AMARA"])
def test_a_name_is_found_in_spite_of_a_typing_error(typed, amara):
    CustomerFactory(name="Bernd Vogel")
    assert find_people(User.objects.customers(), typed) == [amara]


def test_a_hit_says_where_it_is(client, raise_ticket, priya):
    raise_ticket("Kettle hums", description="Since noon it <b>hums</b> & drips.")
    client.force_login(priya)
    found = client.get("/desk/search/", {"q": "hums drip"}).json()
    item = found["groups"][0]["items"][0]
    assert item["marked"] == [["Kettle ", False], ["hums", True]]
    assert "".join(text for text, _ in item["excerpt"]) == "Since noon it <b>hums</b> & drips."
    assert [text for text, is_hit in item["excerpt"] if is_hit] == ["hums", "drips"]


def test_nothing_of_what_is_out_of_sight(offered, raise_ticket, pavel, priya, admin):
    stranger = CustomerFactory(name="Zelda Quist")
    services.take_ticket(raise_ticket("Kettle hums", customer=stranger), actor=priya)
    assert offered(pavel, "kettle") == {}
    assert offered(pavel, "Zelda") == {}
    assert offered(priya, "Zelda") == {"Customers": ["Zelda Quist"]}
    assert offered(admin, "Zelda") == {"Customers": ["Zelda Quist"]}


def test_organisations_that_the_reader_knows(client, offered, raise_ticket, priya, pavel, admin):
    firm, works = OrganizationFactory(name="Northwind Ltd"), OrganizationFactory(name="Northwind")
    staff = CustomerFactory(organization=firm)
    services.take_ticket(raise_ticket(customer=staff), actor=priya)
    assert offered(priya, "northw") == {"Organisations": ["Northwind Ltd"]}
    assert offered(pavel, "northw") == {}
    assert offered(admin, "northw") == {"Organisations": ["Northwind", "Northwind Ltd"]}
    client.force_login(admin)
    found = client.get("/desk/search/", {"q": "NORTHWIND"}).json()
    assert found["groups"][0]["items"][0]["url"] == f"/desk/organizations/{works.pk}/"


def test_a_visit_of_the_browser_goes_to_the_list(client, priya):
    client.force_login(priya)
    answer = client.get("/desk/search/?q=a b", headers={"accept": "text/html"})
    assert answer["Location"] == "/desk/tickets/?q=a+b"
