"""Who follows a ticket, on the desk's page of it."""

import re

import pytest

from accounts.tests.factories import AdminFactory
from technicians.tests.factories import TechnicianFactory
from tickets.choices import ParticipantRole, Status
from tickets.tests.factories import ParticipantFactory, TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket():
    return TicketFactory(
        technician=TechnicianFactory(user__name="Priya Nair").user,
        status=Status.ASSIGNED,
        customer__name="Amara Okafor",
    )


@pytest.fixture
def desk(client, ticket):
    client.force_login(ticket.technician)
    return client


def verb(ticket, what):
    return f"{ticket.get_desk_url()}people/{what}/"


def page(client, ticket):
    return client.get(ticket.get_desk_url()).content.decode()


def told(html):
    words = re.sub("<[^>]+>", "", re.search(r'<span[^>]*id="told".*?</span>', html, re.DOTALL)[0])
    return " ".join(words.split())


def test_the_writer_sees_who_gets_the_reply(desk, ticket):
    ParticipantFactory(ticket=ticket, user__name="Ben Bello")
    ParticipantFactory(ticket=ticket, user__name="Silent", muted=True)
    ParticipantFactory(
        ticket=ticket,
        user=TechnicianFactory(user__name="Mei Tanaka").user,
        role=ParticipantRole.WATCHER,
    )
    words = "To Amara Okafor, Cc Ben Bello; told as well: Mei Tanaka"
    assert told(page(desk, ticket)) == words


def test_a_customer_is_added_removed_and_added_again(desk, ticket):
    desk.post(verb(ticket, "add"), {"email": "ben@example.org"})
    person = ticket.participants.get()
    assert "ben@example.org" in page(desk, ticket)
    removed = desk.post(verb(ticket, "remove"), {"person": person.pk})
    html = desk.get(removed["Location"]).content.decode()
    token = re.search('name="undo" value="([^"]+)"', html)[1]
    desk.post(verb(ticket, "undo"), {"undo": token})
    assert ticket.participants.get().user == person.user


def test_with_scripts_the_removal_is_undone_from_the_toast(desk, ticket):
    person = ParticipantFactory(ticket=ticket)
    answer = desk.post(
        verb(ticket, "remove"), {"person": person.pk}, headers={"hx-request": "true"}
    )
    html = answer.content.decode()
    assert 'id="panel"' in html
    assert verb(ticket, "undo") in html
    token = re.findall('name="undo" value="([^"]+)"', html)[-1]
    desk.post(verb(ticket, "undo"), {"undo": token}, headers={"hx-request": "true"})
    assert ticket.participants.get().user == person.user


def test_what_is_refused_says_why(desk, ticket):
    colleague = TechnicianFactory().user
    answer = desk.post(verb(ticket, "add"), {"email": colleague.email})
    assert answer.status_code == 422
    assert "add them as watchers" in answer.content.decode()
    assert desk.post(verb(ticket, "undo"), {"undo": "nonsense"}).status_code == 302
    assert desk.post(verb(ticket, "steal")).status_code == 404
    assert not ticket.participants.exists()


def test_one_watches_writes_notes_and_stops(client, ticket):
    admin, mei = AdminFactory(), TechnicianFactory(user__name="Mei Tanaka").user
    client.force_login(admin)
    client.post(verb(ticket, "watch"))
    assert "Stop watching" in page(client, ticket)
    client.post(verb(ticket, "watch"), {"colleague": mei.pk})
    client.force_login(mei)
    html = page(client, ticket)
    assert "You watch this ticket" in html
    assert "Send reply" not in html
    client.post(f"{ticket.get_desk_url()}note/", {"note": "The other cable"})
    assert "The other cable" in page(client, ticket)
    assert client.post(f"{ticket.get_desk_url()}reply/", {"body": "Hi"}).status_code == 403
    client.post(verb(ticket, "mute"))
    assert "You get no mails about this ticket" in page(client, ticket)
    client.post(verb(ticket, "unmute"))
    assert not ticket.participants.get(user=mei).muted
    listed = client.get("/desk/tickets/?view=watching").content.decode()
    assert ticket.subject in listed
    answer = client.post(verb(ticket, "unwatch"))
    assert answer["Location"] == "/desk/tickets/"
    assert client.get(ticket.get_desk_url()).status_code == 404
    assert ticket.subject not in client.get("/desk/tickets/?view=watching").content.decode()


def test_who_works_on_it_ends_a_colleagues_watching(desk, ticket):
    row = ParticipantFactory(
        ticket=ticket, user=TechnicianFactory().user, role=ParticipantRole.WATCHER
    )
    desk.post(verb(ticket, "unwatch"), {"person": row.pk})
    assert not ticket.participants.exists()


def test_a_watcher_changes_no_customers(client, ticket):
    mei = TechnicianFactory().user
    ParticipantFactory(ticket=ticket, user=mei, role=ParticipantRole.WATCHER)
    ben = ParticipantFactory(ticket=ticket)
    client.force_login(mei)
    assert client.post(verb(ticket, "add"), {"email": "x@example.org"}).status_code == 403
    assert client.post(verb(ticket, "remove"), {"person": ben.pk}).status_code == 403
    assert ticket.participants.count() == 2
