"""Working hours, policies and levels in the admin site; what makes no sense is refused in words."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.tests.factories import AdminFactory
from sla.models import BusinessCalendar, EscalationLevel, Policy, Retargeting
from sla.week import check_week, holidays_of, in_words, parse_days, parse_intervals

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(AdminFactory())
    return client


HOURS = {
    "name": "Berlin",
    "time_zone": "Europe/Berlin",
    "monday": "9:00-12:30, 13:30-17:00",
    "friday": "22-6",
    "country": "DE",
    "region": "BY",
    "days": "2026-12-24 9:00-12:00\n2026-12-31 closed",
}


def post(desk, name, values, pk=None):
    url = reverse(f"admin:sla_{name}_{'change' if pk else 'add'}", args=[pk] if pk else [])
    assert desk.get(url).status_code == 200
    return desk.post(url, values)


def test_hours_are_written_as_people_write_them(desk):
    assert post(desk, "businesscalendar", HOURS).status_code == 302
    version = BusinessCalendar.objects.get(name="Berlin").current
    assert version.week[0] == [[540, 750], [810, 1020]]
    assert version.week[4] == [[1320, 1800]]
    assert version.days == {"2026-12-24": [[540, 720]], "2026-12-31": []}
    assert "2027-01-06" in version.holidays  # a holiday of the region


def test_an_edit_makes_a_version_and_open_tickets_follow_only_if_asked(desk):
    post(desk, "businesscalendar", HOURS)
    calendar = BusinessCalendar.objects.get(name="Berlin")
    post(desk, "businesscalendar", HOURS | {"tuesday": "9-17"}, calendar.pk)
    calendar.refresh_from_db()
    assert calendar.current.number == 2
    assert not Retargeting.objects.exists()
    changed = HOURS | {"tuesday": "9-18", "take_over": "on"}
    post(desk, "businesscalendar", changed, calendar.pk)
    assert Retargeting.objects.get().calendar_version.number == 3
    post(desk, "businesscalendar", changed, calendar.pk)  # nothing changed
    assert calendar.versions.count() == 3


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"monday": "9-12, 11-17"}, "these intervals overlap"),
        ({"monday": "nine to five"}, "write it like 9:00-17:30"),
        ({"monday": "9-9"}, "is empty"),
        ({"monday": "9-25"}, "the day has 24 hours"),
        ({"monday": "", "friday": ""}, "nothing would ever be due"),
        ({"saturday": "5-8"}, "begins on Friday reaches into these hours"),
        ({"time_zone": "Mars/Olympus"}, "There is no time zone"),
        ({"region": "XX"}, "is not among the regions"),
        ({"days": "Christmas closed"}, "begin with the day"),
        ({"days": "2026-12-24"}, "say closed, or from when to when"),
    ],
)
def test_hours_that_make_no_sense_are_refused_in_words(desk, given, sentence):
    answer = post(desk, "businesscalendar", HOURS | given)
    assert answer.status_code == 200
    assert sentence in answer.content.decode().replace("&quot;", '"')
    assert not BusinessCalendar.objects.filter(name="Berlin").exists()


def policy_values(**given):
    calendar = BusinessCalendar.objects.get(name="Office hours").pk
    return {
        "name": "Urgent",
        "position": 1,
        "is_active": "on",
        "calendar": calendar,
        "first_response": 60,
        "pauses": ["On Hold"],
        "priorities": [4],
    } | given


def test_a_policy_is_added_changed_and_taken_over(desk):
    assert post(desk, "policy", policy_values()).status_code == 302
    policy = Policy.objects.get(name="Urgent")
    assert policy.current.conditions == {"priorities": [4]}
    assert policy.current.target("first_response") == 3600
    post(desk, "policy", policy_values(resolution=240, take_over="on"), policy.pk)
    policy.refresh_from_db()
    assert (policy.current.number, policy.current.resolution) == (2, 240)
    assert Retargeting.objects.get().policy_version == policy.current


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"first_response": 0}, "at least a minute"),
        ({"first_response": ""}, "needs a target at least"),
        ({"name": "Standard"}, "There is a policy of this name"),
        ({"position": 2**63}, "Use a whole number from 0 to 1,000,000."),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_in_words(desk, given, sentence):
    answer = post(desk, "policy", policy_values(**given))
    assert sentence in answer.content.decode()


def test_levels_are_added_changed_and_removed(desk):
    policy = Policy.objects.get()
    values = {"policy": policy.pk, "amount": 50, "unit": "percent", "tell_lead": "on"}
    assert post(desk, "escalationlevel", values).status_code == 302
    level = EscalationLevel.objects.get(amount=50)
    assert level.tell_lead
    answer = post(desk, "escalationlevel", values | {"amount": 0}, level.pk)
    assert "between 1 and 1000" in answer.content.decode()
    answer = post(desk, "escalationlevel", {**values, "tell_lead": ""}, level.pk)
    assert "tells somebody or does something" in answer.content.decode()
    desk.post(reverse("admin:sla_escalationlevel_delete", args=[level.pk]), {"post": "yes"})
    assert not EscalationLevel.objects.filter(pk=level.pk).exists()


def test_reading_gives_back_what_was_written():
    assert in_words(parse_intervals("22:00-6:00, 9-12")) == "9:00-12:00, 22:00-6:00"
    assert parse_days("\n") == {}
    assert holidays_of("", "", 2026) == {}
    with pytest.raises(ValidationError):
        check_week([[[0, 1440]]] * 6 + [[[600, 2000]]])
