"""What the dashboard says by itself, and whether single keys are on."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tickets import services

pytestmark = pytest.mark.django_db
HTMX = {"hx-request": "true"}


@pytest.fixture
def desk(client, priya):
    client.force_login(priya)
    return client


def pulse(desk, **delta):
    at = (timezone.now() - timedelta(**delta)).isoformat()
    return desk.get("/desk/pulse/", {"at": at}, headers=HTMX).content.decode()


def test_it_says_how_many_tickets_came(desk, raise_ticket, priya, admin):
    assert "new ticket" not in pulse(desk, minutes=1)
    raise_ticket("Free")
    given = services.assign_ticket(raise_ticket("Given"), technician=priya, actor=admin)
    services.take_ticket(raise_ticket("Taken"), actor=priya)
    html = pulse(desk, minutes=1)
    assert "2 new tickets." in html
    assert 'id="counters"' in html
    assert "new ticket" not in pulse(desk, minutes=-1)
    services.snooze_ticket(given, until=None, actor=priya)
    assert "My open tickets</span><b>1</b>" in pulse(desk, minutes=1)


@pytest.mark.parametrize("at", ["", "yesterday", "2026-01-01T00:00:00", "x" * 500])
def test_a_moment_that_is_none(desk, at):
    assert desk.get("/desk/pulse/", {"at": at}).status_code == 400


def test_it_costs_as_much_for_many(desk, raise_ticket):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            pulse(desk, minutes=1)
        return len(queries)

    raise_ticket()
    few = cost()
    for _ in range(5):
        raise_ticket()
    assert cost() == few <= 8


def test_reminders_stand_on_the_dashboard_until_done(desk, ticket, priya):
    at = timezone.now() + timedelta(hours=2)
    row = services.set_reminder(ticket, at=at, note="Ring Amara", actor=priya)
    assert "Ring Amara" in desk.get("/desk/").content.decode()
    url = f"{ticket.get_desk_url()}keep/forget/"
    answer = desk.post(url, {"row": row.pk, "next": "dashboard"})
    assert answer["Location"] == "/desk/"
    assert "Ring Amara" not in desk.get("/desk/").content.decode()


def test_single_keys_are_each_persons_choice(desk, priya):
    assert "data-keys-on checked" in desk.get("/desk/").content.decode()
    assert desk.post("/desk/keys/", {}, headers=HTMX).status_code == 204
    priya.refresh_from_db()
    assert priya.single_keys is False
    assert "data-keys-on checked" not in desk.get("/desk/").content.decode()
    assert desk.post("/desk/keys/", {"on": "1"})["Location"] == "/desk/profile/"
    priya.refresh_from_db()
    assert priya.single_keys is True
