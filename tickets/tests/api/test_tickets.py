"""The contract's endpoints about tickets, key by key."""

import json
import re
from datetime import datetime

import pytest

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets.choices import EventType, Status
from tickets.models import Ticket
from tickets.services import assign_ticket, delete_ticket
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db
NEW = {"issue_category": "Network", "issue_description": "No light on the router"}
ADMIN_KEYS = {
    "ticket_id",
    "raised_date",
    "customer_name",
    "customer_email",
    "issue_category",
    "issue_description",
    "status",
    "technician_id",
    "resolution_summary",
    "resolved_date",
}
CUSTOMER_KEYS = {
    "ticket_id",
    "raised_date",
    "issue_category",
    "issue_description",
    "status",
    "technician_id",
    "technician_name",
    "resolution_summary",
    "resolved_date",
    "customer_id",
}
TECHNICIAN_KEYS = CUSTOMER_KEYS - {"technician_id"}


def own(customer):
    return f"/api/tickets/customer/{customer.public_id}"


def assigned(technician=None, **fields):
    ticket = TicketFactory(**fields)
    technician = technician or TechnicianFactory().user
    return assign_ticket(ticket, technician=technician, actor=AdminFactory())


def test_raising_a_ticket():
    customer = CustomerFactory()
    answer = client_of(customer).post(own(customer), NEW)
    assert answer.status_code == 201
    assert answer.json() == {"ticket_id": "TKT0001"}
    assert answer["ETag"] == '"1-1"'
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.channel, ticket.customer) == (Status.PENDING, "api", customer)


def test_the_own_list_says_what_was_sent_and_null_for_what_is_not_yet():
    customer = CustomerFactory()
    client = client_of(customer)
    client.post(own(customer), NEW)
    TicketFactory()  # of somebody else
    rows = client.get(own(customer)).json()
    assert len(rows) == 1
    row = rows[0]
    assert row.keys() >= CUSTOMER_KEYS
    assert {key: row[key] for key in NEW} == NEW
    assert row["customer_id"] == customer.public_id
    assert datetime.fromisoformat(row["raised_date"]).tzinfo is not None
    for key in ("technician_id", "technician_name", "resolution_summary", "resolved_date"):
        assert row[key] is None


@pytest.mark.parametrize(
    "text",
    [
        "network",
        " Network ",
        "Network / VPN",
        "My own word <b>",
        "e\u0301\u200d\U0001f469\u200d\U0001f4bb\uffff\u202e",
        "a\r\nb\t",
    ],
)
def test_text_comes_back_to_the_byte(text):
    network = CategoryFactory(name="Network")
    CategoryFactory(name="VPN", parent=network)
    customer = CustomerFactory()
    client = client_of(customer)
    client.post(own(customer), {"issue_category": text, "issue_description": text})
    row = client.get(own(customer)).json()[0]
    assert (row["issue_category"], row["issue_description"]) == (text, text)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("issue_category", ""),
        ("issue_category", "  "),
        ("issue_category", None),
        ("issue_category", 7),
        ("issue_category", "x" * 201),
        ("issue_category", "nul\x00"),
        ("issue_description", ""),
        ("issue_description", "\n"),
        ("issue_description", "x" * 50_001),
        ("issue_description", ["a"]),
        ("issue_description", {"a": 1}),
        ("issue_description", "\ud800"),
        ("subject", "x" * 201),
        ("subject", 1),
        ("priority", "low"),
        ("priority", 1),
        ("priority", []),
        ("priority", None),
    ],
)
def test_a_field_that_makes_no_sense_is_named_and_nothing_is_stored(key, value):
    customer = CustomerFactory()
    body = json.dumps(NEW | {key: value})
    answer = client_of(customer).post(own(customer), body, content_type="application/json")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [key]
    assert not Ticket.objects.exists()


