"""Who follows a ticket, on its customer's page: adding, removing, undoing, leaving, silence."""

import re

import pytest

from accounts.tests.factories import CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets.choices import ParticipantRole, Status
from tickets.tests.factories import ParticipantFactory, TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket():
    technician = TechnicianFactory(user__name="Priya Nair").user
    return TicketFactory(
        technician=technician, status=Status.ASSIGNED, customer__name="Amara Okafor"
    )


def verb(ticket, what):
    return f"{ticket.get_absolute_url()}people/{what}/"


def page(client, ticket):
    return client.get(ticket.get_absolute_url()).content.decode()


def told(html):
    words = re.sub("<[^>]+>", "", re.search(r'<p class="meta goes-to.*?</p>', html, re.DOTALL)[0])
    return " ".join(words.split())


def test_the_requester_adds_removes_and_takes_it_back(client, ticket):
    client.force_login(ticket.customer)
    added = client.post(verb(ticket, "add"), {"email": "ben@example.org", "name": "Ben Bello"})
    assert added.status_code == 302
    html = page(client, ticket)
    assert "Ben Bello" in html
    assert "ben@example.org" in html
    assert told(html) == "To Ben Bello, Priya Nair"
    person = ticket.participants.get()
    removed = client.post(verb(ticket, "remove"), {"person": person.pk})
    assert not ticket.participants.exists()
    html = client.get(removed["Location"]).content.decode()
    token = re.search('name="undo" value="([^"]+)"', html)[1]
    client.post(verb(ticket, "undo"), {"undo": token})
    assert ticket.participants.get().name == "Ben Bello"


def test_what_is_no_address_comes_back_with_the_sentence(client, ticket):
    client.force_login(ticket.customer)
    answer = client.post(verb(ticket, "add"), {"email": "ben at home", "name": "Ben"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Use your full e-mail address" in html
    assert 'value="ben at home"' in html
    for body in ({}, {"email": ticket.technician.email}, {"email": ticket.customer.email}):
        assert client.post(verb(ticket, "add"), body).status_code == 422


def test_others_read_names_and_only_their_own_additions_addresses(client, ticket):
    ben = ParticipantFactory(ticket=ticket, user__name="Ben Bello").user
    cleo = ParticipantFactory(ticket=ticket, name="Cleo").user
    watcher = TechnicianFactory(user__name="Mei Tanaka").user
    ParticipantFactory(ticket=ticket, user=watcher, role=ParticipantRole.WATCHER)
    client.force_login(ben)
    html = page(client, ticket)
    assert "Cleo" in html
    assert not [
        secret
        for secret in (cleo.email, ticket.customer.email, watcher.email, "Mei", "Add a colleague")
        if secret in html
    ]
    assert told(html) == "To Amara Okafor, Cleo, Priya Nair"


def test_a_cc_silences_and_leaves_but_removes_nobody_else(client, ticket):
    ben = ParticipantFactory(ticket=ticket)
    cleo = ParticipantFactory(ticket=ticket)
    client.force_login(ben.user)
    client.post(verb(ticket, "mute"))
    assert "Send me mails again" in page(client, ticket)
    client.post(verb(ticket, "unmute"))
    assert "Stop mails" in page(client, ticket)
    client.post(verb(ticket, "remove"), {"person": cleo.pk})
    assert ticket.participants.filter(pk=cleo.pk).exists()
    assert client.post(verb(ticket, "add"), {"email": "x@example.org"}).status_code == 422
    left = client.post(verb(ticket, "remove"), {"person": ben.pk})
    assert left["Location"] == "/tickets/"
    assert client.get(ticket.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("person", ["", "x", "9" * 30, "-1"])
def test_nobody_is_removed_by_nonsense(client, ticket, person):
    ParticipantFactory(ticket=ticket)
    client.force_login(ticket.customer)
    assert client.post(verb(ticket, "remove"), {"person": person}).status_code == 302
    assert client.post(verb(ticket, "undo"), {"undo": person}).status_code == 302
    assert client.post(verb(ticket, "steal")).status_code == 404
    assert ticket.participants.count() == 1


def test_a_removal_is_undone_on_its_own_ticket_only(client, ticket):
    person = ParticipantFactory(ticket=ticket)
    client.force_login(ticket.customer)
    removed = client.post(verb(ticket, "remove"), {"person": person.pk})
    token = re.search("undo=([^#]+)", removed["Location"])[1]
    other = TicketFactory(customer=ticket.customer)
    client.post(verb(other, "undo"), {"undo": token})
    assert not other.participants.exists()


def test_the_list_of_what_one_follows(client, ticket):
    ben = CustomerFactory()
    client.force_login(ben)
    assert "I follow" not in client.get("/tickets/").content.decode()
    ParticipantFactory(ticket=ticket, user=ben)
    own = TicketFactory(customer=ben, subject="My own")
    html = client.get("/tickets/").content.decode()
    assert "I follow" in html
    assert ticket.subject not in html
    html = client.get("/tickets/?show=followed").content.decode()
    assert ticket.subject in html
    assert own.subject not in html


def test_strangers_change_nobody(client, ticket):
    person = ParticipantFactory(ticket=ticket)
    client.force_login(CustomerFactory())
    for what in ("add", "remove", "mute"):
        body = {"email": "x@example.org", "person": person.pk}
        assert client.post(verb(ticket, what), body).status_code == 404
    assert ticket.participants.count() == 1
