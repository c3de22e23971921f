"""What chips say, in the reader's zone."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from sla.models import Clock
from sla.queries import deadlines, due_group, next_clock
from sla.templatetags.sla_tags import clock_chip, duration, to_the_second
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def words(html):
    return re.sub(r"\s+", " ", strip_tags(html)).strip()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(5, "1 m"), (1080, "18 m"), (3900, "1 h 05 m"), (7200, "2 h"), (180_000, "2 d 2 h")],
)
def test_lengths_of_time(seconds, said):
    assert duration(seconds) == said
    assert to_the_second(3903) == "1:05:03"


def test_a_chip_says_what_is_due_and_when_exactly(raise_ticket, maya, now):
    ticket = raise_ticket()
    assert words(clock_chip(next_clock(ticket))) == "Reply Wed 10:00"
    now.shift(timedelta(hours=23, minutes=42))
    chip = clock_chip(next_clock(Ticket.objects.get(pk=ticket.pk)))
    assert words(chip) == "Reply in 18 m"
    assert "clk-soon" in chip
    assert 'title="Due Wednesday 3 June 2026, 10:00 UTC"' in chip
    with timezone.override("Asia/Kolkata"):
        assert "Due Wednesday 3 June 2026, 15:30 IST" in clock_chip(next_clock(ticket))
    now.shift(timedelta(minutes=53))
    late = clock_chip(next_clock(ticket))
    assert words(late) == "Reply 35 m late"
    assert "clk-late" in late
    services.add_reply(ticket, actor=maya, body="Sorry.")
    assert words(clock_chip(Clock.objects.get(kind="first_response"))) == "Missed by 35 m"


def test_a_queue_is_grouped_by_what_is_overdue_due_today_and_later(raise_ticket, now):
    ticket = raise_ticket()
    assert due_group(ticket, timezone.localtime()) == "Later"
    now.shift(timedelta(hours=23))
    assert due_group(ticket, timezone.localtime()) == "Due today"
    day = deadlines(Ticket.objects.all(), timezone.localtime())
    assert [(hour.hour, hour.blocks) for hour in day.hours if hour.count] == [(10, ["soon"])]
    now.shift(timedelta(hours=2))
    assert due_group(ticket, timezone.localtime()) == "Overdue"


def test_pages_show_the_targets(raise_ticket, maya):
    ticket = raise_ticket()
    client = Client()
    client.force_login(maya)
    assert "Reply Wed 10:00" in words(client.get("/desk/tickets/?view=mine").content.decode())
    page = words(client.get(ticket.get_desk_url()).content.decode())
    assert re.search(r"Targets First reply Wed 10:00 .*Resolution Tue 10:00 Standard", page)
    client.force_login(ticket.customer)
    page = words(client.get(ticket.get_absolute_url()).content.decode())
    assert "Reply expected by tomorrow, 10:00." in page