def test_keys_that_are_not_the_customers_are_ignored():
    customer, other = CustomerFactory(), CustomerFactory()
    extra = {
        "id": 99,
        "ticket_id": "TKT0099",
        "number": 99,
        "customer_id": other.public_id,
        "status": "Closed",
        "technician_id": "TEC0001",
        "raised_date": "2001-01-01T00:00:00Z",
        "resolved_date": "2001-01-01T00:00:00Z",
    }
    answer = client_of(customer).post(own(customer), NEW | extra)
    assert answer.json() == {"ticket_id": "TKT0001"}
    ticket = Ticket.objects.get()
    assert (ticket.customer, ticket.status, ticket.technician) == (customer, "Pending", None)
    assert ticket.raised_at.year > 2001


def test_another_customers_number_and_nobodys_look_the_same():
    customer, other = CustomerFactory(), CustomerFactory()
    client = client_of(customer)
    for method, body in ((client.get, None), (client.post, NEW)):
        foreign = method(own(other), body)
        nobody = method("/api/tickets/customer/CUS9876", body)
        assert foreign.status_code == nobody.status_code == 404
        assert foreign.content == nobody.content
        assert foreign.headers.keys() == nobody.headers.keys()
    assert not Ticket.objects.exists()
    client.post(own(customer), NEW)
    assert Ticket.objects.get().number == 1


def test_the_admins_list():
    ticket = assigned()
    TicketFactory()
    rows = client_of(AdminFactory()).get("/api/tickets").json()
    assert len(rows) == 2
    assert rows[0].keys() >= ADMIN_KEYS
    mine = next(row for row in rows if row["ticket_id"] == ticket.ticket_id)
    assert mine["technician_id"] == ticket.technician.public_id
    assert mine["customer_email"] == ticket.customer.email


def test_the_technicians_list_holds_what_is_assigned():
    technician = TechnicianFactory().user
    ticket = assigned(technician)
    TicketFactory()
    rows = client_of(technician).get(f"/api/tickets/technician/{technician.public_id}").json()
    assert [row["ticket_id"] for row in rows] == [ticket.ticket_id]
    assert rows[0].keys() >= TECHNICIAN_KEYS


def test_what_a_technician_may_take():
    category = CategoryFactory()
    technician = TechnicianFactory(categories=[category]).user
    ticket = TicketFactory(category=category)
    TicketFactory()
    client = client_of(technician)
    rows = client.get("/api/tickets/available").json()
    assert [row["ticket_id"] for row in rows] == [ticket.ticket_id]
    assert client.get(f"/api/tickets/{ticket.ticket_id}").status_code == 200
    assert client.put(f"/api/tickets/{ticket.ticket_id}", {"status": "On Hold"}).status_code == 404
    answer = client.post(f"/api/tickets/{ticket.ticket_id}/take")
    assert answer.json() == {"ticket_id": ticket.ticket_id, "status": "Assigned"}
    assert client.put(f"/api/tickets/{ticket.ticket_id}", {"status": "On Hold"}).status_code == 200


# PUT -----------------------------------------------------------------------------------------


def test_an_admin_assigns_and_takes_back():
    ticket, technician = TicketFactory(), TechnicianFactory().user
    client, url = client_of(AdminFactory()), f"/api/tickets/{ticket.ticket_id}"
    answer = client.put(url, {"technician_id": technician.public_id})
    assert answer.json() == {"updated": True}
    ticket.refresh_from_db()
    assert (ticket.technician, ticket.status) == (technician, Status.ASSIGNED)
    assert answer["ETag"] == ticket.etag
    client.put(url, {"technician_id": None})
    ticket.refresh_from_db()
    assert (ticket.technician, ticket.status) == (None, Status.PENDING)


