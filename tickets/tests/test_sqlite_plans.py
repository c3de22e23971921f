"""SQLite finds open tickets by the indexes that hold only those, and has figures to choose by."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from operations.statistics import keep_statistics
from tickets.models import Ticket
from tickets.services import set_reminder

# The tables that grow with the desk, and their names in subqueries.
LARGE = re.compile(r"SCAN (tickets_ticket|tickets_ticketevent|tickets_comment|[TV]\d+)\b")

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        "connection.vendor != 'sqlite'", reason="needs SQLite: CI runs the suite on it, too"
    ),
]


@pytest.fixture
def maya():
    call_command("demo_data", tickets=300)
    keep_statistics()
    return User.objects.get(user_id="maya")


def plan(sql, parameters=()):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        return [row[3] for row in cursor.fetchall()]


def test_open_tickets_are_found_by_their_own_index(maya):
    every, own = Ticket.objects.present().open(), Ticket.objects.on_desk_of(maya).open()
    for index, tickets in (("ticket_open", every), ("ticket_open_technician", own)):
        steps = plan(*tickets.most_urgent_first()[:25].query.sql_with_params())
        assert any(step.split()[-1] == index or f" {index} " in step for step in steps), steps


def test_no_page_of_a_technician_scans_the_tickets(maya):
    ticket = Ticket.objects.on_desk_of(maya).open().first()
    set_reminder(ticket, at=timezone.now() + timedelta(hours=1), note="Ring them", actor=maya)
    client = Client()
    client.force_login(maya)
    for path in (
        "/desk/",
        "/desk/tickets/",
        "/desk/tickets/?view=unassigned",
        ticket.get_desk_url(),
    ):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        asked = [query["sql"] for query in asked.captured_queries]
        asked = [sql for sql in asked if sql.startswith(("SELECT", "(SELECT"))]
        assert asked
        for sql in asked:
            scanned = [step for step in plan(sql) if LARGE.match(step)]
            assert not scanned, (scanned, sql)
