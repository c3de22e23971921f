"""Reminders, resolving and closing by the clock: each once, and stopped by an answer."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.urls import reverse

from accounts.tests.factories import AdminFactory, TechnicianUserFactory
from notifications.tests.outbox import mails, told, whole
from operations.jobs import run_due_jobs
from tickets import services
from tickets.choices import EventType, Status
from tickets.models import Ticket
from tickets.services import automatic
from tickets.tests.factories import TicketFactory

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def ticket(db, clock):
    return TicketFactory(
        technician=TechnicianUserFactory(name="Priya Nair"),
        status=Status.IN_PROGRESS,
        customer__time_zone="Pacific/Auckland",
    )


def resolved(ticket):
    return services.resolve_ticket(
        ticket, actor=ticket.technician, resolution_summary="A new tunnel."
    )


def asked(ticket):
    return services.add_reply(
        ticket, actor=ticket.technician, body="Which room?", then_status=Status.WAITING
    )


def after(clock, days):
    """Let the desk's workers run some minutes after so many days."""
    clock.move_to(START + timedelta(days=days))
    for _ in range(3):
        run_due_jobs()
        clock.shift(60)


def types(ticket):
    return list(ticket.events.values_list("type", flat=True))


def test_a_resolved_ticket_is_announced_to_close_and_closes(ticket, clock):
    resolved(ticket)
    after(clock, 4.9)
    assert types(ticket) == [EventType.RESOLVED]
    after(clock, 5)
    after(clock, 6)
    assert types(ticket) == [EventType.RESOLVED, EventType.CLOSING_ANNOUNCED]
    mail = mails("closing_soon")[0]
    # 9:00 in London is already evening in Auckland: the day is the reader's.
    assert "Your ticket closes on Sun 8 Mar 2026" in whole(mail)
    assert "A new tunnel." in mail.body
    after(clock, 7.01)
    ticket.refresh_from_db()
    assert ticket.status == Status.CLOSED
    assert ticket.events.last().actor is None
    assert told("ticket_closed") == [ticket.customer.email]
    assert told("ticket_ended") == []  # the technician has heard of the end already
    after(clock, 60)
    assert types(ticket)[2:] == [EventType.CLOSED]


def test_a_customer_who_was_asked_is_reminded_twice_then_the_ticket_is_resolved(ticket, clock):
    asked(ticket)
    for day in (1, 3, 3.5, 6, 7, 8, 9.9):
        after(clock, day)
    assert types(ticket)[2:] == [EventType.CUSTOMER_REMINDED] * 2
    first, second = mails("waiting_reminder")
    assert first.subject.startswith("We still wait for your answer")
    assert "resolved on Wed 11 Mar 2026" in whole(first)
    assert "resolved on Wed 11 Mar 2026" in whole(second)
    after(clock, 10.01)
    ticket.refresh_from_db()
    assert ticket.status == Status.RESOLVED
    assert "no answer for 10 days" in ticket.resolution_summary
    assert told("ticket_resolved") == [ticket.customer.email]


@pytest.mark.parametrize("verb", ["answer", "hold", "ask again"])
def test_an_answer_or_another_status_stops_the_reminders(ticket, clock, verb):
    asked(ticket)
    clock.move_to(START + timedelta(days=2))
    if verb == "answer":
        services.add_reply(ticket, actor=ticket.customer, body="Room two")
    elif verb == "hold":
        services.change_status(ticket, status=Status.ON_HOLD, actor=ticket.technician)
    else:
        services.add_reply(ticket, actor=ticket.technician, body="Are you there?")
    for day in (3, 4.9):
        after(clock, day)
    assert EventType.CUSTOMER_REMINDED not in types(ticket)
    for day in (5.1, 9.1, 11.9):
        after(clock, day)
    reminders = types(ticket).count(EventType.CUSTOMER_REMINDED)
    assert reminders == (2 if verb == "ask again" else 0)
    ticket.refresh_from_db()
    assert not ticket.is_done


def test_a_reminder_that_was_overtaken_by_the_answer_is_not_sent(ticket, clock):
    asked(ticket)
    after(clock, 3)
    services.add_reply(ticket, actor=ticket.customer, body="Room two")
    assert mails("waiting_reminder") == []


def test_a_reopened_ticket_begins_anew(ticket, clock):
    resolved(ticket)
    after(clock, 5)
    services.reopen_ticket(ticket, actor=ticket.customer, reason="It is back")
    after(clock, 30)
    assert ticket.events.last().type == EventType.REOPENED
    resolved(ticket)
    after(clock, 35.1)
    after(clock, 36.5)
    assert types(ticket)[-2:] == [EventType.RESOLVED, EventType.CLOSING_ANNOUNCED]


def test_workers_that_stood_still_send_one_reminder_and_leave_time_to_answer(ticket, clock):
    asked(ticket)
    after(clock, 30)
    assert types(ticket)[2:] == [EventType.CUSTOMER_REMINDED]
    after(clock, 32.9)
    assert types(ticket)[2:] == [EventType.CUSTOMER_REMINDED]
    after(clock, 33.1)
    assert types(ticket)[3:] == [EventType.RESOLVED]


