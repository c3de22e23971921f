"""Sweeps, metacharacters and any text at all: only what is one's own, stored exactly or refused."""

import json

import hypothesis
import hypothesis.strategies as st
import pytest

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets.filters import FILTER_PARAMETERS
from tickets.models import Ticket
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db
STRANGE = [
    "'",
    '"',
    "' OR 1=1 --",
    "%",
    "_",
    "\\",
    "1;DROP TABLE tickets_ticket",
    "customer__password",
    "..",
    "[]",
    "{}",
    "\u0000",
    "TKT\u0660\u0660\u0660\u0661",
    "TKT0001 ",
    "tkt0001",
    "TKT00001",
    "TKT" + "9" * 40,
    "CUS-001",
    "\u202e\u200d",
    "a:b & !c | (d",
]


def test_a_sweep_finds_only_what_is_ones_own():
    tickets = [TicketFactory() for _ in range(3)]
    technician = TechnicianFactory().user
    mine = tickets[1]
    client = client_of(mine.customer)
    found = [
        path
        for number in range(1, 12)
        for path in (
            f"/api/tickets/TKT{number:04d}",
            f"/api/customers/CUS{number:04d}",
            f"/api/tickets/customer/CUS{number:04d}",
            f"/api/technicians/TEC{number:04d}",
            f"/api/tickets/technician/{technician.public_id}",
        )
        if client.get(path).status_code == 200
    ]
    own = mine.customer.public_id
    expected = {
        f"/api/tickets/{mine.ticket_id}",
        f"/api/customers/{own}",
        f"/api/tickets/customer/{own}",
    }
    assert set(found) == expected


@pytest.mark.parametrize("value", STRANGE, ids=range(len(STRANGE)))
def test_metacharacters_are_values_and_nothing_else(value):
    ticket = TicketFactory()
    client = client_of(AdminFactory())
    for name in sorted(FILTER_PARAMETERS | {"cursor", "limit", "count"}):
        answer = client.get("/api/tickets", {name: value})
        assert answer.status_code in (200, 400), name
        if answer.status_code == 200 and name != "q":
            assert answer.json() == []
    for kind in ("tickets", "customers", "technicians"):
        assert client.get(f"/api/{kind}/{value}").status_code in (404, 405)
    answer = client.put(f"/api/tickets/{ticket.ticket_id}", {"status": value})
    assert answer.status_code == 400


def test_any_text_is_stored_exactly_or_refused_with_the_fields_name():
    customer = CustomerFactory()
    CategoryFactory(name="Network")
    client, url = client_of(customer), f"/api/tickets/customer/{customer.public_id}"
    anything = st.one_of(
        st.text(st.characters(codec=None, exclude_categories=())),
        st.sampled_from(["Network", "network ", "e\u0301", "\u00e9", "\uffff", "\U0001f469\u200d"]),
        st.text("\u0300\u0301a", min_size=100),
    )

    @hypothesis.settings(max_examples=80, deadline=None, database=None, derandomize=True)
    @hypothesis.given(category=anything, description=anything)
    def run(category, description):
        body = {"issue_category": category, "issue_description": description}
        before = Ticket.objects.count()
        answer = client.post(url, json.dumps(body), content_type="application/json")
        if answer.status_code == 201:
            row = client.get(f"/api/tickets/{answer.json()['ticket_id']}").json()
            assert (row["issue_category"], row["issue_description"]) == (category, description)
        else:
            assert answer.status_code == 400
            assert answer.json()["errors"].keys() <= body.keys()
            assert Ticket.objects.count() == before

    run()
