"""A reply by REST that says what its writer has seen; one that doesn't is sent as it comes."""

import pytest

from accounts.tests.api.clients import client_of
from technicians.tests.factories import TechnicianFactory
from tickets.choices import Status
from tickets.models import Comment
from tickets.services import add_note, add_reply
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket():
    return TicketFactory(technician=TechnicianFactory().user, status=Status.IN_PROGRESS)


@pytest.fixture
def reply(ticket):
    def reply(user=None, **fields):
        url = f"/api/tickets/{ticket.ticket_id}/replies"
        return client_of(user or ticket.technician).post(url, {"body": "Restart it."} | fields)

    return reply


def test_a_reply_goes_out_at_once(reply):
    assert reply().status_code == 201
    assert Comment.objects.get().body == "Restart it."


def test_news_that_the_writer_has_not_seen_refuse_it_and_come_along(reply, ticket):
    add_reply(ticket, actor=ticket.customer, body="It works again.")
    seen = ticket.events.get().pk
    assert reply(last_seen_event=seen).status_code == 201
    refused = reply(last_seen_event=seen - 1)
    assert refused.status_code == 412
    assert refused.json()["code"] == "unseen_news"
    assert [(entry["id"], entry["body"]) for entry in refused.json()["news"]] == [
        (seen, "It works again.")
    ]
    assert Comment.objects.count() == 2


def test_anyway_sends_it_and_leaves_an_event_for_staff(reply, ticket):
    add_reply(ticket, actor=ticket.customer, body="It works again.")
    assert reply(last_seen_event=0, anyway=True).status_code == 201
    event = ticket.events.get(type="sent_anyway")
    assert event.changes == {"overridden": [f"{ticket.customer.name}: Reply"]}
    url = f"/api/tickets/{ticket.ticket_id}/timeline"
    staff, customer = (
        [entry["type"] for entry in client_of(user).get(url).json()]
        for user in (ticket.technician, ticket.customer)
    )
    assert staff == ["reply_added", "sent_anyway", "reply_added"]
    assert customer == ["reply_added", "reply_added"]


def test_a_customer_is_never_held_up_and_learns_of_no_note(reply, ticket):
    add_note(ticket, actor=ticket.technician, body="Careful")
    answer = reply(ticket.customer, last_seen_event=0)
    assert answer.status_code == 201
    assert not ticket.events.filter(type="sent_anyway").exists()


@pytest.mark.parametrize("seen", [-1, "x", 2**63, 1.5, [], True])
def test_what_is_no_event_is_refused(reply, seen):
    assert reply(last_seen_event=seen).status_code in (400, 201)
    assert reply(last_seen_event=-1).status_code == 400


@pytest.fixture
def change(ticket):
    def change(**fields):
        url = f"/api/tickets/{ticket.ticket_id}"
        return client_of(ticket.technician).put(url, fields)

    return change


@pytest.mark.parametrize("status", ["Resolved", "Closed", "On Hold"])
def test_a_change_that_says_what_it_knows_waits_for_nobody_unread(change, ticket, status):
    add_reply(ticket, actor=ticket.customer, body="It is back.")
    fields = {"status": status, "resolution_summary": "A new cable.", "last_seen_event": 0}
    refused = change(**fields)
    assert (refused.status_code, refused.json()["code"]) == (412, "unseen_news")
    assert [entry["body"] for entry in refused.json()["news"]] == ["It is back."]
    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolution_summary) == (Status.IN_PROGRESS, "")
    assert change(**fields, anyway=True).status_code == 200
    ticket.refresh_from_db()
    assert ticket.status == status
    told = {"overridden": [f"{ticket.customer.name}: Reply"], "then_status": status}
    assert ticket.events.get(type="sent_anyway").changes == told


def test_a_change_of_words_only_is_guarded_when_it_asks_for_it(change, ticket):
    add_reply(ticket, actor=ticket.customer, body="It is back.")
    fields = {"resolution_summary": "A new cable."}
    assert change(**fields, last_seen_event=0).status_code == 412
    assert change(**fields, last_seen_event=0, anyway=True).status_code == 200
    assert ticket.events.get(type="sent_anyway").changes["changed"] is True
    assert change(**fields).status_code == 200


def test_what_one_knows_is_no_change(change):
    assert change(last_seen_event=0, anyway=True).status_code == 400


def test_a_reply_ends_the_ticket_with_its_summary(reply, ticket):
    assert reply(status="Resolved").status_code == 400
    assert reply(status="Resolved", resolution_summary="A new cable.").status_code == 201
    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolution_summary) == (Status.RESOLVED, "A new cable.")
