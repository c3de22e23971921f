"""The report of targets by REST: the figures of the page, by the same rules."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from reports.tests.test_targets import ended
from technicians.tests.factories import TechnicianFactory
from tickets.choices import Status

pytestmark = pytest.mark.django_db
URL, MISSED = "/api/reports/targets", "/api/reports/targets/missed"
NOW = datetime(2026, 6, 12, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def test_the_report_has_the_figures_of_each_group():
    maya = TechnicianFactory().user
    for used in (600, 1200, 4500):
        ended(used, technician=maya)
    ended(60)
    found = client_of(AdminFactory()).get(URL, {"by": "technician"}).json()
    whole = {
        "kind": "first_response", "ended": 4, "met": 3, "missed": 1, "percent": 75,
        "median_seconds": 900, "ninety_seconds": 3510,
    }  # fmt: skip
    assert (found["by"], found["overdue_now"], found["targets"]) == ("technician", 0, [whole])
    mine, nobody = found["groups"]
    assert (mine["group"], mine["name"]) == (maya.public_id, maya.name)
    assert mine["targets"][0]["median_seconds"] == 1200
    assert (nobody["group"], nobody["targets"][0]["percent"]) == ("none", 100)


def test_missed_ones_come_with_their_reasons_in_pages():
    maya = TechnicianFactory().user
    made = [ended(4500, technician=maya, ago=n + 1) for n in range(3)]
    begins = made[0].started_at
    made[0].segments.create(
        state="paused", reason="On hold", begins_at=begins, ends_at=begins + timedelta(minutes=5)
    )
    ended(60)
    client = client_of(AdminFactory())
    asked = {"by": "technician", "group": maya.public_id, "kind": "first_response", "limit": 2}
    answer = client.get(MISSED, asked)
    first, second = answer.json()
    assert (first["id"], second["id"]) == (made[0].pk, made[1].pk)
    assert (first["late_seconds"], first["used_seconds"], first["target_seconds"]) == (
        900,
        4500,
        3600,
    )
    assert (first["technician_id"], first["paused_seconds"]) == (maya.public_id, 300)
    assert (first["paused_why"], second["paused_why"]) == ("On hold", "")
    following = answer["Link"].split(">")[0][1:]
    assert [row["id"] for row in client.get(following).json()] == [made[2].pk]


def test_technicians_see_their_tickets_and_customers_nothing():
    maya = TechnicianFactory().user
    mine = ended(9000, of={"technician": maya, "status": Status.ASSIGNED})
    ended(9000)
    assert [row["id"] for row in client_of(maya).get(MISSED).json()] == [mine.pk]
    assert client_of(maya).get(URL).json()["targets"][0]["ended"] == 1
    for url in (URL, MISSED):
        assert client_of(CustomerFactory()).get(url).status_code == 403
        assert client_of(None).get(url).status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        "days=8",
        "by=shoe",
        "since=2026-06-01",
        "since=x&until=2026-06-01",
        "since=2020-01-01&until=2026-06-01",
        "since=2026-06-02&until=2026-06-01",
        "nothing=1",
        "by=week&by=week",
    ],
)
def test_bad_parameters_are_refused(query):
    client = client_of(AdminFactory())
    assert client.get(f"{URL}?{query}").status_code == 400
    assert client.get(f"{MISSED}?{query}").status_code == 400


@pytest.mark.parametrize(
    "query", ["kind=shoe", "group=2026-06-02", "by=priority&group=9", "cursor=x"]
)
def test_a_group_or_page_that_cannot_be_is_refused(query):
    assert client_of(AdminFactory()).get(f"{MISSED}?{query}").status_code == 400
