"""Who follows a ticket, by REST."""

import pytest

from accounts.api.tokens import open_device
from accounts.tests.factories import CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets.choices import ParticipantRole, Status
from tickets.tests.factories import ParticipantFactory, TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket():
    return TicketFactory(technician=TechnicianFactory().user, status=Status.ASSIGNED)


def ask(client, user, method, path, body=None):
    token = open_device(user, address=None, user_agent="")["token"]
    headers = {"authorization": f"Bearer {token}"}
    return getattr(client, method)(
        f"/api/tickets/{path}", body, content_type="application/json", headers=headers
    )


def test_add_list_and_remove(client, ticket):
    path, owner = f"{ticket.ticket_id}/participants", ticket.customer
    for _ in range(2):
        body = {"email": "ben@example.org", "name": "Ben"}
        added = ask(client, owner, "post", path, body)
        assert added.status_code == 201
    row = {
        "id": ticket.participants.get().pk,
        "name": "Ben",
        "role": "cc",
        "is_you": False,
        "email": "ben@example.org",
    }
    assert added.json() == row
    listed = ask(client, owner, "get", path).json()["participants"]
    assert listed[1:] == [row]
    assert (listed[0]["role"], listed[0]["is_you"]) == ("requester", True)
    for removed in (True, False):
        answer = ask(client, owner, "delete", f"{path}/{row['id']}")
        assert answer.json() == {"removed": removed}


def test_a_customer_reads_no_watcher_and_no_address_of_others(client, ticket):
    ben, cleo = (ParticipantFactory(ticket=ticket).user for _ in range(2))
    mei = TechnicianFactory().user
    ParticipantFactory(ticket=ticket, user=mei, role=ParticipantRole.WATCHER)
    path = f"{ticket.ticket_id}/participants"
    body = ask(client, ben, "get", path).content.decode()
    assert not [s for s in ("watcher", mei.name, mei.email, cleo.email) if s in body]
    assert ticket.customer.email not in body
    staff = ask(client, mei, "get", path).json()["participants"]
    assert [row["role"] for row in staff] == ["requester", "cc", "cc", "watcher"]
    assert cleo.email in str(staff)


def test_a_cc_reads_and_replies_and_does_not_list_it_as_their_own(client, ticket):
    ben = ParticipantFactory(ticket=ticket).user
    assert ask(client, ben, "get", ticket.ticket_id).status_code == 200
    answer = ask(client, ben, "post", f"{ticket.ticket_id}/replies", {"body": "Me, too"})
    assert answer.status_code == 201
    assert ask(client, ben, "get", f"customer/{ben.public_id}").json() == []
    cleo = ParticipantFactory(ticket=ticket)
    other = ask(client, ben, "delete", f"{ticket.ticket_id}/participants/{cleo.pk}")
    assert other.status_code == 403
    own = ticket.participants.get(user=ben).pk
    assert ask(client, ben, "delete", f"{ticket.ticket_id}/participants/{own}").status_code == 200
    assert ask(client, ben, "get", ticket.ticket_id).status_code == 404


def test_watching_is_idempotent_and_opens_notes(client, ticket):
    mei, path = TechnicianFactory().user, f"{ticket.ticket_id}/watch"
    assert ask(client, mei, "post", path, {}).status_code == 404
    for _ in range(2):
        body = {"technician_id": mei.public_id}
        answer = ask(client, ticket.technician, "post", path, body)
        assert answer.json() == {"watching": True}
    note = ask(client, mei, "post", f"{ticket.ticket_id}/notes", {"body": "Look at the log"})
    assert note.status_code == 201
    reply = ask(client, mei, "post", f"{ticket.ticket_id}/replies", {"body": "Hello"})
    assert reply.status_code == 404
    assert ask(client, mei, "delete", path).json() == {"watching": False}
    assert ask(client, mei, "delete", path).status_code == 404


@pytest.mark.parametrize(
    "body", [{}, {"email": ""}, {"email": 1}, {"email": "nobody"}, {"email": "a@b.c" * 99}]
)
def test_nonsense_is_refused(client, ticket, body):
    path = f"{ticket.ticket_id}/participants"
    assert ask(client, ticket.customer, "post", path, body).status_code == 400
    unknown = {"technician_id": "TEC9999"}
    answer = ask(client, ticket.technician, "post", f"{ticket.ticket_id}/watch", unknown)
    assert answer.status_code == 400
    stranger = ask(client, CustomerFactory(), "get", path)
    assert stranger.status_code == 404
