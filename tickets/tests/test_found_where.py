"""Lists say where a ticket has the words of a search, to whoever may read that place."""

import pytest
from django.test import Client

from accounts.tests.factories import AdminFactory, CustomerFactory
from tickets import services
from tickets.tests.factories import CategoryFactory

pytestmark = pytest.mark.django_db


def raised(customer, description, subject="Something is wrong"):
    return services.create_ticket(
        customer=customer,
        actor=customer,
        subject=subject,
        description=description,
        category=CategoryFactory(),
    )


def page(reader, path, words):
    client = Client()
    client.force_login(reader)
    return " ".join(client.get(path, {"q": words}).content.decode().split())


def test_the_desk_reads_the_description_the_message_or_the_note():
    admin, customer = AdminFactory(), CustomerFactory()
    raised(customer, "The <b>walrus</b> sleeps.")
    told = raised(customer, "Nothing.")
    services.add_reply(told, actor=customer, body="It was the walrus again.")
    noted = raised(customer, "Nothing either.")
    services.add_note(noted, actor=admin, body="Between us: a walrus.")
    said = page(admin, "/desk/tickets/", "walrus")
    assert "The &lt;b&gt;<mark>walrus</mark>&lt;/b&gt; sleeps." in said
    assert "In a message: <bdi>It was the <mark>walrus</mark> again." in said
    assert "In a note: <bdi>Between us: a <mark>walrus</mark>." in said


def test_a_customer_reads_of_messages_but_of_no_note():
    admin, customer = AdminFactory(), CustomerFactory()
    ticket = raised(customer, "A seal and a walrus.")
    services.add_note(ticket, actor=admin, body="Only a seal, no walrus, says the keeper.")
    services.add_reply(ticket, actor=customer, body="The keeper has a walrus.")
    said = page(customer, "/tickets/", "walrus")
    assert "A seal and a <mark>walrus</mark>." in said
    told = "The <mark>keeper</mark> has a <mark>walrus</mark>."
    assert told in page(customer, "/tickets/", "keeper walrus")
    assert "says the keeper" not in page(customer, "/tickets/", "keeper")


def test_a_withdrawn_message_is_quoted_no_more():
    customer = CustomerFactory()
    ticket = raised(customer, "The walrus.", subject="Of animals")
    services.add_reply(ticket, actor=customer, body="My password is walrus77.")
    services.withdraw_message(ticket, comment=ticket.comments.get(), actor=customer)
    assert "walrus77" not in page(customer, "/tickets/", "walrus")
