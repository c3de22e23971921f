"""Colleagues mentioned in a note: told once, and able to see the ticket from then on."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.choices import EventType, Status
from tickets.mentions import mentioned_in, offered
from tickets.models import Ticket
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya():
    return TechnicianFactory(user__user_id="priya", user__name="Priya Nair").user


@pytest.fixture
def pavel():
    return TechnicianFactory(user__user_id="pavel.n", user__name="Pavel Novak").user


@pytest.fixture
def ticket(priya):
    return TicketFactory(technician=priya, status=Status.IN_PROGRESS)


def sees(person, ticket):
    return Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists()


@pytest.mark.parametrize(
    "text", ["@pavel.n", "Ask @Pavel.N.", "(@pavel.n), please", "**@pavel.n**", "- @pavel.n\n"]
)
def test_a_colleague_is_mentioned_by_user_id(pavel, text):
    assert mentioned_in(text).people == [pavel]


def test_and_by_number(pavel):
    assert mentioned_in(f"@{pavel.public_id.lower()}").people == [pavel]


@pytest.mark.parametrize(
    "text",
    [
        "x@pavel.n",
        "`@pavel.n`",
        "```\n@pavel.n\n```",
        "https://x.example/@pavel.n",
        "@ pavel.n",
        "@@",
    ],
)
def test_what_is_no_mention(pavel, text):
    assert not mentioned_in(text).people


def test_unknown_names_customers_and_who_has_left_are_nobody(pavel):
    CustomerFactory(user_id="amara")
    pavel.is_active = False
    pavel.save()
    found = mentioned_in("@nobody, @amara and @pavel.n!")
    assert (found.people, found.unknown) == ([], ["nobody", "amara", "pavel.n"])


def test_the_mentioned_one_watches_the_ticket_from_then_on(ticket, priya, pavel):
    assert not sees(pavel, ticket)
    services.add_note(ticket, actor=priya, body="@pavel.n, have you seen this? @pavel.n?")
    assert sees(pavel, ticket)
    note = ticket.events.get(type=EventType.NOTE_ADDED)
    assert note.changes == {"mentioned": ["Pavel Novak"]}
    assert ticket.events.filter(type=EventType.WATCHER_ADDED).count() == 1
    services.add_note(ticket, actor=priya, body="@pavel.n again")
    assert ticket.events.filter(type=EventType.WATCHER_ADDED).count() == 1


def test_in_a_public_reply_it_is_plain_text(ticket, priya, pavel):
    services.add_reply(ticket, actor=priya, body="@pavel.n will call you")
    assert not sees(pavel, ticket)
    assert not ticket.events.get(type=EventType.REPLY_ADDED).changes


def test_admins_and_the_technician_need_not_watch(ticket, priya):
    admin = AdminFactory(user_id="alex")
    services.add_note(ticket, actor=admin, body="@priya and @alex")
    services.add_note(ticket, actor=priya, body="@alex")
    assert not ticket.events.filter(type=EventType.WATCHER_ADDED).exists()


def test_a_customer_sees_nothing_of_it(client, ticket, priya, pavel):
    services.add_note(ticket, actor=priya, body="@pavel.n canary-note")
    client.force_login(ticket.customer)
    shown = client.get(ticket.get_absolute_url()).content.decode()
    assert "Pavel" not in shown
    assert "canary-note" not in shown


def test_a_note_without_mentions_asks_for_nobody(pavel):
    with CaptureQueriesContext(connection) as queries:
        assert mentioned_in("no mention").people == []
    assert not queries.captured_queries
    with CaptureQueriesContext(connection) as queries:
        mentioned_in(" ".join(f"@name{number}" for number in range(500)))
    assert len(queries.captured_queries) == 1


def test_offered_are_colleagues_by_the_beginning_of_user_id_or_name(priya, pavel):
    CustomerFactory(name="Nadia Customer")
    assert offered("p", priya) == [pavel]
    assert offered("na", pavel) == [priya]
    assert offered("nov", priya) == [pavel]
    assert offered("%", priya) == []
