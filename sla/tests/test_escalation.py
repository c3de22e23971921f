"""Warnings and escalations: what was reached is done once, whatever the schedulers do."""

import os
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.models import Team
from accounts.tests.factories import AdminFactory, CustomerFactory
from notifications.tests.outbox import mails, told
from sla.models import (
    BusinessCalendar,
    CalendarVersion,
    Clock,
    EscalationLevel,
    EscalationRun,
    Policy,
    PolicyVersion,
)
from sla.services import ask, escalate, retarget
from sla.services import escalation as module
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.choices import Priority, Status
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
# How many steps the simulated year has.
STEPS = int(os.environ.get("SLA_STEPS", "60"))


def at(day, hour, minute=0):
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


def test_the_technician_is_warned_and_the_lead_is_told_of_what_was_missed(raise_ticket, maya, now):
    lead = TechnicianFactory().user
    team = Team.objects.create(name="Network", lead=lead)
    team.members.add(lead, maya)
    raise_ticket(subject="No light")
    now.move_to(at(2, 15, 59))
    assert escalate() == 0
    now.move_to(at(2, 16))
    assert escalate() == 1
    assert escalate() == 0
    assert told("sla_warning") == [maya.email]
    mail = mails("sla_warning")[0]
    assert mail.subject.startswith("First reply due 10:00 UTC: No light [TKT")
    now.move_to(at(3, 10, 1))
    assert escalate() == 1
    assert told("sla_missed") == sorted([maya.email, lead.email])
    assert f"{maya.name} has the ticket." in mails("sla_missed")[0].body
    types = list(Ticket.objects.get().events.order_by("id").values_list("type", flat=True))
    assert types[-2:] == ["target_warned", "target_missed"]


def test_nothing_fires_for_what_was_answered_in_time(raise_ticket, maya, now):
    ticket = raise_ticket()
    services.add_reply(ticket, actor=maya, body="On it.", then_status=Status.WAITING)
    now.shift(timedelta(days=60))
    assert escalate() == 0


def test_what_was_missed_while_no_scheduler_ran_is_still_told(raise_ticket, maya, now):
    ticket = raise_ticket()
    now.move_to(at(3, 11))
    services.add_reply(ticket, actor=maya, body="Sorry.", then_status=Status.WAITING)
    escalate()
    assert told("sla_warning") == []  # it was done meanwhile
    assert maya.email in told("sla_missed")
    assert escalate() == 0


def test_a_level_raises_the_priority_and_hands_the_ticket_over(raise_ticket, now):
    other = TechnicianFactory().user
    EscalationLevel.objects.all().delete()
    EscalationLevel.objects.create(
        policy=Policy.objects.get(),
        kind="first_response",
        unit="minutes",
        amount=-60,
        tell_technician=False,
        raise_priority_to=Priority.URGENT,
        reassign_to=other,
    )
    ask(policy_version=Policy.objects.get().current)
    ticket = raise_ticket()
    retarget()
    now.move_to(at(3, 9))
    assert escalate() == 1
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.technician) == (Priority.URGENT, other)
    run = EscalationRun.objects.get()
    assert run.said == f"Priority raised to Urgent. Handed to {other.name}"
    assert run.event.changes["said"] == run.said
    assert escalate() == 0


def test_a_run_costs_what_is_due_and_not_what_is_open(raise_ticket, now, django_assert_num_queries):
    for _ in range(5):
        raise_ticket()
    with django_assert_num_queries(1):
        assert escalate() == 0


def test_a_customer_never_sees_a_warning(raise_ticket, now):
    ticket = raise_ticket()
    now.move_to(at(3, 11))
    escalate()
    shown = ticket.events.visible_to(ticket.customer).values_list("type", flat=True)
    assert not {"target_warned", "target_missed"} & set(shown)


def lone_level(**given):
    """The only level there is: an hour before the first reply is due."""
    EscalationLevel.objects.all().delete()
    values = {"kind": "first_response", "unit": "minutes", "amount": -60}
    return EscalationLevel.objects.create(policy=Policy.objects.get(), **values | given)


def test_nobody_s_lead_is_told_of_a_ticket_that_nobody_has(raise_ticket, admin, maya, now):
    stranger = TechnicianFactory().user
    Team.objects.create(name="Empty", lead=stranger)  # a team without members
    lone_level(tell_technician=False, tell_lead=True)
    ticket = raise_ticket()
    services.unassign_ticket(ticket, actor=admin)
    now.move_to(at(3, 9, 1))
    assert escalate() == 1
    assert told("sla_warning") == [admin.email]


def test_a_level_that_names_nobody_tells_nobody(raise_ticket, admin, now):
    lone_level(tell_technician=False, raise_priority_to=Priority.URGENT)
    ticket = raise_ticket()
    now.move_to(at(3, 9, 1))
    assert escalate() == 1
    assert told("sla_warning") == []
    assert Ticket.objects.get(pk=ticket.pk).priority == Priority.URGENT


def test_the_admins_are_told_where_those_named_have_left(raise_ticket, admin, now):
    gone = TechnicianFactory().user
    level = lone_level(tell_technician=False)
    level.tell_others.add(gone)
    raise_ticket()
    gone.is_active = False
    gone.save()
    now.move_to(at(3, 9, 1))
    assert escalate() == 1
    assert told("sla_warning") == [admin.email]


