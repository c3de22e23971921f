"""Saved views, through HTTP."""

import re

import pytest
from django.core.cache import cache

from accounts.tests.api.clients import client_of
from technicians.models import SavedView
from technicians.tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted_yet():
    cache.clear()


@pytest.fixture
def at_desk(client, priya):
    client.force_login(priya)
    return client


def save(client, name="Urgent", query="view=unassigned&priority=4&cursor=abc", **more):
    return client.post("/desk/views/", {"name": name, "query": query, "audience": "own"} | more)


def sidebar(client):
    html = client.get("/desk/tickets/?view=all").content.decode()
    return re.findall(r'<bdi class="clip">([^<]*)</bdi><span class="n">([^<]*)</span>', html)[::2]


def test_a_view_keeps_the_list_and_counts_what_its_reader_sees(at_desk, raise_ticket, priya, pavel):
    raise_ticket("free", priority=4)
    answer = save(at_desk, audience="everyone")
    view = SavedView.objects.get()
    assert view.query == "view=unassigned&priority=4"
    assert answer["Location"] == f"/desk/tickets/?saved={view.pk}&{view.query}"
    html = at_desk.get(answer["Location"]).content.decode()
    assert "<h1><bdi>Urgent</bdi></h1>" in html
    assert "free" in html
    assert sidebar(at_desk) == [("Urgent", "1")]
    at_desk.force_login(pavel)
    assert sidebar(at_desk) == [("Urgent", "0")]


def test_an_own_view_is_nobody_else_s(at_desk, mei, admin):
    save(at_desk, name="Blazing")
    view = SavedView.objects.get()
    for other in (mei, admin):
        at_desk.force_login(other)
        assert sidebar(at_desk) == []
        assert at_desk.post(f"/desk/views/{view.pk}/delete/").status_code == 404
        assert (
            "Blazing"
            not in at_desk.get(f"/desk/tickets/?saved={view.pk}&view=all").content.decode()
        )
    assert SavedView.objects.exists()


def test_a_shared_view_is_changed_by_its_owner_and_by_admins(at_desk, mei, admin):
    save(at_desk, audience="everyone")
    view = SavedView.objects.get()
    at_desk.force_login(mei)
    refused = at_desk.post(f"/desk/views/{view.pk}/change/", {"name": "Mine now"})
    assert refused.status_code == 403
    assert "Only who made this view" in refused.content.decode()
    at_desk.force_login(admin)
    at_desk.post(f"/desk/views/{view.pk}/change/", {"name": "Burning"})
    assert SavedView.objects.get().name == "Burning"
    at_desk.post(f"/desk/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


def test_order_and_the_view_that_opens_first(at_desk):
    for name in ("first", "second"):
        save(at_desk, name=name)
    first, second = SavedView.objects.in_order()
    at_desk.post(f"/desk/views/{second.pk}/move/", {"up": "1"})
    assert [view.name for view in SavedView.objects.in_order()] == ["second", "first"]
    html = at_desk.get("/desk/views/").content.decode()
    assert html.count("Move up") == html.count("Move down") == 1  # where there is somewhere to go
    at_desk.post(f"/desk/views/{first.pk}/default/")
    assert f"saved={first.pk}" in at_desk.get("/desk/tickets/")["Location"]
    at_desk.post(f"/desk/views/{first.pk}/default/")
    assert at_desk.get("/desk/tickets/").status_code == 200


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": " "}, "be empty"),
        ({"name": "x" * 61}, "60"),
        ({"query": "priority=9"}, "9"),
        ({"audience": "world"}, "Use one of"),
    ],
)
def test_what_can_t_be_saved_is_said_and_the_name_is_kept(at_desk, given, words):
    answer = save(at_desk, **given)
    assert answer.status_code == 422
    assert not SavedView.objects.exists()


def test_a_name_is_used_once_by_each(at_desk, mei):
    save(at_desk)
    assert "There is a view of this name already." in save(at_desk).content.decode()
    at_desk.force_login(mei)
    assert save(at_desk).status_code == 302


def test_the_rest_interface(priya, mei, raise_ticket):
    api = client_of
    raise_ticket("free", priority=4)
    made = api(priya).post("/api/views", {"name": "Urgent", "query": "view=all&priority=4"})
    assert made.status_code == 201
    number = made.json()["id"]
    assert [row["name"] for row in api(priya).get("/api/views").json()] == ["Urgent"]
    assert api(mei).get("/api/views").json() == []
    assert api(mei).get(f"/api/views/{number}/tickets").status_code == 404
    rows = api(priya).get(f"/api/views/{number}/tickets").json()
    assert [row["subject"] for row in rows] == ["free"]
    found = api(priya).get("/api/tickets/find?view=all&priority=4&priority=1&priority_is=not")
    assert found.json() == []
    assert api(priya).get("/api/tickets/find?priority=9").status_code == 400
    assert api(priya).get("/api/tickets/find?colour=red").status_code == 400
    changed = api(priya).put(f"/api/views/{number}", {"audience": "everyone"})
    assert changed.json()["audience"] == "everyone"
    assert api(mei).put(f"/api/views/{number}", {"name": "Mine"}).status_code == 403
    assert api(priya).delete(f"/api/views/{number}").json() == {"deleted": True}


def test_order_default_and_columns_by_rest(priya, mei):
    api = client_of(priya)
    first, second = (
        api.post("/api/views", {"name": name, "query": "view=all"}).json()["id"]
        for name in ("first", "second")
    )
    assert api.post(f"/api/views/{second}/move", {"up": True}).json()["position"] == 0
    assert [row["name"] for row in api.get("/api/views").json()] == ["second", "first"]
    assert api.post(f"/api/views/{second}/move", {}).status_code == 400
    api.put(f"/api/views/{first}", {"audience": "everyone"})
    assert client_of(mei).post(f"/api/views/{first}/move", {"up": True}).status_code == 403

    usual = {"columns": ["status", "assignee", "why", "updated"], "default_view": None}
    at = "/api/list-preference"
    assert api.get(at).json() == usual
    assert api.put(at, {"default_view": first}).json() == usual | {"default_view": first}
    assert {row["id"]: row["is_default"] for row in api.get("/api/views").json()} == {
        first: True,
        second: False,
    }
    chosen = api.put(at, {"columns": ["updated", "customer"]}).json()
    assert chosen == {"columns": ["customer", "updated"], "default_view": first}
    assert api.put(at, {"columns": [], "default_view": None}).json() == usual
    for nonsense in ({}, {"columns": ["colour"]}, {"default_view": 999}, {"columns": "status"}):
        assert api.put(at, nonsense).status_code == 400
    assert client_of(mei).put(at, {"default_view": second}).status_code == 400


def test_a_team_s_view_is_its_members_alone(at_desk, priya, mei, pavel):
    team = TeamFactory(name="Second line", members=[priya, mei])
    assert save(at_desk, audience=f"team-{team.pk}").status_code == 302
    assert save(at_desk, name="Other", audience="team-999").status_code == 422
    for reader, rows in ((priya, 1), (mei, 1), (pavel, 0)):
        assert SavedView.objects.visible_to(reader).count() == rows
    assert "Team Second line" in at_desk.get("/desk/views/").content.decode()
