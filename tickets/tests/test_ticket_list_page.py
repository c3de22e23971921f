import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import AdminFactory, CustomerFactory, TechnicianUserFactory
from tickets.choices import Status
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db
LIST = reverse("tickets:ticket-list")


@pytest.fixture
def customer(client):
    customer = CustomerFactory()
    client.force_login(customer)
    return customer


def page(client, **query):
    response = client.get(LIST, query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_customer_sees_only_the_own_tickets(client, customer):
    TicketFactory(customer=customer, subject="Mine")
    TicketFactory(subject="Foreign")
    for show in ("open", "all"):
        assert "Mine" in page(client, show=show)
        assert "Foreign" not in page(client, show=show)


def test_open_and_done_are_apart_and_counted(client, customer):
    TicketFactory(customer=customer, subject="Still open")
    TicketFactory(customer=customer, subject="Answer me", status=Status.WAITING)
    TicketFactory(customer=customer, subject="Solved once", status=Status.RESOLVED)
    first = page(client)
    assert "Still open" in first
    assert "Answer me" in first
    assert "Solved once" not in first
    assert 'Open <span class="n">2</span>' in first
    assert 'Done <span class="n">1</span>' in first
    assert "Still open" not in page(client, show="waiting")
    assert "Solved once" in page(client, show="done")


def test_words_are_looked_for_in_all_lists(client, customer):
    done = TicketFactory(customer=customer, subject="Printer jams", status=Status.CLOSED)
    TicketFactory(customer=customer, subject="No light")
    TicketFactory(subject="Printer of another")
    for words in ("printer", done.ticket_id, str(done.number)):
        found = page(client, q=words).replace("<mark>", "").replace("</mark>", "")
        assert "Printer jams" in found
        assert "No light" not in found
        assert "Printer of another" not in found


def test_what_was_looked_for_is_never_markup(client, customer):
    assert "<script>alert" not in page(client, q="<script>alert(1)</script>")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({}, "No tickets yet"),
        ({"q": "nothing like it"}, "No tickets match"),
    ],
)
def test_an_empty_list_says_what_is_normal(client, customer, query, sentence):
    assert sentence in page(client, **query)


@pytest.mark.parametrize(
    ("show", "sentence"),
    [("open", "Nothing is open"), ("waiting", "Nothing waits for you")],
)
def test_an_empty_part_says_so(client, customer, show, sentence):
    TicketFactory(customer=customer, status=Status.CLOSED)
    assert sentence in page(client, show=show)


def test_pages_lead_on_and_back_and_keep_the_list(client, customer):
    for number in range(25):
        TicketFactory(customer=customer, subject=f"Subject {number:02}", status=Status.CLOSED)
    response = client.get(LIST, {"show": "done"})
    first = response.context["page"]
    assert len(first.rows) == 20
    assert 'rel="prev"' not in response.content.decode()
    second = client.get(LIST, {"show": "done", "cursor": first.next})
    assert len(second.context["page"].rows) == 5
    assert "show=done" in second.content.decode().split('rel="prev"')[0].rsplit("href", 1)[1]
    back = client.get(LIST, {"show": "done", "cursor": second.context["page"].previous})
    assert [row.pk for row in back.context["page"].rows] == [row.pk for row in first.rows]


@pytest.mark.parametrize(
    "query", [{"show": "everything"}, {"cursor": "x"}, {"cursor": "W10"}, {"q": "x" * 201}]
)
def test_a_damaged_address_is_a_bad_request(client, customer, query):
    assert client.get(LIST, query).status_code == 400


def test_the_next_step_names_the_technician_and_no_private_word(client, customer):
    technician = TechnicianUserFactory(name="Priya Nair", phone="+49 555 0100")
    TicketFactory(customer=customer, technician=technician, status=Status.IN_PROGRESS)
    shown = page(client)
    assert "Priya Nair is working on it" in shown
    assert technician.email not in shown
    assert technician.phone not in shown


def test_it_stays_out_of_caches(client, customer):
    assert "no-store" in client.get(LIST)["Cache-Control"]


def test_others_have_no_business_here(client):
    assert client.get(LIST).status_code == 302
    client.force_login(AdminFactory())
    assert client.get(LIST).status_code == 404


def test_more_rows_are_no_more_queries(client, customer):
    def count():
        with CaptureQueriesContext(connection) as captured:
            page(client)
        return len(captured)

    def ticket():
        TicketFactory(
            customer=customer,
            technician=TechnicianUserFactory(),
            status=Status.ASSIGNED,
            category=CategoryFactory(parent=CategoryFactory()),
        )

    ticket()
    few = count()
    for _ in range(19):
        ticket()
    assert count() == few
