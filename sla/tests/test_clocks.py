"""Clocks follow their ticket: begin, pause, go on, end, by the shipped policy."""

from datetime import UTC, datetime, timedelta

import pytest

from sla.choices import ClockKind
from sla.models import Clock, Policy, PolicyVersion
from tickets import services
from tickets.choices import NEVER, Priority, Status
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def at(day, hour, minute=0):
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


def open_clock(ticket, kind):
    return Clock.objects.get(ticket=ticket, kind=kind, ended_at=None)


def add_policy(name, position=0, **given):
    standard = Policy.objects.get(name="Standard").current
    policy = Policy.objects.create(name=name, position=position)
    given.setdefault("calendar", standard.calendar)
    policy.current = PolicyVersion.objects.create(policy=policy, number=1, **given)
    policy.save()
    return policy


def test_a_new_ticket_is_due_a_working_day_later(raise_ticket):
    ticket = raise_ticket()
    first = open_clock(ticket, ClockKind.FIRST_RESPONSE)
    assert first.due_at == at(3, 10)
    assert open_clock(ticket, ClockKind.RESOLUTION).due_at == at(9, 10)
    assert Ticket.objects.get(pk=ticket.pk).next_due_at == at(3, 10)


def test_a_reply_meets_the_first_target_and_a_note_does_not(raise_ticket, maya, now):
    ticket = raise_ticket()
    now.shift(HOUR)
    services.add_note(ticket, actor=maya, body="Looking.")
    assert open_clock(ticket, ClockKind.FIRST_RESPONSE)
    services.add_reply(ticket, actor=maya, body="On it.")
    first = Clock.objects.get(ticket=ticket, kind=ClockKind.FIRST_RESPONSE)
    assert (first.is_met, first.used, first.technician) == (True, 3600, maya)
    assert Ticket.objects.get(pk=ticket.pk).next_due_at == at(9, 10)


def test_a_late_answer_is_missed_and_keeps_its_due_time(raise_ticket, maya, now):
    ticket = raise_ticket()
    now.move_to(at(3, 11))
    services.add_reply(ticket, actor=maya, body="Sorry.")
    first = Clock.objects.get(ticket=ticket, kind=ClockKind.FIRST_RESPONSE)
    assert (first.is_met, first.used, first.due_at) == (False, 9 * 3600, at(3, 10))


def test_the_next_reply_has_a_clock_of_its_own(raise_ticket, maya, now):
    ticket = raise_ticket()
    services.add_reply(ticket, actor=maya, body="Which one?")
    now.shift(HOUR)
    services.add_reply(ticket, actor=ticket.customer, body="The blue one.")
    now.shift(HOUR)
    services.add_reply(ticket, actor=ticket.customer, body="Hello?")
    assert open_clock(ticket, ClockKind.NEXT_RESPONSE).due_at == at(3, 11)
    services.add_reply(ticket, actor=maya, body="On it.")
    assert Clock.objects.get(ticket=ticket, kind=ClockKind.NEXT_RESPONSE).is_met


def test_waiting_for_the_customer_stops_the_clock(raise_ticket, maya, now):
    ticket = raise_ticket()
    services.add_reply(ticket, actor=maya, body="Which?", then_status=Status.WAITING)
    assert Ticket.objects.get(pk=ticket.pk).next_due_at == NEVER
    assert open_clock(ticket, ClockKind.RESOLUTION).segments.last().reason == "Waiting on customer"
    now.move_to(at(4, 10))
    services.add_reply(ticket, actor=ticket.customer, body="Blue.")
    assert open_clock(ticket, ClockKind.RESOLUTION).due_at == at(11, 10)


def test_resolving_ends_everything_and_reopening_begins_another_cycle(raise_ticket, maya, now):
    ticket = raise_ticket()
    services.add_reply(ticket, actor=maya, body="Try this.")
    services.resolve_ticket(ticket, actor=maya, resolution_summary="Done.")
    assert Ticket.objects.get(pk=ticket.pk).next_due_at == NEVER
    now.move_to(at(4, 10))
    services.reopen_ticket(ticket, actor=ticket.customer, reason="It hums again.")
    cycles = Clock.objects.filter(ticket=ticket, kind=ClockKind.RESOLUTION)
    assert [(c.cycle, c.is_met) for c in cycles] == [(1, True), (2, None)]
    assert open_clock(ticket, ClockKind.RESOLUTION).due_at == at(11, 10)


def test_another_priority_keeps_the_time_that_was_used_and_paused(raise_ticket, admin, now):
    add_policy(
        "Urgent", resolution=240, first_response=60, conditions={"priorities": [Priority.URGENT]}
    )
    ticket = raise_ticket()
    services.change_status(ticket, status=Status.ON_HOLD, actor=admin)
    now.shift(2 * HOUR)
    services.change_status(ticket, status=Status.IN_PROGRESS, actor=admin)
    now.shift(HOUR)
    services.change_priority(ticket, priority=Priority.URGENT, actor=admin)
    clock = open_clock(ticket, ClockKind.RESOLUTION)
    assert clock.target == 240 * 60
    assert clock.due_at == at(2, 16)  # four hours from ten, two of them on hold
    services.change_priority(ticket, priority=Priority.LOW, actor=admin)
    assert open_clock(ticket, ClockKind.RESOLUTION).due_at == at(9, 12)


def test_without_a_policy_nothing_is_promised(raise_ticket):
    Policy.objects.update(is_active=False)
    ticket = raise_ticket()
    assert not Clock.objects.filter(ticket=ticket).exists()
    assert ticket.next_due_at == NEVER


def test_a_deleted_or_merged_ticket_stands_still_until_that_is_undone(raise_ticket, admin, now):
    ticket, other = raise_ticket(), raise_ticket()
    services.delete_ticket(ticket, actor=admin)
    assert Ticket.objects.get(pk=ticket.pk).next_due_at == NEVER
    now.shift(HOUR)
    services.restore_ticket(ticket, actor=admin)
    assert open_clock(ticket, ClockKind.FIRST_RESPONSE).due_at == at(3, 11)
    services.merge_tickets(ticket, target=other, actor=admin, share=True)
    assert Ticket.objects.get(pk=ticket.pk).next_due_at == NEVER
    now.shift(HOUR)
    services.undo_merge(Ticket.objects.get(pk=ticket.pk), actor=admin)
    assert open_clock(ticket, ClockKind.FIRST_RESPONSE).due_at == at(3, 12)


def test_two_events_of_the_same_moment_leave_one_open_segment(raise_ticket, maya):
    ticket = raise_ticket()
    for status in (Status.ON_HOLD, Status.IN_PROGRESS, Status.ON_HOLD):
        services.change_status(ticket, status=status, actor=maya)
    clock = open_clock(ticket, ClockKind.RESOLUTION)
    assert clock.segments.filter(ends_at=None).count() == 1
    assert clock.due_at is None
