"""Clocks against the events: any history is found as it was, and what was altered by hand is named.

`SLA_HISTORIES` (3 by default) says how many random histories are told.
"""

import os
import random
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sla.choices import ClockKind
from sla.management.commands import recheck_sla as command
from sla.models import (
    BusinessCalendar,
    CalendarVersion,
    Clock,
    ClockSegment,
    Policy,
    PolicyVersion,
    TicketTerms,
)
from sla.services import ask, recheck, retarget, save_calendar, save_policy
from tickets import services
from tickets.choices import Priority, Status
from tickets.models import Ticket, TicketEventDetail

pytestmark = pytest.mark.django_db
HISTORIES = int(os.environ.get("SLA_HISTORIES", "3"))
STEPS = 30
HOUR = timedelta(hours=1)
WEEKS = ([[540, 1020]], [[480, 720], [780, 1080]], [[600, 840]], [[1320, 1800]])


def run(*numbers):
    """What the command writes, and whether it ended with 1."""
    said = StringIO()
    try:
        call_command("recheck_sla", *numbers, stdout=said, stderr=StringIO())
    except CommandError:
        return said.getvalue(), True
    return said.getvalue(), False


class Desk:
    """Does what people at a desk do, at random."""

    def __init__(self, chance, ticket, maya, admin):
        self.chance, self.ticket, self.maya, self.admin = chance, ticket, maya, admin

    def fresh(self):
        return Ticket.objects.get(pk=self.ticket.pk)

    def step(self):
        ticket = self.fresh()
        deeds = [self.hours, self.policy, retarget, retarget]
        if ticket.deleted_at:
            deeds += [self.restore] * 4
        elif ticket.is_done:
            deeds += [self.reopen] * 6
        else:
            deeds += [self.reply, self.answer, self.status, self.priority, self.assign] * 2
            deeds += [self.resolve, self.delete]
        self.chance.choice(deeds)()

    def reply(self):
        until = timezone.now() + self.chance.randint(1, 99) * HOUR
        services.add_reply(
            self.fresh(),
            actor=self.admin,
            body="News.",
            then_status=self.chance.choice(["", Status.WAITING, Status.ON_HOLD]),
            next_update_by=self.chance.choice([None, until]),
        )

    def answer(self):
        services.add_reply(self.fresh(), actor=self.ticket.customer, body="Hello?")

    def status(self):
        wanted = self.chance.choice([Status.IN_PROGRESS, Status.ON_HOLD, Status.WAITING])
        if self.fresh().technician_id and self.fresh().status != wanted:
            services.change_status(self.fresh(), status=wanted, actor=self.admin)

    def priority(self):
        wanted = self.chance.choice(list(Priority))
        services.change_priority(self.fresh(), priority=wanted, actor=self.admin)

    def assign(self):
        if self.fresh().technician_id:
            services.unassign_ticket(self.fresh(), actor=self.admin)
        else:
            services.assign_ticket(self.fresh(), technician=self.maya, actor=self.admin)

    def resolve(self):
        services.resolve_ticket(self.fresh(), actor=self.admin, resolution_summary="Done.")

    def reopen(self):
        actor = self.chance.choice([self.ticket.customer, self.admin])
        services.reopen_ticket(self.fresh(), actor=actor, reason="Again.")

    def delete(self):
        services.delete_ticket(self.fresh(), actor=self.admin)

    def restore(self):
        services.restore_ticket(self.fresh(), actor=self.admin)

    def hours(self):
        calendar = self.chance.choice(list(BusinessCalendar.objects.order_by("pk")))
        save_calendar(
            calendar,
            actor=self.admin,
            name=calendar.name,
            time_zone=self.chance.choice(["UTC", "Europe/Berlin"]),
            week=[self.chance.choice(WEEKS)] * 5 + [[], []],
            days={},
            take_over=self.chance.random() < 0.7,
        )

    def policy(self):
        policy = self.chance.choice(list(Policy.objects.order_by("pk")))
        version = policy.current
        targets = {
            kind: self.chance.choice([None, 60, 480]) for kind in ("next_response", "update")
        }
        save_policy(
            policy,
            actor=self.admin,
            name=policy.name,
            position=policy.position,
            is_active=self.chance.random() < 0.9,
            calendar=self.chance.choice(list(BusinessCalendar.objects.order_by("pk"))),
            targets=targets | {"resolution": 60 * self.chance.randint(1, 40), "first_response": 90},
            pauses=self.chance.choice([[], [Status.WAITING], [Status.WAITING, Status.ON_HOLD]]),
            conditions=version.conditions,
            take_over=self.chance.random() < 0.7,
        )


