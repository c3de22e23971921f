"""Thanks on a finished ticket: kept, listed, dismissed or reopened; nothing is lost."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory, TechnicianUserFactory
from notifications.tests.outbox import everything, mails, whole
from operations.jobs import run_due_jobs
from tickets import services
from tickets.choices import EventType, Status
from tickets.tests.factories import TicketFactory

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def clock(db):
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def ticket(clock):
    ticket = TicketFactory(
        technician=TechnicianUserFactory(name="Priya Nair"),
        customer__name="Amara Okafor",
        status=Status.IN_PROGRESS,
    )
    return services.resolve_ticket(
        ticket, actor=ticket.technician, resolution_summary="A new tunnel."
    )


def thank(ticket, body="Thanks Priya, works perfectly!"):
    return services.add_reply(ticket, actor=ticket.customer, body=body)


def after(clock, **time):
    clock.move_to(START + timedelta(**time))
    for _ in range(3):
        run_due_jobs()
        clock.shift(60)


def types(ticket):
    return list(ticket.events.values_list("type", flat=True))


def test_thanks_do_not_reopen_and_are_kept(ticket):
    ticket = thank(ticket)
    assert ticket.status == Status.RESOLVED
    assert ticket.confirm_since == START
    assert not ticket.awaits_reply
    assert types(ticket)[-1] == EventType.REPLY_ADDED
    assert ticket.comments.get().body == "Thanks Priya, works perfectly!"


@pytest.mark.parametrize("body", ["Thanks, but it is back.", "Is it fixed?", "Thanks, TKT0001"])
def test_anything_else_reopens(ticket, body):
    assert thank(ticket, body).status == Status.IN_PROGRESS


def test_a_closed_ticket_is_held_alike(ticket):
    services.accept_solution(ticket, actor=ticket.customer)
    assert thank(ticket).status == Status.CLOSED


def test_a_reopening_with_kind_words_reopens(ticket):
    services.reopen_ticket(ticket, actor=ticket.customer, reason="Thanks")
    ticket.refresh_from_db()
    assert ticket.status == Status.IN_PROGRESS


def test_nobody_looked_so_it_reopens_by_itself_once(ticket, clock):
    thank(ticket)
    after(clock, hours=47)
    ticket.refresh_from_db()
    assert ticket.status == Status.RESOLVED
    after(clock, hours=48, minutes=1)
    ticket.refresh_from_db()
    assert ticket.status == Status.IN_PROGRESS
    assert ticket.confirm_since is None
    after(clock, hours=100)
    assert types(ticket).count(EventType.REOPENED) == 1
    assert "nobody has looked at it yet" in whole(mails("work_resumed")[0])
    assert "nobody has confirmed that it is solved" in whole(mails("ticket_reopened")[0])


def test_a_later_word_does_not_put_off_the_reopening(ticket, clock):
    thank(ticket)
    clock.move_to(START + timedelta(hours=40))
    thank(ticket, "Thanks again!")
    after(clock, hours=49)
    ticket.refresh_from_db()
    assert ticket.status == Status.IN_PROGRESS


def test_it_does_not_close_while_it_waits_to_be_looked_at(ticket, clock):
    services.change_desk_settings(actor=AdminFactory(), courtesy_hours=24 * 30)
    clock.move_to(START + timedelta(days=4))
    thank(ticket)
    after(clock, days=20)
    ticket.refresh_from_db()
    assert ticket.status == Status.RESOLVED


def test_dismissed_it_stays_and_later_closes(ticket, clock):
    thank(ticket)
    ticket = services.dismiss_courtesy(ticket, actor=ticket.technician)
    assert ticket.confirm_since is None
    services.dismiss_courtesy(ticket, actor=ticket.technician)
    assert types(ticket).count(EventType.COURTESY_DISMISSED) == 1
    after(clock, hours=60)
    ticket.refresh_from_db()
    assert ticket.status == Status.RESOLVED
    after(clock, days=5)
    after(clock, days=7.1)
    ticket.refresh_from_db()
    assert ticket.status == Status.CLOSED


@pytest.mark.parametrize("verb", ["answer", "accept", "reopen", "problem"])
def test_whatever_comes_next_takes_it_off_the_list(ticket, verb):
    thank(ticket)
    if verb == "answer":
        services.add_reply(ticket, actor=ticket.technician, body="Glad to hear it")
    elif verb == "accept":
        services.accept_solution(ticket, actor=ticket.customer)
    elif verb == "reopen":
        services.reopen_ticket(ticket, actor=ticket.technician)
    else:
        thank(ticket, "It fails after all")
    ticket.refresh_from_db()
    assert ticket.confirm_since is None


def test_the_technician_is_told_that_it_was_not_reopened(ticket):
    thank(ticket)
    mail = whole(mails("reply_from_customer")[0])
    assert "reads like thanks" in mail
    assert "Wed 4 Mar 2026, 09:00" in mail
    assert ("ticket_reopened", ticket.technician.email) not in everything()


def test_the_customer_sees_the_reply_as_sent_and_how_to_reopen(ticket, client):
    client.force_login(ticket.customer)
    url = reverse("tickets:ticket-reply", args=[ticket.ticket_id])
    page = client.post(url, {"body": "Thank you!"}, follow=True).content.decode()
    assert "Reply sent" in page
    assert "open again" not in page
    assert "Thank you!" in page
    assert "If it is not solved, reopen it here." in page
    services.dismiss_courtesy(ticket, actor=ticket.technician)
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "reopen it here" not in page
    assert "thanks" not in page.lower().replace("thank you", "")


def test_the_desk_lists_dismisses_and_reopens(ticket, client):
    thank(ticket)
    client.force_login(ticket.technician)
    assert "To confirm" in client.get(reverse("technicians:dashboard")).content.decode()
    listed = client.get(reverse("technicians:ticket-list") + "?view=confirm").content.decode()
    assert ticket.ticket_id in listed
    page = client.get(ticket.get_desk_url()).content.decode()
    assert "Only thanks" in page
    url = reverse("technicians:ticket-dismiss", args=[ticket.ticket_id])
    page = client.post(url, follow=True).content.decode()
    assert "It stays as it is" in page
    assert "Only thanks" not in page
    assert "read the thanks" in page


def test_the_api_lists_what_is_ones_own_and_dismisses(ticket):
    thank(ticket)
    other = client_of(TechnicianUserFactory())
    assert other.get("/api/tickets/to-confirm").json() == []
    for reader in (ticket.technician, AdminFactory()):
        rows = client_of(reader).get("/api/tickets/to-confirm").json()
        assert [row["ticket_id"] for row in rows] == [ticket.ticket_id]
    client = client_of(ticket.technician)
    url = f"/api/tickets/{ticket.ticket_id}/dismiss"
    assert client.post(url, headers={"if-match": '"1-1"'}).status_code == 412
    assert client.post(url).json() == {"ticket_id": ticket.ticket_id, "status": "Resolved"}
    assert client.get("/api/tickets/to-confirm").json() == []


def test_the_customers_timeline_does_not_say_that_it_was_dismissed(ticket):
    thank(ticket)
    services.dismiss_courtesy(ticket, actor=ticket.technician)
    rows = client_of(ticket.customer).get(f"/api/tickets/{ticket.ticket_id}/timeline").json()
    assert "courtesy_dismissed" not in [row["type"] for row in rows]


def test_a_stranger_neither_sees_nor_dismisses(ticket, client):
    thank(ticket)
    url = reverse("technicians:ticket-dismiss", args=[ticket.ticket_id])
    for person in (TechnicianUserFactory(), CustomerFactory()):
        client.force_login(person)
        assert client.post(url).status_code == 404
    ticket.refresh_from_db()
    assert ticket.confirm_since is not None
