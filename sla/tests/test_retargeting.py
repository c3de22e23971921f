"""Open tickets take over new hours and targets in the background, or keep what they had."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import CustomerFactory
from sla.models import (
    BusinessCalendar,
    CalendarVersion,
    Clock,
    Policy,
    PolicyVersion,
    Retargeting,
    TicketTerms,
)
from sla.services import ask, recheck, retarget
from sla.services import retargeting as module
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.models import Ticket
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db


def new_hours(**given):
    calendar = BusinessCalendar.objects.get()
    old = calendar.current
    values = {"time_zone": old.time_zone, "week": old.week} | given
    calendar.current = CalendarVersion.objects.create(
        calendar=calendar, number=old.number + 1, **values
    )
    calendar.save()
    return calendar.current


def due(ticket):
    return Ticket.objects.get(pk=ticket.pk).next_due_at


def test_a_ticket_counts_by_the_old_hours_until_the_edit_and_by_the_new_ones_after(
    raise_ticket, now
):
    ticket = raise_ticket()  # Tuesday 10:00, eight hours: Wednesday 10:00
    now.shift(timedelta(hours=2))
    version = new_hours(week=[[[9 * 60, 13 * 60]]] * 5 + [[], []])
    ask(calendar_version=version)
    now.shift(timedelta(hours=3))
    assert retarget() == 1
    # Two hours by the old hours, one on Tuesday, four on Wednesday, one on Thursday.
    assert due(ticket) == datetime(2026, 6, 4, 10, tzinfo=UTC)
    assert retarget() == 0


def test_tickets_keep_what_they_had_unless_asked(raise_ticket, maya, now):
    ticket = raise_ticket()
    before = due(ticket)
    new_hours(week=[[]] * 6 + [[[0, 60]]])
    services.change_priority(ticket, priority=4, actor=maya)
    assert due(ticket) == before
    assert raise_ticket().next_due_at != before


def test_an_ended_clock_and_a_time_before_the_edit_stay_as_they_were(raise_ticket, maya, now):
    ticket = raise_ticket()
    now.shift(timedelta(hours=1))
    services.add_reply(ticket, actor=maya, body="Yes?")
    ask(calendar_version=new_hours(week=[[]] * 7))
    retarget()
    first = Clock.objects.get(ticket=ticket, kind="first_response")
    assert (first.is_met, first.used) == (True, 3600)
    assert Clock.objects.get(ticket=ticket, kind="resolution").due_at is None


def test_a_changed_policy_is_taken_over(raise_ticket):
    ticket = raise_ticket()
    policy = Policy.objects.get()
    old = policy.current
    policy.current = PolicyVersion.objects.create(
        policy=policy, number=2, calendar=old.calendar, first_response=60, update=30
    )
    policy.save()
    ask(policy_version=policy.current)
    retarget()
    assert due(ticket) == datetime(2026, 6, 2, 11, tzinfo=UTC)
    resolution = Clock.objects.get(ticket=ticket, kind="resolution")
    assert resolution.due_at is None
    assert resolution.segments.last().reason == "The policy sets no target"


def test_tickets_from_before_get_clocks_from_now_on(now, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 2)
    tickets = [TicketFactory(raised_at=timezone.now() - timedelta(days=90)) for _ in range(5)]
    ask()
    assert retarget() == 5
    assert TicketTerms.objects.count() == 5
    assert {due(ticket) for ticket in tickets} == {datetime(2026, 6, 3, 10, tzinfo=UTC)}


def test_newer_hours_are_not_replaced_by_older_ones(raise_ticket, now):
    """A ticket that is raised between two edits, while the first is still being taken over."""
    asked = new_hours(week=[[[9 * 60, 13 * 60]]] * 5 + [[], []])
    ask(calendar_version=asked)
    newest = new_hours(week=[[[9 * 60, 15 * 60]]] * 5 + [[], []])
    ticket = raise_ticket()  # Tuesday 10:00, eight hours of six a day
    before = due(ticket)
    assert before == datetime(2026, 6, 3, 12, tzinfo=UTC)
    retarget()
    assert due(ticket) == before
    assert TicketTerms.objects.get().calendar_version == newest


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_newer_request_does_not_overtake_one_that_another_worker_is_at():
    first, second = ask(), ask()
    held, go_on = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Retargeting.objects.select_for_update().get(pk=first.pk)
            held.set()
            go_on.wait(20)
        connection.close()

    worker = threading.Thread(target=hold)
    worker.start()
    assert held.wait(20)
    try:
        retarget()
        assert not Retargeting.objects.filter(done_at__isnull=False).exists()
    finally:
        go_on.set()
        worker.join()
    retarget()
    done = Retargeting.objects.filter(done_at__isnull=False)
    assert set(done.values_list("pk", flat=True)) == {first.pk, second.pk}


def test_many_tickets_cost_no_more_queries_than_few(raise_ticket, django_assert_max_num_queries):
    customer = raise_ticket().customer
    ask(calendar_version=new_hours(week=[[[600, 840]]] * 5 + [[], []]))
    with CaptureQueriesContext(connection) as few:
        assert retarget() == 1
    for _ in range(6):
        raise_ticket(customer=customer)
    ask(calendar_version=new_hours(week=[[[540, 840]]] * 5 + [[], []]))
    with django_assert_max_num_queries(len(few)):
        assert retarget() == 7


@pytest.fixture
def desk():
    """A technician, a customer and a policy, in the tables of a test that commits."""
    calendar = BusinessCalendar.objects.create(name="Always")
    calendar.current = CalendarVersion.objects.create(
        calendar=calendar, number=1, time_zone="UTC", week=[[[0, 1440]]] * 7
    )
    calendar.save()
    Policy.objects.update(is_active=False)
    policy = Policy.objects.create(name="All")
    policy.current = PolicyVersion.objects.create(
        policy=policy, number=1, calendar=calendar, first_response=60
    )
    policy.save()
    with transaction.atomic():
        return calendar, TechnicianFactory().user, CustomerFactory()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_tickets_are_raised_and_answered_while_a_batch_holds_its_locks(desk, monkeypatch):
    calendar, maya, customer = desk
    given = {"customer": customer, "actor": customer, "category_text": "Odd"}
    within, beside = (services.create_ticket(description="It hums.", **given) for _ in range(2))
    for ticket in (within, beside):
        services.assign_ticket(ticket, technician=maya, actor=None)
    version = CalendarVersion.objects.create(
        calendar=calendar, number=2, time_zone="UTC", week=[[[0, 720]]] * 7
    )
    ask(calendar_version=version)
    holds, go_on = threading.Event(), threading.Event()
    original = module.store

    def store_slowly(lives):
        original(lives)
        holds.set()
        go_on.wait(60)

    def work():
        retarget()
        connection.close()

    monkeypatch.setattr(module, "BATCH", 1)
    monkeypatch.setattr(module, "store", store_slowly)
    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert holds.wait(60)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")  # waiting would be an error
        assert services.create_ticket(description="It hums, too.", **given).pk
        services.add_reply(beside, actor=maya, body="On it.")
        assert not go_on.is_set()
        with pytest.raises(OperationalError):  # so there are locks indeed
            services.add_reply(within, actor=maya, body="On it.")
    finally:
        go_on.set()
        worker.join()
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    services.add_reply(within, actor=maya, body="On it.")
    assert Clock.objects.filter(ticket__in=[within, beside], is_met=True).count() == 2
    rows = TicketTerms.objects.filter(ticket__in=[within, beside])
    assert set(rows.values_list("calendar_version", flat=True)) == {version.pk}
    assert [recheck(one) for one in Ticket.objects.all()] == [[]] * 3
