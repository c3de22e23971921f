"""A message that goes on in a ticket of its own."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from notifications.tests.outbox import told
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.models import Comment, Ticket, TicketEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(amara, category, priya):
    ticket = services.create_ticket(
        customer=amara, actor=amara, description="No VPN", category=category, priority=3
    )
    return services.take_ticket(ticket, actor=priya)


@pytest.fixture
def message(ticket, amara):
    services.add_reply(ticket, actor=amara, body="And the printer smokes")
    return Comment.objects.get()


def test_the_message_begins_a_ticket_and_stays(ticket, message, amara, priya):
    new = services.split_message(ticket, comment=message, actor=priya)
    assert (new.description, new.subject) == (message.body, message.body)
    assert (new.customer, new.technician, new.status) == (amara, priya, "Assigned")
    assert (new.category, new.priority) == (ticket.category, 3)
    assert ticket.comments.get() == message
    events = TicketEvent.objects.filter(type="split").order_by("id")
    assert [event.changes for event in events] == [
        {"split_into": [None, new.ticket_id]},
        {"split_from": [None, ticket.ticket_id]},
    ]


def test_each_leads_to_the_other(client, ticket, message, amara, priya):
    new = services.split_message(ticket, comment=message, actor=priya, subject="The printer")
    client.force_login(priya)
    old_page = client.get(ticket.get_desk_url()).content.decode()
    assert "Continued in" in old_page
    assert f"{new.ticket_id} <bdi>The printer</bdi>" in old_page
    assert "Split from" in client.get(new.get_desk_url()).content.decode()
    client.force_login(amara)
    assert (
        f"{new.ticket_id} <bdi>The printer</bdi>"
        in client.get(ticket.get_absolute_url()).content.decode()
    )
    assert told("ticket_created").count(amara.email) == 2


def test_who_can_not_see_the_new_one_learns_nothing_of_it(client, ticket, message, priya):
    ben = CustomerFactory(name="Ben")
    services.add_participant(ticket, user=ben, actor=priya)
    new = services.split_message(ticket, comment=message, actor=priya)
    client.force_login(ben)
    page = client.get(ticket.get_absolute_url()).content.decode()
    api = client_of(ben).get(f"/api/tickets/{ticket.ticket_id}/timeline").content.decode()
    assert message.body in page
    for text in (page, api):
        assert new.ticket_id not in text
        assert "Continued in" not in text


def test_merging_back_takes_it_back(ticket, message, amara, priya):
    new = services.split_message(ticket, comment=message, actor=priya)
    services.merge_tickets(new, target=ticket, actor=priya)
    rows = client_of(amara).get(f"/api/tickets/{ticket.ticket_id}").json()["timeline"]
    assert [row["from_ticket"] for row in rows if row["body"]] == [None, new.ticket_id]
    again = services.split_message(ticket, comment=message, actor=priya)
    assert again != new


def test_once_at_a_time(ticket, message, priya):
    new = services.split_message(ticket, comment=message, actor=priya)
    with pytest.raises(ValidationError, match=f"goes on in {new.ticket_id} already"):
        services.split_message(ticket, comment=message, actor=priya)
    services.delete_ticket(new, actor=AdminFactory())
    services.split_message(ticket, comment=message, actor=priya)


def test_notes_and_words_of_the_desk_are_not_the_customer_s(ticket, priya):
    services.add_note(ticket, actor=priya, body="Only for us")
    services.add_reply(ticket, actor=priya, body="We look at it")
    for comment in Comment.objects.all():
        with pytest.raises(ValidationError, match="Only what a customer wrote"):
            services.split_message(ticket, comment=comment, actor=priya)
    assert Ticket.objects.count() == 1


def test_a_message_of_another_ticket_is_none_of_this_one(ticket, message, amara, priya, category):
    other = services.create_ticket(customer=amara, actor=amara, description="x", category=category)
    other = services.take_ticket(other, actor=priya)
    with pytest.raises(ValidationError):
        services.split_message(other, comment=message, actor=priya)
    services.merge_tickets(ticket, target=other, actor=priya)
    assert services.split_message(other, comment=message, actor=priya).description == message.body


def test_only_who_works_on_the_ticket(ticket, message, amara, category):
    for actor in (amara, TechnicianFactory(categories=[category]).user):
        with pytest.raises(PermissionDenied):
            services.split_message(ticket, comment=message, actor=actor)


def test_the_link_of_a_split_is_not_made_or_removed_by_hand(ticket, message, priya):
    new = services.split_message(ticket, comment=message, actor=priya)
    client = client_of(priya)
    url = f"/api/tickets/{ticket.ticket_id}/links"
    (link,) = client.get(url).json()
    assert (link["link"], link["ticket_id"]) == ("split_into", new.ticket_id)
    assert client.delete(f"{url}/{link['id']}").status_code == 400
    made = client.post(url, {"link": "split_from", "ticket_id": new.ticket_id})
    assert made.status_code == 400


def test_by_rest_and_by_page(client, ticket, message, amara, priya):
    (entry,) = ticket.events.filter(comment=message)
    answer = client_of(priya).post(
        f"/api/tickets/{ticket.ticket_id}/split", {"entry": entry.pk, "subject": "The printer"}
    )
    assert answer.status_code == 201
    new = Ticket.objects.get(subject="The printer")
    assert answer.json() == {"ticket_id": new.ticket_id}
    services.add_reply(ticket, actor=amara, body="And the door")
    second = ticket.comments.last()
    client.force_login(priya)
    page = client.get(ticket.get_desk_url()).content.decode()
    url = f"{ticket.get_desk_url()}split/{second.pk}/"
    assert url in page
    assert "And the door" in client.get(url).content.decode()
    answer = client.post(url, {"subject": "A door"}, follow=True)
    html = answer.content.decode()
    door = Ticket.objects.get(subject="A door")
    assert f"{door.ticket_id} is raised" in html
    client.post(f"{door.get_desk_url()}merge/", {"into": ticket.ticket_id})
    door.refresh_from_db()
    assert door.merged_into == ticket
