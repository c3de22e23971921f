"""Everybody at the desk by REST."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory
from technicians.services import plan_absence, set_availability
from technicians.tests.factories import TeamFactory, TechnicianFactory

pytestmark = pytest.mark.django_db
URL = "/api/colleagues"


def rows_of(user, **parameters):
    answer = client_of(user).get(URL, parameters)
    assert answer.status_code == 200
    return {row["name"]: row for row in answer.json()}


def test_everybody_at_the_desk_by_name_with_teams(priya, pavel, admin, amara):
    TeamFactory(name="Second line", members=[priya])
    TeamFactory(name="First line", members=[priya, pavel])
    found = rows_of(pavel)
    assert list(found) == [admin.name, pavel.name, priya.name]
    assert found[priya.name] == {
        "id": priya.public_id,
        "name": priya.name,
        "role": "technician",
        "mention": priya.user_id,
        "teams": ["First line", "Second line"],
        "is_available": True,
        "away_note": "",
        "away_until": None,
    }
    assert found[admin.name]["role"] == "admin"
    assert found[admin.name]["id"] == admin.desk_id
    assert found[admin.name]["is_available"] is None
    assert list(rows_of(admin)) == list(found)


def test_who_may_not_sign_in_is_nobody_to_turn_to(priya):
    TechnicianFactory(user__name="Gone", user__is_active=False)
    AdminFactory(name="Left", deleted_at=timezone.now())
    assert list(rows_of(priya)) == [priya.name]


def test_who_is_away_and_until_when(priya, mei, pavel):
    set_availability(mei.technician, available=False, actor=mei, away_note="At the dentist")
    begins, ends = timezone.now() + timedelta(minutes=5), timezone.now() + timedelta(days=2)
    absence = plan_absence(pavel.technician, actor=pavel, starts_at=begins, ends_at=ends)
    found = rows_of(priya)
    assert (found[mei.name]["is_available"], found[mei.name]["away_note"]) == (
        False,
        "At the dentist",
    )
    assert found[pavel.name]["is_available"] is True
    absence.starts_at = timezone.now() - timedelta(minutes=5)
    absence.save()
    away = rows_of(priya)[pavel.name]
    assert away["is_available"] is False
    assert away["away_until"] == absence.ends_at.isoformat()


def test_those_whose_name_or_user_id_begins_so(priya, mei, pavel):
    assert list(rows_of(mei, q="p")) == [pavel.name, priya.name]
    assert list(rows_of(mei, q="NAI")) == [priya.name]
    assert list(rows_of(mei, q=mei.user_id)) == [mei.name]
    assert rows_of(mei, q="%") == {}


def test_whose_user_id_is_an_address_is_mentioned_by_number(priya):
    other = TechnicianFactory(user__name="Zoe", user__user_id="zoe@example.com").user
    assert rows_of(priya)["Zoe"]["mention"] == other.public_id


def test_pages_lead_on(priya, mei, pavel):
    api, names, url = client_of(priya), [], f"{URL}?limit=2"
    while url:
        answer = api.get(url)
        names += [row["name"] for row in answer.json()]
        links = answer.headers.get("Link", "")
        url = links.split(">")[0][1:] if 'rel="next"' in links else ""
    assert names == [mei.name, pavel.name, priya.name]


def test_customers_know_nothing_of_it(amara, priya):
    assert client_of(amara).get(URL).status_code == 403
    assert client_of(priya).get(URL, {"role": "admin"}).status_code == 400
