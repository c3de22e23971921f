"""How targets were kept: the page, its figures, its files."""

from datetime import UTC, datetime, timedelta
from itertools import count
from statistics import median

import pytest
import time_machine

from accounts.tests.factories import AdminFactory, CustomerFactory
from reports.queries import Period
from reports.queries.targets import attainment, missed_page, overall
from sla.models import Clock
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.choices import Priority, Status
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db
URL = "/reports/targets/"
NOW = datetime(2026, 6, 12, 10, tzinfo=UTC)


@pytest.fixture
def now():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def admin(client, now):
    admin = AdminFactory()
    client.force_login(admin)
    return admin


cycles = count(1)


def ended(used, *, target=3600, ago=1, kind="first_response", **fields):
    """A clock that ended `ago` days ago after `used` seconds."""
    ticket = fields.pop("ticket", None) or TicketFactory(**fields.pop("of", {}))
    moment = NOW - timedelta(days=ago)
    given = {"started_at": moment - timedelta(seconds=used), "ended_at": moment}
    return Clock.objects.create(
        ticket=ticket,
        kind=kind,
        cycle=next(cycles),
        target=target,
        used=used,
        is_met=used <= target,
        **given,
        **fields,
    )


def test_shares_medians_and_nine_in_ten_are_those_of_the_values(admin):
    lengths = [600, 4000, 1200, 60, 3600, 9000, 300]
    for length in lengths:
        ended(length)
    ended(50, kind="resolution")
    ended(50, ago=40)
    first, resolution = overall(admin, Period.last(30))
    assert (first.count, first.met, first.missed, first.percent) == (7, 5, 2, 71)
    assert first.median == timedelta(seconds=median(lengths))
    assert first.ninety == timedelta(seconds=4000 + (9000 - 4000) * 0.4)
    assert (resolution.count, resolution.median) == (1, timedelta(seconds=50))


def test_groups_have_their_own_figures(admin):
    parent = CategoryFactory(name="Instruments")
    child = CategoryFactory(name="Strings", parent=parent)
    high = {"priority": Priority.HIGH, "category": child}
    ended(100, of=high)
    ended(5000, of=high)
    ended(300, of={"priority": Priority.LOW, "category": parent}, ago=9)
    period = Period.last(30)
    (group,) = attainment(admin, period, "category")
    assert (group.name, group.kinds[0].count, group.missed) == ("Instruments", 3, 1)
    by_priority = {group.name: group.kinds[0] for group in attainment(admin, period, "priority")}
    assert by_priority["High"].median == timedelta(seconds=2550)
    assert by_priority["Low"].percent == 100
    weeks = [group.name for group in attainment(admin, period, "week")]
    assert weeks == ["Week of 8 Jun 2026", "Week of 1 Jun 2026"]
    assert [group.name for group in attainment(admin, period, "technician")] == ["Nobody"]
    assert [group.name for group in attainment(admin, period, "organization")] == [
        "No organisation"
    ]


def test_missed_targets_say_why(client, admin, now):
    now.move_to(datetime(2026, 6, 2, 10, tzinfo=UTC))
    technician = TechnicianFactory(user__name="Maya Chen", categories=[CategoryFactory()]).user
    ticket = services.create_ticket(
        customer=CustomerFactory(),
        actor=AdminFactory(),
        subject="=Humming",
        description="It hums.",
        category=technician.served_categories.first(),
    )
    services.assign_ticket(ticket, technician=technician, actor=None)
    services.change_status(ticket, status=Status.ON_HOLD, actor=technician)
    now.shift(timedelta(hours=3))
    services.change_status(ticket, status=Status.IN_PROGRESS, actor=technician)
    now.shift(timedelta(days=3))
    services.add_reply(ticket, actor=technician, body="Sorry.")
    now.move_to(NOW)
    (one,) = missed_page(admin, Period.last(30)).rows
    assert (one.clock.technician, one.paused, one.reasons) == (technician, 3 * 3600, "On hold")
    assert one.late == one.clock.used - one.clock.target > 0
    page = client.get(URL).content.decode()
    assert f"/desk/tickets/{ticket.ticket_id}/targets/#first_response-1" in page
    assert "held by <bdi>Maya Chen</bdi> · paused 3 h (On hold)" in page
    file = b"".join(client.get(f"{URL}missed/csv/").streaming_content).decode()
    assert "'=Humming" in file
    assert "Maya Chen,3:00:00,On hold" in file
    rows = b"".join(client.get(f"{URL}csv/?by=technician").streaming_content).decode()
    assert "Maya Chen,First reply,1,0,1,0," in rows


def test_technicians_see_their_own_tickets_only(client, now):
    technician = TechnicianFactory().user
    ended(9000)
    client.force_login(technician)
    assert "No target ended in these days" in client.get(URL).content.decode()
    ended(9000, of={"technician": technician, "status": Status.RESOLVED})
    page = client.get(URL).content.decode()
    assert "of the tickets that you can read" in page
    assert "0 of 1 kept" in page
    client.force_login(CustomerFactory())
    assert client.get(URL).status_code == 404