def test_a_clock_that_jumps_ahead_and_back_repeats_nothing(ticket, clock):
    resolved(ticket)
    for day in (5, 400, 1, 5, 6, 400, 2):
        after(clock, day)
    ended = [type for type in types(ticket) if type != EventType.RESOLVED]
    assert ended == [EventType.CLOSING_ANNOUNCED, EventType.CLOSED]


def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(ticket, clock, monkeypatch):
    """Whatever statement it dies at, the next worker does the whole step once."""
    resolved(ticket)
    clock.move_to(START + timedelta(days=5))
    real, deaths = automatic.record, []

    def die_after(*args, **options):
        real(*args, **options)
        deaths.append(1)
        raise KeyboardInterrupt

    services.take_due_steps(START)  # looks, and sees that nothing is due yet
    monkeypatch.setattr(automatic, "record", die_after)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            services.take_due_steps()
    assert deaths == [1, 1, 1]
    assert types(ticket) == [EventType.RESOLVED]
    assert mails("closing_soon") == []
    monkeypatch.setattr(automatic, "record", real)
    services.take_due_steps()
    services.take_due_steps()
    assert types(ticket)[1:] == [EventType.CLOSING_ANNOUNCED]
    assert len(mails("closing_soon")) == 1


def test_one_tickets_fault_does_not_hold_up_the_others(ticket, clock, monkeypatch, caplog):
    good = TicketFactory(technician=ticket.technician, status=Status.IN_PROGRESS)
    resolved(ticket)
    resolved(good)
    clock.move_to(START + timedelta(days=5))
    real = automatic.plan

    def fail_once(found, *rest):
        if found.pk == ticket.pk:
            raise ValueError("odd")
        return real(found, *rest)

    monkeypatch.setattr(automatic, "plan", fail_once)
    services.take_due_steps()
    assert types(good)[1:] == [EventType.CLOSING_ANNOUNCED]
    ticket.refresh_from_db()
    assert ticket.next_step_at == START + timedelta(days=5, hours=1)


def test_a_deleted_ticket_rests(ticket, clock):
    resolved(ticket)
    services.delete_ticket(ticket, actor=AdminFactory())
    after(clock, 30)
    assert types(ticket)[-1] == EventType.DELETED


def test_a_new_schedule_holds_for_tickets_that_are_resolved_already(ticket, clock):
    resolved(ticket)
    after(clock, 1)
    services.change_desk_settings(actor=AdminFactory(), close_after_days=2, close_reminder_days=0)
    after(clock, 2.1)
    assert types(ticket)[1:] == [EventType.CLOSED]


def test_tickets_from_before_rest_until_an_admin_sets_a_schedule(clock, db):
    old = TicketFactory(
        status=Status.RESOLVED, resolved_at=START - timedelta(days=900), resolution_summary="x"
    )
    after(clock, 1)
    assert types(old) == []
    services.change_desk_settings(actor=AdminFactory(), close_after_days=30)
    after(clock, 1.1)
    assert types(old) == [EventType.CLOSING_ANNOUNCED]


def test_reminding_does_not_get_in_the_way_of_who_is_writing(ticket, clock):
    version = asked(ticket).version
    after(clock, 3)
    services.add_reply(ticket, actor=ticket.technician, body="Hello?", version=version)
    assert ticket.comments.filter(body="Hello?").exists()


def test_the_pages_say_when(ticket, clock, client):
    resolved(ticket)
    ticket.customer.time_zone = ""
    ticket.customer.save()
    client.force_login(ticket.customer)
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "it closes by itself on" in page
    assert "Sun 8 Mar" in page
    after(clock, 5)
    assert "announced that the ticket" in client.get(ticket.get_absolute_url()).content.decode()
    client.force_login(ticket.technician)
    page = client.get(reverse("technicians:ticket-detail", args=[ticket.ticket_id]))
    assert "Closes by itself" in page.content.decode()


def test_a_run_costs_what_is_due(ticket, clock, django_assert_num_queries):
    for _ in range(5):
        resolved(TicketFactory(technician=ticket.technician, status=Status.IN_PROGRESS))
    after(clock, 1)
    with django_assert_num_queries(2):  # the settings, and what is due
        services.take_due_steps()


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_takes_the_step():
    with time_machine.travel(START), transaction.atomic():
        ticket = TicketFactory(technician=TechnicianUserFactory(), status=Status.IN_PROGRESS)
        resolved(ticket)
    barrier = threading.Barrier(4)

    def work():
        try:
            barrier.wait()
            services.take_due_steps(START + timedelta(days=6))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert types(Ticket.objects.get(pk=ticket.pk)) == [
        EventType.RESOLVED,
        EventType.CLOSING_ANNOUNCED,
    ]
