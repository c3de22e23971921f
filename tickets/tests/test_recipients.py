"""Who gets a message."""

import pytest

from accounts.tests.factories import CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets.choices import ParticipantRole, Status, Visibility
from tickets.recipients import Why, customers_among, recipients_of, staff_among
from tickets.tests.factories import ParticipantFactory, TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket():
    ticket = TicketFactory(technician=TechnicianFactory().user, status=Status.ASSIGNED)
    for user, role in (
        (CustomerFactory(), ParticipantRole.CC),
        (TechnicianFactory().user, ParticipantRole.WATCHER),
        (ticket.technician, ParticipantRole.WATCHER),
    ):
        ParticipantFactory(ticket=ticket, user=user, role=role)
    return ticket


def people(ticket, why):
    return [p.user for p in ticket.participants.all() if p.role == why]


def test_a_public_message_reaches_each_once_and_not_its_author(ticket):
    found = recipients_of(ticket, author=ticket.technician)
    assert [r.why for r in found] == [Why.REQUESTER, Why.CC, Why.WATCHER]
    found = recipients_of(ticket, author=ticket.customer)
    assert [r.why for r in found] == [Why.CC, Why.TECHNICIAN, Why.WATCHER]
    assert len({r.user for r in found}) == len(found)
    assert [r.why for r in customers_among(found)] == [Why.CC]
    assert [r.why for r in staff_among(found)] == [Why.TECHNICIAN, Why.WATCHER]


def test_a_note_reaches_staff_only(ticket):
    found = recipients_of(ticket, visibility=Visibility.INTERNAL, author=None)
    assert [r.why for r in found] == [Why.TECHNICIAN, Why.WATCHER]
    assert not [r for r in found if r.user.is_customer]


def test_who_wants_silence_or_has_left_gets_nothing(ticket):
    ticket.participants.cc().update(muted=True)
    watcher = ticket.participants.watchers().first().user
    watcher.is_active = False
    watcher.save(update_fields=["is_active"])
    found = recipients_of(ticket, author=None)
    assert [r.why for r in found] == [Why.REQUESTER, Why.TECHNICIAN]


def test_it_takes_one_query(ticket, django_assert_num_queries):
    with django_assert_num_queries(1):
        recipients_of(ticket, author=ticket.customer)
