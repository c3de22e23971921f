"""Own drafts by REST: kept, read, removed, and nobody else's."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory
from technicians.tests.factories import TechnicianFactory
from tickets.choices import Status
from tickets.models import TicketDraft
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def technician():
    return TechnicianFactory().user


@pytest.fixture
def url(technician):
    ticket = TicketFactory(technician=technician, status=Status.IN_PROGRESS)
    return f"/api/tickets/{ticket.ticket_id}/drafts/"


def test_a_draft_is_kept_read_and_removed(url, technician):
    api = client_of(technician)
    assert api.get(url + "note").status_code == 404
    saved = api.put(url + "note", {"body": "Ask **Mei**"}, format="json")
    assert saved.status_code == 200
    assert api.get(url + "note").json() == saved.json()
    assert saved.json()["body"] == "Ask **Mei**"
    assert api.get(url + "reply").status_code == 404
    assert api.delete(url + "note").json() == {"deleted": True}
    assert api.delete(url + "note").json() == {"deleted": False}


def test_each_reads_only_their_own(url, technician):
    client_of(technician).put(url + "note", {"body": "Mine"}, format="json")
    admin = client_of(AdminFactory())
    assert admin.get(url + "note").status_code == 404
    assert admin.delete(url + "note").json() == {"deleted": False}
    assert client_of(technician).get(url + "note").json()["body"] == "Mine"


@pytest.mark.parametrize("body", [{}, {"body": ""}, {"body": "x" * 50_001}, {"body": 5}])
def test_what_makes_no_sense_is_refused(url, technician, body):
    assert client_of(technician).put(url + "note", body, format="json").status_code == 400


def test_there_are_only_these_kinds(url, technician):
    assert (
        client_of(technician).put(url + "letter", {"body": "x"}, format="json").status_code == 404
    )


def test_a_draft_stays_when_something_else_is_sent_by_rest(url, technician):
    api = client_of(technician)
    api.put(url + "note", {"body": "Half a thought"}, format="json")
    api.post(url.replace("drafts/", "notes"), {"body": "Another"}, format="json")
    assert api.get(url + "note").json()["body"] == "Half a thought"


def test_a_discarded_draft_can_be_had_back(url, technician):
    api = client_of(technician)
    saved = api.put(url + "note", {"body": "Ask Mei"}, format="json").json()
    api.delete(url + "note")
    assert client_of(AdminFactory()).post(url + "note/restore").status_code == 404
    assert api.get(url + "note").status_code == 404
    assert api.post(url + "note/restore").json() == saved
    assert api.post(url + "note/restore").json() == saved
    assert api.get(url + "note").json() == saved


def test_after_ten_minutes_a_discarded_draft_is_gone(url, technician):
    api = client_of(technician)
    api.put(url + "note", {"body": "Ask Mei"}, format="json")
    api.delete(url + "note")
    TicketDraft.objects.update(discarded_at=timezone.now() - timedelta(minutes=11))
    assert api.post(url + "note/restore").status_code == 404
    assert api.delete(url + "note").json() == {"deleted": False}
    assert api.post(url + "reply/restore").status_code == 404
    assert api.post(url + "letter/restore").status_code == 404