@pytest.fixture
def policies(admin):
    """Three policies by two calendars: for urgent tickets, for high ones, for all."""
    standard = Policy.objects.get()
    night = save_calendar(
        None, actor=admin, name="Nights", time_zone="UTC", week=[[[1320, 1800]]] * 7, days={}
    )
    for name, priority, calendar in (("Urgent", 4, night), ("High", 3, standard.current.calendar)):
        save_policy(
            None,
            actor=admin,
            name=name,
            position=0,
            is_active=True,
            calendar=calendar,
            targets={"first_response": 60, "resolution": 240},
            pauses=[Status.ON_HOLD],
            conditions={"priorities": [priority]},
        )
    Policy.objects.filter(pk=standard.pk).update(position=9)


def later(moment):
    return moment + HOUR if moment else None


def other(model, key):
    return model.objects.exclude(pk=key).order_by("pk").values_list("pk", flat=True).first()


CLOCK = {
    "due_at": lambda clock: {"due_at": later(clock.due_at) or timezone.now()},
    "target": lambda clock: {"target": (clock.target or 0) + 60},
    "used": lambda clock: {"used": (clock.used or 0) + 60},
    "is_met": lambda clock: {"is_met": not clock.is_met},
    "started_at": lambda clock: {"started_at": clock.started_at - HOUR},
    "ended_at": lambda clock: {"ended_at": later(clock.ended_at) or timezone.now()},
    "cycle": lambda clock: {"cycle": clock.cycle + 70},
    "policy": lambda c: {"policy_version": other(PolicyVersion, c.policy_version_id)},
}
SEGMENT = {
    "begins_at": lambda part: {"begins_at": part.begins_at - HOUR},
    "ends_at": lambda part: {"ends_at": later(part.ends_at) or timezone.now() + HOUR},
    "state": lambda part: {"state": "paused" if part.state == "running" else "running"},
    "hours": lambda part: {"calendar_version": other(CalendarVersion, part.calendar_version_id)},
}


def alterations(chance, ticket):
    """Yield a name and rows with what to write into them, or None: to delete them."""
    clocks = list(Clock.objects.filter(ticket=ticket).order_by("id"))
    rows = ClockSegment.objects.filter(clock__in=clocks).order_by("id")
    parts = [p for p in rows if p.ends_at is None or p.ends_at - p.begins_at > timedelta(minutes=1)]
    for name, change in CLOCK.items():
        clock = chance.choice(clocks)
        yield f"clock {name}", Clock.objects.filter(pk=clock.pk), change(clock)
    for name, change in SEGMENT.items():
        part = chance.choice([p for p in parts if name != "hours" or p.calendar_version_id])
        yield f"segment {name}", ClockSegment.objects.filter(pk=part.pk), change(part)
    for one in (chance.choice(clocks), chance.choice(parts)):
        yield f"no {one._meta.model_name}", type(one).objects.filter(pk=one.pk), None
    terms = TicketTerms.objects.filter(ticket=ticket)
    row = terms.get()
    hours = other(CalendarVersion, row.calendar_version_id)
    yield "terms hours", terms, {"calendar_version": hours}
    yield "terms policy", terms, {"policy_version": other(PolicyVersion, row.policy_version_id)}
    yield "no terms", terms, None
    moment = timezone.now() - timedelta(days=400)
    yield "next due", Ticket.objects.filter(pk=ticket.pk), {"next_due_at": moment}


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_a_random_history_is_found_as_it_was_and_what_was_altered_is_named(
    raise_ticket, maya, admin, policies, now, seed
):
    chance = random.Random(seed)
    ticket = raise_ticket()
    desk = Desk(chance, ticket, maya, admin)
    for _ in range(STEPS):
        now.shift(timedelta(minutes=chance.randint(0, 900), seconds=chance.randint(3, 59)))
        desk.step()
        retold = recheck(desk.fresh())
        assert retold == [], retold
    assert run() == ("1 tickets computed anew, 0 differ.\n", False)
    for name, rows, change in alterations(chance, ticket):
        with transaction.atomic():
            if change is None and rows.model is Clock:
                ClockSegment.objects.filter(clock__in=rows).delete()
            assert rows._raw_delete("default") if change is None else rows.update(**change)
            said, failed = run(ticket.ticket_id)
            assert failed, (name, change)
            assert said.startswith(f"{ticket.ticket_id}: "), name
            transaction.set_rollback(True)
    assert recheck(desk.fresh()) == []


def new_hours(admin, *, take_over=True):
    calendar = BusinessCalendar.objects.get()
    return save_calendar(
        calendar,
        actor=admin,
        name=calendar.name,
        time_zone="UTC",
        week=[[[600, 840]]] * 5 + [[], []],
        days={},
        take_over=take_over,
    )


