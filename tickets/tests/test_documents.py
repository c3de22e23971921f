"""The ticket on paper, as a file, row by row, and as it was: who gets what of it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from operations.audit import seal_everything
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.models import Comment, Ticket
from tickets.tests.factories import CategoryFactory

pytestmark = pytest.mark.django_db
START = timezone.now().replace(microsecond=0) - timedelta(days=3)
NOTE = "zebra-note"


@pytest.fixture
def people():
    category = CategoryFactory(name="Network")
    priya = TechnicianFactory(user__name="Priya Nair", categories=[category]).user
    return {
        "customer": CustomerFactory(name="Amara Okafor", time_zone="Asia/Tokyo"),
        "priya": priya,
        "admin": AdminFactory(name="Ada Osei"),
        "category": category,
    }


@pytest.fixture
def ticket(people):
    """A life of ten hours, one step an hour."""
    customer, priya, admin = people["customer"], people["priya"], people["admin"]

    def at(hour):
        return time_machine.travel(START + timedelta(hours=hour), tick=False)

    with at(0):
        ticket = services.create_ticket(
            customer=customer, actor=customer, description="It hums", category=people["category"]
        )
    with at(1):
        services.assign_ticket(ticket, technician=priya, actor=admin)
    with at(2):
        services.add_reply(ticket, actor=priya, body="What sort of hum?")
        said = Comment.objects.latest("id")
    with at(2.1):
        services.edit_message(ticket, comment=said, body="Which hum?", actor=priya)
    with at(3):
        services.add_note(ticket, actor=priya, body=NOTE)
    with at(4):
        services.change_priority(ticket, priority=4, actor=admin)
    with at(5):
        services.resolve_ticket(ticket, actor=priya, resolution_summary="Oiled it")
    with at(6):
        services.reopen_ticket(ticket, actor=customer, reason="It hums again")
    return Ticket.objects.get(pk=ticket.pk)


def get(client, person, url):
    client.force_login(person)
    return client.get(url)


def test_paper_and_files_hold_what_the_reader_may_read(client, ticket, people):
    base = f"/tickets/{ticket.ticket_id}/"
    for path in ("print/", "export/text/", "export/json/"):
        own = get(client, people["customer"], base + path).content.decode()
        assert "It hums again" in own
        for other in ("customer", "priya", "admin"):
            assert NOTE not in get(client, people[other], base + path).content.decode()
        assert NOTE not in get(client, people["customer"], f"{base}{path}?notes=1").content.decode()
        assert NOTE in get(client, people["priya"], f"{base}{path}?notes=1").content.decode()
        assert get(client, CustomerFactory(), base + path).status_code == 404
    assert get(client, people["priya"], f"/desk{base}print/").status_code == 200
    assert get(client, people["priya"], f"{base}export/pdf/").status_code == 404


def test_files_have_a_name_and_the_readers_times(client, ticket, people):
    answer = get(client, people["customer"], f"/tickets/{ticket.ticket_id}/export/text/")
    assert answer["Content-Disposition"] == f'attachment; filename="{ticket.ticket_id}.txt"'
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    text = answer.content.decode()
    assert "JST" in text
    assert "Priya Nair" in text
    assert "Which hum?" in text
    assert "What sort" not in text


def test_the_document_by_rest(ticket, people):
    url = f"/api/tickets/{ticket.ticket_id}/export"
    own = client_of(people["customer"]).get(url).json()
    assert own["technician_name"] == "Priya Nair"
    assert [entry["type"] for entry in own["entries"]] == [
        "created",
        "assigned",
        "reply_added",
        "priority_changed",
        "resolved",
        "reopened",
    ]
    for client, notes in (("customer", False), ("priya", True)):
        text = client_of(people[client]).get(url + "?notes=1").content.decode()
        assert (NOTE in text) is notes
    assert client_of(CustomerFactory()).get(url).status_code == 404
    assert client_of(people["priya"]).get(url + "?note=1").status_code == 400


def test_the_history_is_the_audit_log_of_the_ticket(client, ticket, people):
    url = f"/desk/tickets/{ticket.ticket_id}/history/"
    page = get(client, people["priya"], url).content.decode()
    assert "Priority changed" in page
    assert "Normal → Urgent" in page
    assert "not yet" not in page  # where it came from and seals are for admins
    assert "not yet" in get(client, people["admin"], url).content.decode()
    seal_everything()
    page = get(client, people["admin"], url).content.decode()
    assert "not yet" not in page
    assert "as-it-was/?at=" in page
    assert get(client, people["admin"], url + "?cursor=x").status_code == 400
    seals = get(client, people["admin"], "/admin/accounts/auditseal/").content.decode()
    assert "Priority changed" in seals


@pytest.mark.parametrize(
    ("hour", "there", "not_there"),
    [
        (-1, ["did not exist"], ["It hums"]),
        (0.5, ["Pending", "Normal", "Nobody", "It hums"], ["Priya", "hum?"]),
        (1.5, ["Assigned", "Priya Nair", "Normal"], ["hum?"]),
        (2.05, ["What sort of hum?"], ["Which hum?", NOTE]),
        (2.5, ["Which hum?"], ["What sort", NOTE]),
        (3.5, [NOTE, "Normal"], ["Urgent", "Oiled it"]),
        (5.5, ["Urgent", "Resolved", "Oiled it"], ["It hums again"]),
        (6.5, ["Urgent", "In Progress", "It hums again"], ["Oiled it"]),
    ],
)
def test_the_ticket_as_it_was(client, ticket, people, hour, there, not_there):
    at = (START + timedelta(hours=hour)).isoformat()
    answer = get(
        client, people["admin"], f"/desk/tickets/{ticket.ticket_id}/as-it-was/?at={at}"
    ).content.decode()
    page = answer[answer.index('<main id="main"') :]
    for words in there:
        assert words in page
    for words in not_there:
        assert words not in page


@pytest.mark.parametrize("at", ["yesterday", "2026-13-45T99:99", "0001-01-01T00:00:00-23:59"])
def test_no_moment(client, ticket, people, at):
    url = f"/desk/tickets/{ticket.ticket_id}/as-it-was/?at={at}"
    assert get(client, people["admin"], url).status_code == 400


def test_only_admins_look_back(client, ticket, people):
    url = f"/desk/tickets/{ticket.ticket_id}/as-it-was/"
    assert get(client, people["admin"], url).status_code == 200
    assert get(client, people["priya"], url).status_code == 404


def test_a_withdrawn_message_is_there_before_and_not_after(client, ticket, people):
    said = Comment.objects.filter(body="It hums again").get()
    with time_machine.travel(said.created_at + timedelta(minutes=5)):
        services.withdraw_message(ticket, comment=said, actor=people["customer"])
    url = f"/desk/tickets/{ticket.ticket_id}/as-it-was/?at="
    before = (said.created_at + timedelta(minutes=1)).isoformat()
    assert "It hums again" in get(client, people["admin"], url + before).content.decode()
    after = (said.created_at + timedelta(minutes=9)).isoformat()
    page = get(client, people["admin"], url + after).content.decode()
    assert "It hums again" not in page
    assert "withdrawn" in page
    text = get(client, people["customer"], f"/tickets/{ticket.ticket_id}/export/text/")
    assert "(withdrawn by its author)" in text.content.decode()