def test_a_technician_closes_with_a_summary_and_it_happens_once():
    ticket = assigned()
    client = client_of(ticket.technician)
    body = {"status": "Closed", "resolution_summary": "Changed the fuse"}
    for _ in range(2):
        answer = client.put(f"/api/tickets/{ticket.ticket_id}/", body)
        assert answer.json() == {"updated": True}
    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolution_summary) == (Status.CLOSED, "Changed the fuse")
    assert ticket.resolved_at is not None
    assert ticket.events.filter(type=EventType.CLOSED).count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"unknown": 1},
        {"status": "closed"},
        {"status": "CLOSED "},
        {"status": ""},
        {"status": None},
        {"status": "Pending?"},
        {"status": "Closed"},
        {"status": "Closed", "resolution_summary": " "},
        {"status": 7},
        {"technician_id": "TEC9999"},
        {"technician_id": "CUS0001"},
        {"technician_id": ""},
        {"technician_id": 1},
        {"technician_id": "nul\x00"},
        {"priority": "Highest"},
        {"issue_category": " "},
    ],
)
def test_a_change_that_makes_no_sense_changes_nothing(body):
    ticket = assigned()
    before = Ticket.objects.values().get(pk=ticket.pk)
    answer = client_of(AdminFactory()).put(f"/api/tickets/{ticket.ticket_id}", body)
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert Ticket.objects.values().get(pk=ticket.pk) == before


def test_a_disabled_technician_gets_no_ticket():
    ticket, technician = TicketFactory(), TechnicianFactory().user
    technician.is_active = False
    technician.save()
    body = {"technician_id": technician.public_id}
    answer = client_of(AdminFactory()).put(f"/api/tickets/{ticket.ticket_id}", body)
    assert answer.status_code == 400


@pytest.mark.parametrize("key", ["technician_id", "priority", "issue_category"])
def test_a_technician_changes_no_more_than_status_and_summary(key):
    ticket = assigned()
    body = {key: "High", "status": "On Hold"}
    answer = client_of(ticket.technician).put(f"/api/tickets/{ticket.ticket_id}", body)
    assert answer.status_code == 403
    assert answer.json()["message"] == f"Only admins change {key}."
    ticket.refresh_from_db()
    assert ticket.status == Status.ASSIGNED