def test_missed_targets_are_paged(client, admin):
    for _ in range(23):
        ended(9000)
    first = client.get(URL)
    assert len(first.context["missed"].rows) == 20
    later = client.get(URL, {"cursor": first.context["missed"].next})
    assert len(later.context["missed"].rows) == 3
    assert client.get(URL, {"cursor": "nonsense"}).status_code == 200


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=2026-06-01", "Give both days, or neither."),
        ("since=2026-06-02&until=2026-06-01", "The last day is before the first one."),
        ("since=2024-01-01&until=2026-06-01", "Choose 366 days or fewer."),
        ("since=0001-01-01&until=0001-01-02", "Choose a year from 2000 to 2100."),
        ("since=soon&until=later", "Enter a valid date."),
        ("days=8", "Select a valid choice."),
        ("by=mood", "Select a valid choice."),
    ],
)
def test_a_period_that_makes_no_sense_is_refused_in_words(client, admin, query, words):
    for address in (URL, f"{URL}csv/", f"{URL}missed/csv/"):
        answer = client.get(f"{address}?{query}")
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_dates_choose_whole_days_in_the_readers_zone(client, admin):
    ended(60, ago=2)
    kept = client.get(f"{URL}?since=2026-06-10&until=2026-06-10").context["kinds"]
    assert [one.count for one in kept] == [1]
    assert client.get(f"{URL}?since=2026-06-11&until=2026-06-12").context["kinds"] == []


def test_each_count_of_missed_ones_leads_to_just_these(client, admin):
    category = CategoryFactory(name="Wi-Fi", parent=CategoryFactory(name="Network"))
    maya = TechnicianFactory().user
    given = {"category": category, "priority": Priority.URGENT}
    mine = ended(9000, technician=maya, of=given)
    ended(9000, of={"priority": Priority.LOW}, ago=9)
    ended(9000, kind="resolution", technician=maya, of=given)
    ended(60)
    for by in ("week", "category", "priority", "technician"):
        lead = [
            {"by": by, "kind": kept.kind, "group": group.address}
            for group in client.get(URL, {"by": by}).context["groups"]
            for kept in group.kinds
            if kept.missed
        ]
        shown = [client.get(URL, asked).context["missed"].rows for asked in lead]
        assert sorted(one.clock.pk for rows in shown for one in rows) == [
            mine.pk, mine.pk + 1, mine.pk + 2,
        ], by  # fmt: skip
        assert all(len(rows) == 1 for rows in shown), by
    asked = {"by": "technician", "kind": "first_response", "group": maya.public_id}
    page = client.get(URL, asked).content.decode()
    assert f"First reply, {maya.name}" in page
    file = b"".join(client.get(f"{URL}missed/csv/", asked).streaming_content).decode()
    assert len(file.splitlines()) == 2
    assert mine.ticket.ticket_id in file
    nobody = client.get(URL, {"by": "organization", "group": "none"})
    assert len(nobody.context["missed"].rows) == 3


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("kind=shoe", "Select a valid choice"),
        ("group=2026-06-02", "There is no such week"),
        ("group=9999-12-27", "There is no such week"),
        ("by=priority&group=9", "There is no such priority"),
        ("by=priority&group=none", "There is no such priority"),
        ("by=technician&group=TEC9999", "There is no such technician"),
        ("by=category&group=%C2%B2", "There is no such category"),
        ("by=organization&group=%00", "Null characters"),
    ],
)
def test_a_group_that_cannot_be_is_refused_in_words(client, admin, query, words):
    for url in (URL, f"{URL}missed/csv/"):
        answer = client.get(f"{url}?{query}")
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_weeks_are_those_of_the_readers_zone(client, now):
    client.force_login(AdminFactory(time_zone="Asia/Tokyo"))
    clock = ended(9000)
    Clock.objects.filter(pk=clock.pk).update(ended_at=datetime(2026, 6, 7, 23, 59, tzinfo=UTC))
    (group,) = client.get(URL).context["groups"]
    assert group.address == "2026-06-08"  # Monday there
    asked = {"by": "week", "group": group.address}
    assert len(client.get(URL, asked).context["missed"].rows) == 1


def test_files_have_the_days_of_the_readers_zone_too(client, now):
    """They are written after the page's zone has been left."""
    client.force_login(AdminFactory(time_zone="Asia/Tokyo"))
    clock = ended(9000)
    Clock.objects.filter(pk=clock.pk).update(ended_at=datetime(2026, 6, 7, 23, 59, tzinfo=UTC))
    asked = {"since": "2026-06-08", "until": "2026-06-08", "by": "week"}
    assert len(client.get(URL, asked).context["missed"].rows) == 1
    rows = b"".join(client.get(f"{URL}csv/", asked).streaming_content).decode()
    assert "Week of 8 Jun 2026" in rows
    missed = b"".join(client.get(f"{URL}missed/csv/", asked).streaming_content).decode()
    assert "2026-06-08 08:59:00" in missed
