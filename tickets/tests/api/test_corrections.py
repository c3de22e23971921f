"""Correcting messages by REST."""

import pytest

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets.models import Comment
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket():
    return TicketFactory(technician=TechnicianFactory().user, status="In Progress")


@pytest.fixture
def url(ticket):
    answer = client_of(ticket.customer).post(
        f"/api/tickets/{ticket.ticket_id}/replies", {"body": "It hums, code 4711"}
    )
    assert answer.status_code == 201
    return f"/api/tickets/{ticket.ticket_id}/messages/{Comment.objects.get().pk}"


def newest(client, ticket):
    entries = client.get(f"/api/tickets/{ticket.ticket_id}/timeline").json()
    return next(entry for entry in entries if entry["message_id"])


def test_edit_then_withdraw(ticket, url):
    client = client_of(ticket.customer)
    tag = client.get(f"/api/tickets/{ticket.ticket_id}")["ETag"]
    edited = client.patch(url, {"body": "It sings"}, headers={"If-Match": tag})
    assert edited.status_code == 200
    assert edited["ETag"] != tag
    assert client.patch(url, {"body": "No"}, headers={"If-Match": tag}).status_code == 412
    entry = newest(client, ticket)
    assert (entry["body"], entry["edited_at"] is None) == ("It sings", False)
    assert client.patch(url, {"body": ""}).status_code == 400
    assert client.delete(url).json() == {"deleted": True}
    assert client.delete(url).json() == {"deleted": False}
    assert newest(client, ticket)["body"] is None
    assert client.patch(url, {"body": "Again"}).status_code == 403


def test_nobody_else(ticket, url):
    assert client_of(CustomerFactory()).patch(url, {"body": "x"}).status_code == 404
    assert client_of(ticket.technician).patch(url, {"body": "x"}).status_code == 403
    assert client_of(ticket.technician).delete(url).status_code == 403
    for wrong in ("0", "x", "9" * 30, "²"):
        wrong_url = f"{url.rpartition('/')[0]}/{wrong}"
        assert client_of(ticket.customer).patch(wrong_url, {"body": "x"}).status_code == 404


def test_redact(ticket, url):
    redactions = f"/api/tickets/{ticket.ticket_id}/redactions"
    admin = client_of(AdminFactory())
    key = {"Idempotency-Key": "once"}
    for _ in range(2):  # the repeated request gets the first answer
        answer = admin.post(redactions, {"text": "code 4711"}, headers=key)
        assert (answer.status_code, answer.json()) == (201, {"places": 1})
    assert admin.post(redactions, {"text": "code 4711"}).status_code == 400
    assert "4711" not in newest(client_of(ticket.customer), ticket)["body"]
    assert client_of(ticket.technician).post(redactions, {"text": "hums"}).status_code == 403