def test_a_foreign_ticket_and_none_look_the_same():
    ticket, deleted, stranger = assigned(), assigned(), TechnicianFactory().user
    delete_ticket(deleted, actor=AdminFactory())
    for user in (stranger, CustomerFactory()):
        client = client_of(user)
        for path, body in (("", None), ("/timeline", None), ("/replies", {"body": "x"})):
            method = client.get if body is None else client.post
            answers = [
                method(f"/api/tickets/{number}{path}", body)
                for number in (ticket.ticket_id, deleted.ticket_id, "TKT9999", "nonsense")
            ]
            assert {answer.status_code for answer in answers} == {404}
            assert len({answer.content for answer in answers}) == 1
            assert len({frozenset(answer.headers) for answer in answers}) == 1
    client = client_of(stranger)
    answers = [
        client.put(f"/api/tickets/{number}", {"status": "On Hold"})
        for number in (ticket.ticket_id, "TKT9999")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def test_who_lost_the_ticket_is_a_stranger_at_the_next_request():
    ticket = assigned()
    client, url = client_of(ticket.technician), f"/api/tickets/{ticket.ticket_id}"
    assert client.get(url).status_code == 200
    assign_ticket(ticket, technician=TechnicianFactory().user, actor=AdminFactory())
    assert client.get(url).status_code == 404
    assert client.put(url, {"status": "On Hold"}).status_code == 404
    assert client.post(f"{url}/notes", {"body": "x"}).status_code == 404


# Versions ------------------------------------------------------------------------------------


def test_an_old_version_is_refused_and_nothing_changes():
    ticket = assigned()
    client, url = client_of(AdminFactory()), f"/api/tickets/{ticket.ticket_id}"
    old = client.get(url)["ETag"]
    new = client.put(url, {"priority": "High"}, HTTP_IF_MATCH=old)["ETag"]
    assert new != old
    before = Ticket.objects.values().get(pk=ticket.pk)
    for answer in (
        client.put(url, {"priority": "Low"}, HTTP_IF_MATCH=old),
        client.put(url, {"priority": "Low"}, HTTP_IF_MATCH='"nonsense"'),
        client.delete(url, HTTP_IF_MATCH=old),
    ):
        assert answer.status_code == 412
        assert answer.json()["code"] == "precondition_failed"
    assert Ticket.objects.values().get(pk=ticket.pk) == before
    assert client.put(url, {"priority": "Low"}, HTTP_IF_MATCH=f"{old}, {new}").status_code == 200
    assert client.delete(url, HTTP_IF_MATCH="*").json() == {"deleted": True}


def test_the_row_of_a_list_carries_the_entity_tag():
    ticket = assigned()
    client = client_of(AdminFactory())
    row = client.get("/api/tickets").json()[0]
    assert row["etag"] == client.get(f"/api/tickets/{ticket.ticket_id}")["ETag"]


# DELETE --------------------------------------------------------------------------------------


def test_deleting_twice_and_deleting_nothing():
    ticket, client = TicketFactory(), client_of(AdminFactory())
    url = f"/api/tickets/{ticket.ticket_id}"
    assert client.delete(url).json() == {"deleted": True}
    assert client.delete(url).json() == {"deleted": False}
    assert client.delete("/api/tickets/TKT9999").json() == {"deleted": False}
    assert client.get(url).status_code == 404
    assert client.get("/api/tickets").json() == []


# Timeline ------------------------------------------------------------------------------------


def test_a_customer_never_sees_a_note_nor_more_of_staff_than_the_name():
    ticket = assigned()
    staff, url = client_of(ticket.technician), f"/api/tickets/{ticket.ticket_id}"
    assert staff.post(f"{url}/notes", {"body": "canary-note"}).status_code == 201
    assert staff.post(f"{url}/replies", {"body": "Hello"}).status_code == 201
    staff.put(url, {"resolution_summary": "canary-draft"})
    client = client_of(ticket.customer)
    for path in (url, f"{url}/timeline"):
        content = client.get(path).content.decode()
        assert "Hello" in content
        assert ticket.technician.name in content
        assert "canary-note" not in content
        assert ticket.technician.email not in content
        assert ticket.technician.user_id not in content
    assert "canary-draft" not in client.get(f"{url}/timeline").content.decode()
    assert client.post(f"{url}/notes", {"body": "x"}).status_code == 403
    assert "canary-note" in staff.get(url).content.decode()


def test_customer_and_technician_talk_and_the_customer_has_the_last_word():
    ticket = assigned()
    staff, client = client_of(ticket.technician), client_of(ticket.customer)
    url = f"/api/tickets/{ticket.ticket_id}"
    waiting = {"body": "Which room?", "status": "Waiting on Customer"}
    assert staff.post(f"{url}/replies", waiting).json()["status"] == "Waiting on Customer"
    answer = client.post(f"{url}/replies", {"body": "Room 2", "status": "Closed"})
    assert answer.status_code == 403
    assert client.post(f"{url}/replies", {"body": "Room 2"}).json()["status"] == "In Progress"
    assert client.post(f"{url}/accept").status_code == 403
    staff.put(url, {"status": "Resolved", "resolution_summary": "New lamp"})
    assert client.post(f"{url}/reopen", {"reason": "Dark again"}).json()["status"] == "In Progress"
    staff.put(url, {"status": "Resolved", "resolution_summary": "New cable"})
    assert client.post(f"{url}/accept").json()["status"] == "Closed"
    types = [entry["type"] for entry in client.get(url).json()["timeline"]]
    assert types[-1] == "closed"
    assert types.count("reply_added") == 2


def test_the_routes_are_written_with_and_without_a_slash():
    customer = CustomerFactory()
    client = client_of(customer)
    assert client.post(own(customer) + "/", NEW).status_code == 201
    assert client.get(own(customer) + "/").content == client.get(own(customer)).content
    assert re.fullmatch(r"TKT\d{4}", client.get(own(customer)).json()[0]["ticket_id"])
