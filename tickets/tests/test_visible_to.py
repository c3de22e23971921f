"""Who sees which ticket: owner, colleague, stranger."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets.choices import EventType, ParticipantRole, Status
from tickets.models import Ticket, TicketEvent
from tickets.services import add_note, add_reply
from tickets.tests.factories import CategoryFactory, ParticipantFactory, TicketFactory

pytestmark = pytest.mark.django_db


def seen_by(user):
    return set(Ticket.objects.visible_to(user))


def test_customers_see_their_own_tickets_only():
    mine, other = TicketFactory(), TicketFactory()
    assert seen_by(mine.customer) == {mine}
    assert seen_by(other.customer) == {other}
    assert seen_by(CustomerFactory()) == set()


def test_technicians_see_their_own_and_what_they_could_take():
    category = CategoryFactory()
    sub = CategoryFactory(parent=category)
    me = TechnicianFactory(categories=[category]).user
    colleague = TechnicianFactory(categories=[category]).user
    assigned = TicketFactory(technician=me, status=Status.CLOSED)
    takeable = TicketFactory(category=sub)
    TicketFactory(category=category, technician=colleague, status=Status.ASSIGNED)
    TicketFactory(category=category, status=Status.CLOSED)
    TicketFactory(category=CategoryFactory())
    TicketFactory(category=None, category_text="Plumbing")
    assert seen_by(me) == {assigned, takeable}
    assert set(Ticket.objects.takeable_by(me)) == {takeable}


def test_a_subcategory_does_not_open_its_whole_category():
    category = CategoryFactory()
    me = TechnicianFactory(categories=[CategoryFactory(parent=category)]).user
    TicketFactory(category=category)
    assert seen_by(me) == set()


def test_admins_see_everything_but_deleted_tickets():
    ticket = TicketFactory()
    TicketFactory(deleted_at=timezone.now())
    assert seen_by(AdminFactory()) == {ticket}


def test_customers_see_what_they_follow_beside_their_own():
    own, followed = TicketFactory(), ParticipantFactory().ticket
    ParticipantFactory(ticket=followed, user=own.customer)
    assert seen_by(own.customer) == {own, followed}
    assert set(Ticket.objects.own(own.customer)) == {own}
    assert set(Ticket.objects.followed_by(own.customer)) == {followed}


def test_an_unconfirmed_address_follows_nothing():
    """Whoever registered with it need not be the person who was added."""
    guest = CustomerFactory(email_verified_at=None)
    ParticipantFactory(user=guest)
    assert seen_by(guest) == set()
    assert set(Ticket.objects.followed_by(guest)) == set()


def test_technicians_see_what_they_watch_whatever_its_category():
    me, colleague = TechnicianFactory().user, TechnicianFactory().user
    watched = ParticipantFactory(user=me, role=ParticipantRole.WATCHER).ticket
    ParticipantFactory(user=colleague, role=ParticipantRole.WATCHER)
    assert seen_by(me) == {watched}
    assert set(Ticket.objects.followed_by(me)) == {watched}
    assert set(Ticket.objects.takeable_by(me)) == set()


def test_a_part_from_a_former_role_opens_nothing():
    customer, technician = CustomerFactory(), TechnicianFactory().user
    ParticipantFactory(user=customer, role=ParticipantRole.WATCHER)
    ParticipantFactory(user=technician, role=ParticipantRole.CC)
    assert seen_by(customer) == seen_by(technician) == set()


def test_nobody_follows_a_deleted_ticket():
    part = ParticipantFactory(ticket__deleted_at=timezone.now())
    assert seen_by(part.user) == set()


def test_strangers_see_nothing():
    TicketFactory()
    assert seen_by(AnonymousUser()) == set()


def test_a_note_is_on_the_timeline_of_staff_only():
    technician = TechnicianFactory().user
    ticket = TicketFactory(technician=technician, status=Status.ASSIGNED)
    add_reply(ticket, actor=technician, body="Hello")
    add_note(ticket, actor=technician, body="Between us")
    types = TicketEvent.objects.filter(ticket=ticket).visible_to
    assert [e.type for e in types(technician)] == [EventType.REPLY_ADDED, EventType.NOTE_ADDED]
    assert [e.type for e in types(ticket.customer)] == [EventType.REPLY_ADDED]
