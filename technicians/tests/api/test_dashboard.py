"""The figures of the dashboard by REST: what the page shows, and by no more queries."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.api.clients import client_of
from technicians.tests.conftest import go_out
from tickets import services
from tickets.choices import OutgoingState, Priority, Status
from tickets.models import Comment, Ticket

pytestmark = pytest.mark.django_db
URL = "/api/dashboard"


def figures(user):
    answer = client_of(user).get(URL)
    assert answer.status_code == 200
    return answer.json()


def test_a_technician_gets_their_own_counters(raise_ticket, priya, mei, pavel, printing, amara):
    one, two, three, four = (services.take_ticket(raise_ticket(), actor=priya) for _ in range(4))
    services.add_reply(one, actor=priya, body="?", then_status=Status.WAITING)
    services.change_status(two, status=Status.ON_HOLD, actor=priya)
    Ticket.objects.filter(pk=three.pk).update(priority=Priority.URGENT)
    services.add_reply(four, actor=priya, body="Is it better?")
    services.add_reply(four, actor=amara, body="No")
    services.add_note(four, actor=priya, body="Hm")
    services.take_ticket(raise_ticket(), actor=mei)
    raise_ticket("Free", priority=Priority.URGENT)
    raise_ticket("Elsewhere", category=printing)
    assert figures(priya)["counters"] == {
        "open": 4,
        "urgent": 1,
        "unanswered": 3,
        "noted": 1,
        "waiting": 1,
        "on_hold": 1,
        "to_confirm": 0,
        "stuck": 0,
        "unassigned": 1,
        "unassigned_urgent": 1,
    }
    assert figures(pavel)["counters"]["unassigned"] == 1
    assert figures(pavel)["counters"]["open"] == 0


def test_an_admin_gets_the_whole_desk_and_no_day(raise_ticket, ticket, printing, admin):
    raise_ticket("Elsewhere", category=printing)
    found = figures(admin)
    assert (found["counters"]["open"], found["counters"]["unassigned"]) == (2, 1)
    assert found["day"] is None
    assert found["satisfaction"] is None
    assert found["latest_rating"] is None


def test_the_day_and_the_ratings_of_a_technician(ticket, raise_ticket, priya, mei, amara):
    assert figures(priya)["day"] == {
        "resolved": 0,
        "replies": 0,
        "median_first_answer_seconds": None,
    }
    assert figures(priya)["satisfaction"] == {"ratings": 0, "percent": None}
    Ticket.objects.filter(pk=ticket.pk).update(raised_at=timezone.now() - timedelta(minutes=10))
    ticket = services.add_reply(Ticket.objects.get(pk=ticket.pk), actor=priya, body="Try again")
    ticket = services.resolve_ticket(ticket, actor=priya, resolution_summary="Done")
    services.rate_ticket(ticket, actor=amara, score=4, comment="Quick")
    found = figures(priya)
    assert (found["day"]["resolved"], found["day"]["replies"]) == (1, 1)
    assert found["day"]["median_first_answer_seconds"] == pytest.approx(600, abs=30)
    assert found["satisfaction"] == {"ratings": 1, "percent": 100}
    rating = found["latest_rating"]
    assert rating["ticket_id"] == ticket.ticket_id
    assert (rating["customer_name"], rating["score"], rating["comment"]) == (amara.name, 4, "Quick")
    assert figures(mei)["latest_rating"] is None
    assert figures(mei)["satisfaction"] == {"ratings": 0, "percent": None}


def test_the_day_begins_at_midnight_where_one_is(ticket, priya, monkeypatch):
    services.add_reply(ticket, actor=priya, body="Try again")
    now = datetime(2026, 6, 10, 1, tzinfo=ZoneInfo("Pacific/Auckland"))
    late = now - timedelta(hours=2)  # yesterday there, the same day in UTC
    assert late.astimezone(ZoneInfo("UTC")).date() == now.astimezone(ZoneInfo("UTC")).date()
    Comment.objects.update(created_at=late)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now.astimezone(ZoneInfo("UTC")))
    assert figures(priya)["day"]["replies"] == 1
    priya.time_zone = "Pacific/Auckland"
    priya.save()
    assert figures(priya)["day"]["replies"] == 0


def test_what_is_due_today_and_was_before(ticket, raise_ticket, priya):
    now = timezone.localtime()
    today = now.replace(hour=12, minute=0, second=0, microsecond=0)
    other = services.take_ticket(raise_ticket(), actor=priya)
    Ticket.objects.filter(pk=ticket.pk).update(next_due_at=today)
    Ticket.objects.filter(pk=other.pk).update(next_due_at=today - timedelta(days=1))
    found = figures(priya)["deadlines"]
    assert found["earlier"] == 1
    assert [row for row in found["hours"] if row["due"]] == [{"hour": 12, "due": 1}]


def test_what_is_due_goes_out_and_what_was_held_is_counted(ticket, priya, admin):
    soon = timezone.now() + timedelta(hours=1)
    late = timezone.now() - timedelta(seconds=1)
    for state, due_at in (("held", soon), ("taken_back", soon), ("waiting", late)):
        priya.outgoing.create(ticket=ticket, body=state, state=OutgoingState(state), due_at=due_at)
    assert figures(priya)["unsent"] == 2
    assert Comment.objects.get().body == "waiting"
    assert figures(admin)["unsent"] == 0
    assert not go_out()


@pytest.mark.parametrize("who", ["priya", "admin"])
def test_no_more_queries_than_the_page(request, client, ticket, who):
    user = request.getfixturevalue(who)
    client.force_login(user)
    api = client_of(user)
    taken = []
    for ask in (lambda: client.get("/desk/"), lambda: api.get(URL)):
        ask()
        with CaptureQueriesContext(connection) as queries:
            assert ask().status_code == 200
        taken.append(len(queries))
    assert taken[1] <= taken[0]


def test_there_is_nothing_to_choose(priya, amara):
    assert client_of(priya).get(URL, {"view": "all"}).status_code == 400
    assert client_of(amara).get(URL).status_code == 403