def test_staff_read_what_a_ticket_goes_by_now_and_customers_do_not(
    client, raise_ticket, admin, maya, now
):
    ticket = raise_ticket()
    now.shift(HOUR)
    new_hours(admin)
    now.shift(HOUR)
    retarget()
    event = ticket.events.get(type="targets_changed")
    versions = list(CalendarVersion.objects.order_by("number").values_list("pk", flat=True))
    assert event.changes["working_hours"] == ["Office hours, version 1", "Office hours, version 2"]
    assert event.changes["goes_by"]["hours"] == versions
    assert event.changes["goes_by"]["since"] == "2026-06-02T11:00:00+00:00"
    client.force_login(maya)
    page = " ".join(client.get(ticket.get_desk_url()).content.decode().split())
    assert "targets by Office hours, version 2" in page
    assert "The targets changed: working hours <b><bdi>Office hours, version 2</bdi></b>" in page
    history = client.get(f"{ticket.get_desk_url()}history/").content.decode()
    assert "Office hours, version 1 → Office hours, version 2" in history
    assert "goes by" not in history
    client.force_login(ticket.customer)
    assert "Office hours" not in client.get(ticket.get_absolute_url()).content.decode()
    assert not ticket.events.visible_to(ticket.customer).filter(type="targets_changed").exists()


def test_nothing_is_written_down_where_only_levels_changed(raise_ticket, admin):
    ticket = raise_ticket()
    ask(policy_version=Policy.objects.get().current)
    assert retarget() == 1
    assert not ticket.events.filter(type="targets_changed").exists()


def test_tickets_from_before_say_why_they_cannot_be_computed(raise_ticket, admin, now):
    """As they are after an update: other terms on the way, and no event that tells of them."""
    plain, moved = raise_ticket(), raise_ticket()
    now.shift(HOUR)
    version = new_hours(admin, take_over=False).current
    for clock in Clock.objects.filter(ticket=moved):
        clock.segments.update(calendar_version=version)
    TicketTerms.objects.update(is_recorded=False)
    Clock.objects.filter(ticket=moved).update(due_at=datetime(2026, 6, 5, 10, tzinfo=UTC))
    said, failed = run(moved.ticket_id)
    assert failed  # the due time is wrong by the segments, too
    assert "its targets were changed before such changes were written down" in said
    TicketTerms.objects.filter(ticket=moved).update(is_recorded=True)
    said, _ = run(moved.ticket_id)
    assert "ran by Office hours, version 2 from 2026-06-02 10:00:00, not ran by Office" in said
    assert run(plain.ticket_id) == ("1 tickets computed anew, 0 differ.\n", False)


def test_tickets_that_got_clocks_after_an_update_are_computed_from_then_on(
    raise_ticket, admin, maya, now
):
    ticket = raise_ticket()
    services.add_reply(ticket, actor=maya, body="?", next_update_by=timezone.now() + 9 * HOUR)
    ClockSegment.objects.all().delete()
    Clock.objects.all().delete()
    TicketTerms.objects.all().delete()
    now.shift(HOUR)
    ask()
    assert retarget() == 1
    services.change_status(ticket, status=Status.WAITING, actor=admin)
    assert run() == ("1 tickets computed anew, 0 differ.\n", False)
    assert ticket.events.get(type="targets_changed").changes["goes_by"]["begins"]
    assert Clock.objects.filter(kind=ClockKind.RESOLUTION).exists()


def test_what_was_erased_is_named(raise_ticket, admin, now):
    ticket = raise_ticket()
    new_hours(admin)
    retarget()
    services.delete_ticket(ticket, actor=admin)
    now.shift(timedelta(days=31))
    services.purge_deleted_tickets()
    assert run() == ("1 tickets computed anew, 0 differ.\n", False)
    detail = TicketEventDetail.objects.get(event__type="targets_changed")
    detail.rewrite({})
    said, failed = run()
    assert not failed
    assert "its texts were removed for good, and with them what was promised" in said
    assert "1 could not be computed from their events alone." in said


def test_a_merge_leaves_the_next_replies_to_their_segments(raise_ticket, admin, maya, now):
    ticket, source = raise_ticket(), raise_ticket()
    services.add_reply(ticket, actor=maya, body="On it.")
    now.shift(HOUR)
    services.merge_tickets(source, target=ticket, actor=admin, share=True)
    services.change_status(ticket, status=Status.ON_HOLD, actor=maya)  # its customer waits now
    assert Clock.objects.filter(ticket=ticket, kind=ClockKind.NEXT_RESPONSE).exists()
    said, failed = run(ticket.ticket_id)
    assert not failed
    assert "next replies not computed from its events" in said


def test_many_tickets_go_through_memory_in_batches(raise_ticket, monkeypatch):
    customer = raise_ticket().customer

    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert not run()[1]
        return len(asked)

    few = queries()
    for _ in range(5):
        raise_ticket(customer=customer)
    assert queries() == few
    monkeypatch.setattr(command, "BATCH", 2)
    monkeypatch.setattr(command, "SAY_EVERY", 4)
    progress = StringIO()
    call_command("recheck_sla", stdout=StringIO(), stderr=progress)
    assert progress.getvalue() == "4 of 6 tickets\n"
