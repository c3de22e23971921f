"""Who was refused something stands in the audit log, in a bounded number of rows."""

import pytest

from accounts.choices import AccountEventType
from accounts.models import AccountEvent
from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db


def refusals():
    return AccountEvent.objects.filter(type=AccountEventType.REFUSED).order_by("pk")


def test_a_page_and_an_endpoint_that_refuse_leave_one_event_each(client):
    ticket, stranger = TicketFactory(), CustomerFactory()
    client.force_login(stranger)
    assert client.get(ticket.get_absolute_url() + "?q=secret").status_code == 404
    assert client_of(stranger).get(f"/api/tickets/{ticket.ticket_id}").status_code == 404
    assert client_of(stranger).get("/api/tickets").status_code == 403
    assert [(e.user, e.actor, e.changes["about"], e.changes["status"]) for e in refusals()] == [
        (stranger, stranger, ticket.ticket_id, 404),
        (stranger, stranger, ticket.ticket_id, 404),
        (stranger, stranger, "", 403),
    ]
    first = refusals().first()
    assert first.changes["route"] == "/tickets/<str:ticket_id>/"
    assert first.request_id
    assert first.address == "127.0.0.1"
    assert "secret" not in str(first.changes)


def test_a_sweep_leaves_some_rows_only():
    client = client_of(CustomerFactory())
    for number in range(30):
        assert client.get(f"/api/tickets/TKT{number:04d}").status_code == 404
    assert refusals().count() == 20


def test_a_number_with_characters_that_databases_refuse_is_recorded_without_them():
    assert client_of(CustomerFactory()).get("/api/tickets/TKT%00%0A1").status_code == 404
    assert [event.changes["about"] for event in refusals()] == ["TKT \n1"]


def test_what_is_allowed_or_nowhere_leaves_none(client):
    ticket = TicketFactory()
    client.get(ticket.get_absolute_url())
    client.force_login(AdminFactory())
    assert client.get(ticket.get_desk_url()).status_code == 200
    assert client.get("/nowhere/").status_code == 404
    assert not refusals().exists()
