import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import AdminFactory, CustomerFactory
from tickets.choices import Status
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db
HOME = reverse("tickets:home")


def queries(client, url):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_everybody_may_open_it_and_sees_the_categories(client):
    network = CategoryFactory(name="Network")
    CategoryFactory(name="VPN", parent=network)
    CategoryFactory(name="Old things", is_active=False)
    page = client.get(HOME).content.decode()
    assert "Network" in page
    assert "VPN" in page
    assert "Old things" not in page
    assert "Your open tickets" not in page


def test_a_customer_sees_the_own_open_tickets_what_waits_first(client):
    customer = CustomerFactory()
    TicketFactory(customer=customer, subject="Needs me", status=Status.WAITING)
    TicketFactory(customer=customer, subject="Newer one")
    TicketFactory(customer=customer, subject="Long done", status=Status.CLOSED)
    TicketFactory(subject="Somebody else's")
    client.force_login(customer)
    page = client.get(HOME).content.decode()
    assert page.index("Needs me") < page.index("Newer one")
    assert "Long done" not in page
    assert "Somebody else" not in page


def test_staff_are_shown_the_way_to_the_desk(client):
    client.force_login(AdminFactory())
    page = client.get(HOME).content.decode()
    assert "Go to the desk" in page
    assert "Your open tickets" not in page


def test_the_first_words_go_into_the_form(client):
    client.force_login(CustomerFactory())
    page = client.get(reverse("tickets:ticket-create"), {"subject": 'No "light"'}).content.decode()
    assert 'value="No &quot;light&quot;"' in page


def test_more_rows_are_no_more_queries(client):
    customer = CustomerFactory()
    client.force_login(customer)
    TicketFactory(customer=customer, category=CategoryFactory(parent=CategoryFactory()))
    few = queries(client, HOME)
    for _ in range(19):
        TicketFactory(customer=customer, category=CategoryFactory(parent=CategoryFactory()))
    assert queries(client, HOME) == few
