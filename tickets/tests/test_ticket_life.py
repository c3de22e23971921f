"""The whole life of a ticket through the services."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets.choices import EventType, Status
from tickets.models import Ticket
from tickets.services import (
    EditConflict,
    accept_solution,
    add_note,
    add_reply,
    assign_ticket,
    change_ticket,
    close_ticket,
    delete_ticket,
    release_tickets_of,
    reopen_ticket,
    resolve_ticket,
    restore_ticket,
    take_ticket,
)
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db


def events(ticket):
    return list(ticket.events.values_list("type", flat=True))


def test_from_assigned_to_accepted():
    admin, technician, ticket = AdminFactory(), TechnicianFactory().user, TicketFactory()
    ticket = assign_ticket(ticket, technician=technician, actor=admin)
    assert (ticket.status, ticket.technician) == (Status.ASSIGNED, technician)
    ticket = add_reply(ticket, actor=technician, body="Which room?", then_status=Status.WAITING)
    assert ticket.first_answered_at is not None
    assert not ticket.awaits_reply
    ticket = add_reply(ticket, actor=ticket.customer, body="Room two")
    assert ticket.status == Status.IN_PROGRESS
    assert ticket.awaits_reply
    add_note(ticket, actor=technician, body="The old projector again")
    ticket = resolve_ticket(ticket, actor=technician, resolution_summary="New lamp")
    ticket = accept_solution(ticket, actor=ticket.customer)
    assert ticket.status == Status.CLOSED
    assert ticket.resolution_summary == "New lamp"
    assert events(ticket) == [
        EventType.ASSIGNED,
        EventType.REPLY_ADDED,
        EventType.STATUS_CHANGED,
        EventType.REPLY_ADDED,
        EventType.STATUS_CHANGED,
        EventType.NOTE_ADDED,
        EventType.RESOLVED,
        EventType.CLOSED,
    ]


def test_closing_needs_a_summary_and_leaves_nothing_behind_without():
    technician = TechnicianFactory().user
    ticket = TicketFactory(technician=technician, status=Status.ASSIGNED)
    with pytest.raises(ValidationError, match="resolution_summary"):
        close_ticket(ticket, actor=technician)
    ticket.refresh_from_db()
    assert ticket.status == Status.ASSIGNED
    assert events(ticket) == []


def test_a_reply_to_a_closed_ticket_reopens_it_for_its_technician():
    technician = TechnicianFactory().user
    ticket = TicketFactory(technician=technician, status=Status.ASSIGNED)
    ticket = close_ticket(ticket, actor=technician, resolution_summary="Done")
    ticket = add_reply(ticket, actor=ticket.customer, body="It is back")
    assert ticket.status == Status.IN_PROGRESS
    assert (ticket.technician, ticket.closed_at, ticket.resolution_summary) == (
        technician,
        None,
        "",
    )
    assert ticket.events.last().comment.body == "It is back"


def test_the_reason_of_a_second_reopening_is_not_lost():
    technician = TechnicianFactory().user
    ticket = TicketFactory(technician=technician, status=Status.IN_PROGRESS)
    ticket = reopen_ticket(ticket, actor=ticket.customer, reason="It is back")
    assert events(ticket) == [EventType.REPLY_ADDED]
    assert ticket.events.last().comment.body == "It is back"


def test_several_changes_happen_together_or_not_at_all():
    admin, technician, ticket = AdminFactory(), TechnicianFactory().user, TicketFactory()
    with pytest.raises(ValidationError, match="Use one of"):
        change_ticket(ticket, actor=admin, changes={"technician": technician, "status": "closed"})
    ticket.refresh_from_db()
    assert ticket.technician is None
    ticket = change_ticket(
        ticket,
        actor=admin,
        changes={"technician": technician, "status": "Closed", "resolution_summary": "Done"},
    )
    assert (ticket.status, ticket.resolution_summary) == (Status.CLOSED, "Done")
    assert events(ticket) == [EventType.ASSIGNED, EventType.CLOSED]


def test_a_stale_version_is_refused():
    admin, ticket = AdminFactory(), TicketFactory()
    assign_ticket(ticket, technician=TechnicianFactory().user, actor=admin)
    with pytest.raises(EditConflict):
        assign_ticket(ticket, technician=TechnicianFactory().user, actor=admin, version=1)


def test_only_technicians_of_the_category_take_a_ticket_and_only_one_does():
    category = CategoryFactory()
    first, second = TechnicianFactory.create_batch(2, categories=[category])
    ticket = TicketFactory(category=CategoryFactory(parent=category))
    with pytest.raises(PermissionDenied):
        take_ticket(ticket, actor=TechnicianFactory().user)
    take_ticket(ticket, actor=first.user)
    with pytest.raises(PermissionDenied, match=first.user.name):
        take_ticket(ticket, actor=second.user)


def test_assigning_the_same_technician_again_changes_nothing():
    admin, technician = AdminFactory(), TechnicianFactory().user
    ticket = assign_ticket(TicketFactory(), technician=technician, actor=admin)
    assert assign_ticket(ticket, technician=technician, actor=admin).version == ticket.version


def test_a_technician_who_leaves_leaves_open_tickets_pending():
    admin, technician = AdminFactory(), TechnicianFactory().user
    open_one = TicketFactory(technician=technician, status=Status.WAITING)
    done = TicketFactory(technician=technician, status=Status.CLOSED)
    assert release_tickets_of(technician, actor=admin) == 1
    open_one.refresh_from_db()
    done.refresh_from_db()
    assert (open_one.status, open_one.technician) == (Status.PENDING, None)
    assert done.technician == technician


def test_a_deleted_ticket_is_out_of_reach_until_it_is_restored():
    admin, ticket = AdminFactory(), TicketFactory()
    assert delete_ticket(ticket, actor=admin)
    assert not delete_ticket(ticket, actor=admin)
    assert not Ticket.objects.visible_to(ticket.customer).exists()
    with pytest.raises(PermissionDenied):
        add_reply(ticket, actor=ticket.customer, body="Hello?")
    restore_ticket(ticket, actor=admin)
    assert Ticket.objects.visible_to(ticket.customer).exists()


def test_strangers_change_nothing():
    ticket = TicketFactory(technician=TechnicianFactory().user, status=Status.ASSIGNED)
    stranger, colleague = CustomerFactory(), TechnicianFactory().user
    for attempt in (
        lambda: add_reply(ticket, actor=stranger, body="Hi"),
        lambda: add_note(ticket, actor=stranger, body="Hi"),
        lambda: add_note(ticket, actor=ticket.customer, body="Hi"),
        lambda: reopen_ticket(ticket, actor=stranger) and accept_solution(ticket, actor=stranger),
        lambda: resolve_ticket(ticket, actor=colleague, resolution_summary="x"),
        lambda: assign_ticket(ticket, technician=colleague, actor=colleague),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    assert events(ticket) == []


def test_only_staff_send_a_ticket_somewhere_with_a_reply():
    ticket = TicketFactory()
    with pytest.raises(PermissionDenied, match="Only staff"):
        add_reply(ticket, actor=ticket.customer, body="Done", then_status=Status.RESOLVED)
