"""The dashboard, through HTTP."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from technicians.models import Technician
from tickets import services
from tickets.choices import Priority, Status
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def dashboard(client, user):
    client.force_login(user)
    response = client.get("/desk/")
    assert response.status_code == 200
    return response.content.decode()


def counter(html, name):
    found = re.search(rf"<span>{name}</span><b>([^<]*)</b>", html)
    assert found, name
    return found[1]


def test_counters(client, raise_ticket, priya, mei, printing):
    one, two, three = (raise_ticket(f"Mine {n}") for n in range(3))
    for ticket in (one, two, three):
        services.take_ticket(ticket, actor=priya)
    services.add_reply(one, actor=priya, body="?", then_status=Status.WAITING)
    services.change_status(two, status=Status.ON_HOLD, actor=priya)
    services.take_ticket(raise_ticket("Mei's"), actor=mei)
    raise_ticket("Free")
    raise_ticket("Elsewhere", category=printing)
    html = dashboard(client, priya)
    assert counter(html, "My open tickets") == "3"
    assert counter(html, "Not answered") == "2"
    assert counter(html, "Waiting on customer") == "1"
    assert counter(html, "On hold") == "1"
    assert counter(html, "Unassigned, my categories") == "1"


def test_an_admin_counts_every_ticket_also_without_category(client, raise_ticket, admin, priya):
    services.take_ticket(raise_ticket(), actor=priya)
    raise_ticket("No category", category=None, category_text="Coffee")
    html = dashboard(client, admin)
    assert counter(html, "Open tickets") == "2"
    assert counter(html, "Unassigned") == "1"
    assert "No category" in html
    assert "Take<" not in html


def test_the_queue_is_most_urgent_first_and_says_why(client, raise_ticket, priya):
    for subject, priority in (("Quiet", Priority.LOW), ("Burning", Priority.URGENT)):
        ticket = raise_ticket(subject, priority=priority)
        services.take_ticket(ticket, actor=priya)
    Ticket.objects.filter(subject="Burning").update(raised_at=timezone.now() - timedelta(hours=3))
    html = dashboard(client, priya)
    assert html.index("Burning") < html.index("Quiet")
    text = re.sub(r"<[^>]+>", "", html)
    assert re.search(r"Reply\s+(in )?", text)


def test_my_day(client, raise_ticket, priya):
    ticket = services.take_ticket(raise_ticket(), actor=priya)
    Ticket.objects.update(raised_at=timezone.now() - timedelta(minutes=16))
    ticket = services.add_reply(ticket, actor=priya, body="Hello")
    services.add_note(ticket, actor=priya, body="A note is no reply")
    services.resolve_ticket(ticket, actor=priya, resolution_summary="Done.")
    yesterday = services.take_ticket(raise_ticket("Old"), actor=priya)
    services.resolve_ticket(yesterday, actor=priya, resolution_summary="Done.")
    Ticket.objects.filter(pk=yesterday.pk).update(resolved_at=timezone.now() - timedelta(days=2))
    html = dashboard(client, priya)
    figures = re.findall(r'<b class="num">([^<]*)</b>', html)
    assert figures == ["1", "1", "16 m"]


def test_today_begins_at_midnight_of_the_person(client, raise_ticket, priya):
    """Resolved 20 minutes ago is yesterday where it is 00:10."""
    now = timezone.now()
    zone = next(
        name
        for name in (f"Etc/GMT{n:+}" for n in range(-14, 13))
        if (now.hour - int(name[7:])) % 24 == 0
    )
    priya.time_zone = zone
    priya.save()
    ticket = services.take_ticket(raise_ticket(), actor=priya)
    services.resolve_ticket(ticket, actor=priya, resolution_summary="Done.")
    Ticket.objects.update(resolved_at=now - timedelta(minutes=now.minute + 5))
    html = dashboard(client, priya)
    assert re.findall(r'<b class="num">([^<]*)</b>', html)[0] == "0"


def test_nothing_to_do(client, priya):
    html = dashboard(client, priya)
    assert "Your queue is clear" in html
    assert "Nothing is unassigned" in html


def test_an_empty_queue_points_to_what_nobody_has(client, raise_ticket, priya):
    raise_ticket("Free")
    assert "See unassigned" in dashboard(client, priya)


def test_as_many_queries_with_many_rows(client, raise_ticket, priya):
    services.take_ticket(raise_ticket(), actor=priya)
    raise_ticket("Free")
    dashboard(client, priya)
    with CaptureQueriesContext(connection) as one:
        client.get("/desk/")
    for number in range(20):
        services.take_ticket(raise_ticket(f"Mine {number}"), actor=priya)
        raise_ticket(f"Free {number}")
    with CaptureQueriesContext(connection) as many:
        client.get("/desk/")
    assert len(many) == len(one) <= 18


def test_availability_from_the_dashboard(client, priya):
    html = dashboard(client, priya)
    assert "Set me away" in html
    response = client.post("/desk/availability/", {"available": "0", "next": "dashboard"})
    assert response.url == "/desk/"
    assert not Technician.objects.get(user=priya).is_available
    assert "Set me available" in dashboard(client, priya)