@pytest.mark.parametrize("way", ["merged", "deleted"])
def test_a_level_that_was_reached_before_a_halt_is_told_when_the_ticket_goes_on(
    raise_ticket, admin, maya, now, caplog, way
):
    lone_level(raise_priority_to=Priority.URGENT)
    ticket, other = raise_ticket(), raise_ticket()
    services.resolve_ticket(other, actor=maya, resolution_summary="Done.")
    now.move_to(at(3, 9, 1))  # reached, and no scheduler has run yet
    if way == "merged":
        services.merge_tickets(ticket, target=raise_ticket(), actor=admin, share=True)
    else:
        services.delete_ticket(ticket, actor=admin)
    assert escalate() == 0
    assert not caplog.records
    now.shift(HOUR)
    assert escalate() == 0
    ticket = Ticket.objects.get(pk=ticket.pk)
    if way == "merged":
        services.undo_merge(ticket, actor=admin)
    else:
        services.restore_ticket(ticket, actor=admin)
    assert escalate() == 1
    assert told("sla_warning") == [maya.email]
    assert Ticket.objects.get(pk=ticket.pk).priority == Priority.URGENT


class Killed(BaseException):
    """No handler of the desk catches it."""


def run_and_perhaps_die(chance, monkeypatch, moment):
    """One run of a scheduler, which may end after any write: what it was at is rolled back."""
    name, left = chance.choice(["store", "_act", "note_target"]), [chance.randint(1, 3)]
    original, dies = getattr(module, name), chance.random() < 0.3

    def deadly(*given, **named):
        done = original(*given, **named)
        left[0] -= 1
        if dies and left[0] == 0:
            raise Killed
        return done

    with monkeypatch.context() as patched:
        patched.setattr(module, name, deadly)
        try:
            escalate(moment)
        except Killed:
            return 1
    return 0


def check_that_it_was_told_once(clock):
    hundred = clock.runs.filter(level__amount=100).count()
    end = clock.ended_at or timezone.now()
    missed = clock.due_at is not None and clock.due_at <= end and clock.is_met is not True
    if hundred and not missed:  # a fast clock: by it the level was reached
        early = clock.runs.get(level__amount=100)
        assert timedelta(0) <= early.ran_at - early.due_at <= 2 * HOUR
    else:
        assert hundred == int(missed), (clock.kind, clock.due_at, clock.ended_at, clock.is_met)


def test_a_simulated_year_with_two_schedulers_kills_and_clock_steps(
    raise_ticket, maya, now, monkeypatch
):
    """Every level that was reached in time of its clock has its one row.

    No other has one, but for those that a clock that was fast showed as reached.
    """
    deaths = 0
    chance = random.Random(7)
    moment = at(1, 0)
    tickets = []
    for _ in range(STEPS):
        moment += timedelta(hours=chance.uniform(4, 290) * 60 / STEPS)
        now.move_to(moment)
        if len(tickets) < 6:
            tickets.append(raise_ticket())
        ticket = Ticket.objects.get(pk=chance.choice(tickets).pk)
        if chance.random() < 0.5 and not ticket.is_done:
            services.add_reply(
                ticket,
                actor=maya,
                body="News.",
                then_status=chance.choice(["", Status.WAITING, Status.ON_HOLD, Status.IN_PROGRESS]),
            )
        elif chance.random() < 0.5:
            services.add_reply(ticket, actor=ticket.customer, body="Hello?")
        for scheduler in range(2):
            if chance.random() < 0.2:
                continue  # this one was killed before
            step = chance.choice([0, 0, 0, -7200, 300, 7200]) if scheduler else 0
            seen = timezone.now() + timedelta(seconds=step)
            deaths += run_and_perhaps_die(chance, monkeypatch, seen)
    escalate()
    assert deaths
    runs = EscalationRun.objects.all()
    assert runs.count() == len({(run.clock_id, run.level_id) for run in runs}) > 10
    for clock in Clock.objects.all():
        check_that_it_was_told_once(clock)


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_two_schedulers_at_once_tell_once():
    with transaction.atomic():
        admin, customer = AdminFactory(), CustomerFactory()
    Policy.objects.update(is_active=False)
    calendar = BusinessCalendar.objects.create(name="Always")
    calendar.current = CalendarVersion.objects.create(
        calendar=calendar, number=1, time_zone="UTC", week=[[[0, 1440]]] * 7
    )
    calendar.save()
    policy = Policy.objects.create(name="All")
    policy.current = PolicyVersion.objects.create(
        policy=policy, number=1, calendar=calendar, first_response=60
    )
    policy.save()
    EscalationLevel.objects.create(policy=policy, amount=100, unit="percent")
    for _ in range(6):
        services.create_ticket(
            customer=customer, actor=customer, description="It hums.", category_text="Odd"
        )
    later = timezone.now() + 2 * HOUR

    def run(_):
        try:
            return escalate(later)
        except Exception:  # SQLite: the other one holds the database
            return 0
        finally:
            connections.close_all()

    if connection.vendor == "postgresql":
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(run, range(4)))
    else:
        run(0)
    escalate(later)
    assert EscalationRun.objects.count() == 6
    assert told("sla_missed") == [admin.email] * 6
