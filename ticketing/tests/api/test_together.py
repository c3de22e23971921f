"""Many at once, through the public door: numbers, registrations, idempotency keys, takes."""

import threading
from collections import Counter as Tally
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction

from accounts.models import User
from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets.choices import EventType
from tickets.models import Ticket, TicketEvent
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NEW = {"issue_category": "Network", "issue_description": "No light"}
WRITERS = 64
# As many connections as a server would hold; the other writers wait for a thread.
AT_ONCE = 16


def together(call, times):
    """Call `call(0)`, `call(1)`, ... in threads, as many at once as there are connections."""
    start = threading.Barrier(min(times, AT_ONCE))
    started = threading.local()

    def run(index):
        if not getattr(started, "waited", False):
            started.waited = True
            start.wait(timeout=20)
        try:
            return call(index)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(min(times, AT_ONCE)) as pool:
        return list(pool.map(run, range(times)))


@pytest.fixture
def customers():
    with transaction.atomic():
        return [CustomerFactory() for _ in range(8)]


def test_numbers_have_no_gap_and_no_double(customers):
    clients = [client_of(customer) for customer in customers]

    def create(index):
        customer = customers[index % 8]
        url = f"/api/tickets/customer/{customer.public_id}"
        return clients[index % 8].post(url, NEW)

    answers = together(create, WRITERS)
    assert Tally(answer.status_code for answer in answers) == {201: WRITERS}
    numbers = sorted(int(answer.json()["ticket_id"][3:]) for answer in answers)
    assert numbers == list(range(1, WRITERS + 1))
    assert Ticket.objects.count() == WRITERS


def test_one_address_becomes_one_account():
    body = {"name": "Ada", "password": "a long enough secret"}

    def register(index):
        letters = "ada@example.com"
        email = "".join(c.upper() if index >> n & 1 else c for n, c in enumerate(letters))
        return client_of().post("/api/auth/register", body | {"email": email})

    answers = together(register, WRITERS)
    assert Tally(answer.status_code for answer in answers) == {201: 1, 400: WRITERS - 1}
    assert [user.public_id for user in User.objects.all()] == ["CUS0001"]


def test_one_key_is_one_ticket(customers):
    customer = customers[0]
    client, url = client_of(customer), f"/api/tickets/customer/{customer.public_id}"

    def send(index):
        return client.post(url, NEW, HTTP_IDEMPOTENCY_KEY="one")

    answers = together(send, 32)
    tally = Tally(answer.status_code for answer in answers)
    assert set(tally) <= {201, 409}
    assert tally[201] >= 1
    if connection.vendor == "sqlite":
        assert tally[201] == 32  # one after the other
    assert {a.content for a in answers if a.status_code == 201} == {b'{"ticket_id":"TKT0001"}'}
    assert Ticket.objects.count() == 1
    assert send(0).status_code == 201


def test_of_many_who_take_a_ticket_one_gets_it():
    with transaction.atomic():
        category = CategoryFactory()
        ticket = TicketFactory(category=category)
        people = [TechnicianFactory(categories=[category]).user for _ in range(8)]
    clients = [client_of(person) for person in people]
    url = f"/api/tickets/{ticket.ticket_id}/take"
    answers = together(lambda index: clients[index].post(url), 8)
    assert Tally(answer.status_code for answer in answers) == {200: 1, 404: 7}
    assert TicketEvent.objects.filter(type=EventType.ASSIGNED).count() == 1


def test_of_many_edits_of_one_version_one_is_made():
    with transaction.atomic():
        ticket = TicketFactory()
        technician = TechnicianFactory().user
    client = client_of(AdminFactory())
    url = f"/api/tickets/{ticket.ticket_id}"
    words = ["Low", "High", "Urgent"]

    def change(index):
        body = {"priority": words[index % 3], "technician_id": technician.public_id}
        return client.put(url, body, HTTP_IF_MATCH=ticket.etag)

    answers = together(change, 12)
    assert Tally(answer.status_code for answer in answers) == {200: 1, 412: 11}
