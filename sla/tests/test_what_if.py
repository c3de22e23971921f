"""Last quarter under a draft, seen from the forms of the admin site; nothing is stored."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sla.models import BusinessCalendar, Clock, Policy
from sla.services import what_if as module
from tickets import services
from tickets.choices import Status
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
# The shipped hours and targets: nine to five, UTC; eight hours to the first reply.
HOURS = {
    "name": "Office hours",
    "time_zone": "UTC",
    **dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "9-17"),
}


@pytest.fixture
def desk(client, admin):
    client.force_login(admin)
    return client


def policy_form(**given):
    version = Policy.objects.get().current
    targets = {
        kind: getattr(version, kind) or ""
        for kind in ("first_response", "next_response", "resolution", "update")
    }
    values = {"name": "Standard", "position": 0, "is_active": "on", "pauses": version.pauses}
    return values | {"calendar": version.calendar_id} | targets | given


def ask(desk, thing, values):
    """Press the button on the form of the only policy or calendar."""
    name = "policy" if thing is Policy else "businesscalendar"
    url = reverse(f"admin:sla_{name}_change", args=[thing.objects.get().pk])
    answer = desk.post(url, values | {"_what_if": "See last quarter under this"})
    assert answer.status_code == 200
    return answer


def figures(answer):
    """Return met, missed and median of each kind, then and under the draft."""
    shown = answer.context["what_if"]
    return {
        line.label: tuple(
            (one.met, one.missed, one.median) if one else None for one in (line.was, line.would)
        )
        for line in shown.lines
    }


def answer_after(raise_ticket, maya, now, hours, **given):
    """A ticket raised on a Tuesday at ten and answered so many hours later."""
    now.move_to(datetime(2026, 6, 2, 10, tzinfo=UTC))
    ticket = raise_ticket(subject=f"After {hours}", **given)
    now.shift(hours * HOUR)
    return services.add_reply(ticket, actor=maya, body="On it.")


@pytest.fixture
def quarter(raise_ticket, maya, now):
    """First replies after 1, 3, 5 and 7 hours of work, and on Thursday at noon: after 18."""
    for hours in (1, 3, 5, 7, 50):
        answer_after(raise_ticket, maya, now, hours)
    now.move_to(datetime(2026, 6, 10, 12, tzinfo=UTC))


def rows():
    return {model._meta.label: model.objects.count() for model in apps.get_models()}


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.mark.parametrize("thing", [Policy, BusinessCalendar])
def test_the_unchanged_form_shows_the_real_figures(desk, quarter, maya, now, raise_ticket, thing):
    # Pauses, a reopening and replies in between, some beyond the day.
    for number, ticket in enumerate(Ticket.objects.order_by("pk")):
        now.shift(timedelta(hours=5 * number, seconds=7 * number))
        services.add_reply(ticket, actor=maya, body="?", then_status=Status.WAITING)
        now.shift(9 * HOUR)
        services.add_reply(ticket, actor=ticket.customer, body="Hello?")
        now.shift(2 * HOUR)
        services.resolve_ticket(ticket, actor=maya, resolution_summary="Done.")
        now.shift(HOUR)
        services.reopen_ticket(ticket, actor=ticket.customer, reason="No.")
        now.shift(HOUR)
        services.resolve_ticket(ticket, actor=maya, resolution_summary="Done again.")
    form = policy_form() if thing is Policy else HOURS
    shown = figures(ask(desk, thing, form))
    ended = Clock.objects.filter(ended_at__isnull=False)
    assert sum(sum(was[:2]) for was, _ in shown.values()) == ended.count() > 15
    for label, (was, would) in shown.items():
        kind = next(k for k in ended if k.get_kind_display() == label).kind
        same = ended.filter(kind=kind)
        assert was[:2] == (same.filter(is_met=True).count(), same.filter(is_met=False).count())
        assert was == would


def test_a_shorter_target_misses_more(desk, quarter):
    before = rows()
    answer = ask(desk, Policy, policy_form(first_response=300))
    assert figures(answer)["First reply"] == ((4, 1, 5 * 3600), (3, 2, 5 * 3600))
    seen = text_of(answer)
    assert "1 would change side: 1 missed instead of met, 0 met instead of missed" in seen
    turned = Ticket.objects.get(subject="After 7")
    assert f'href="{turned.get_desk_url()}"' in answer.content.decode()
    assert "7:00:00 of 5:00:00: missed" in seen
    assert "80.0 %" in seen
    assert "60.0 %" in seen
    assert rows() == before
    assert 'name="first_response" value="300"' in answer.content.decode()  # what was typed stays
    assert Policy.objects.get().current.number == 1


def test_other_hours_count_otherwise(desk, quarter):
    before = rows()
    # Tuesday has two hours from ten on, Wednesday none, Thursday two until noon.
    changed = HOURS | {"tuesday": "9-12", "days": "2026-06-03 closed"}
    answer = ask(desk, BusinessCalendar, changed)
    # 1, 2, 2, 2 and, for the one on Thursday, 2 + 3 hours.
    assert figures(answer)["First reply"] == ((4, 1, 5 * 3600), (5, 0, 2 * 3600))
    assert "0 missed instead of met, 1 met instead of missed" in text_of(answer)
    assert rows() == before
    assert BusinessCalendar.objects.get().current.number == 1
    assert "2026-06-03 closed" in answer.content.decode()


def test_holidays_of_a_country_are_not_counted(desk, raise_ticket, maya, now):
    now.move_to(datetime(2026, 6, 3, 10, tzinfo=UTC))
    ticket = raise_ticket()
    now.move_to(datetime(2026, 6, 5, 10, tzinfo=UTC))  # Thursday is Corpus Christi in Bavaria
    services.add_reply(ticket, actor=maya, body="On it.")
    answer = ask(desk, BusinessCalendar, HOURS | {"country": "DE", "region": "BY"})
    assert figures(answer)["First reply"] == ((0, 1, 16 * 3600), (1, 0, 8 * 3600))


def test_a_policy_can_go_by_other_hours(desk, quarter):
    url = reverse("admin:sla_businesscalendar_add")
    assert desk.post(url, HOURS | {"name": "Short", "tuesday": "9-12"}).status_code == 302
    short = BusinessCalendar.objects.get(name="Short").pk
    shown = figures(ask(desk, Policy, policy_form(calendar=short)))
    # The one on Thursday: 2 on Tuesday, 8 on Wednesday, 3 on Thursday.
    assert shown["First reply"] == ((4, 1, 5 * 3600), (4, 1, 2 * 3600))


def test_other_statuses_pause(desk, raise_ticket, maya, now):
    ticket = raise_ticket()
    services.add_reply(ticket, actor=maya, body="?", then_status=Status.WAITING)
    now.shift(2 * HOUR)
    services.add_reply(ticket, actor=ticket.customer, body="That.")
    services.change_status(ticket, status=Status.IN_PROGRESS, actor=maya)
    now.shift(3 * HOUR)
    services.resolve_ticket(ticket, actor=maya, resolution_summary="Done.")
    then = 3 * 3600
    shown = figures(ask(desk, Policy, policy_form(pauses=[])))
    assert shown["Resolution"] == ((1, 0, then), (1, 0, then + 2 * 3600))
    shown = figures(ask(desk, Policy, policy_form(pauses=[Status.WAITING, Status.IN_PROGRESS])))
    assert shown["Resolution"] == ((1, 0, then), (1, 0, 0))


def test_a_target_that_is_dropped_or_new_says_so(desk, quarter):
    answer = ask(desk, Policy, policy_form(first_response="", update=60))
    assert figures(answer)["First reply"][1] is None
    assert "no target" in text_of(answer)
    assert "Nothing can be said of" in text_of(answer)
    assert "“Keep informed”" in text_of(answer)


@pytest.mark.parametrize(
    ("thing", "given", "sentence"),
    [
        (BusinessCalendar, {"monday": "9-12, 11-17"}, "these intervals overlap"),
        (BusinessCalendar, {"region": "XX"}, "Choose the country first"),
        (BusinessCalendar, {"saturday": "5-8", "friday": "22-6"}, "reaches into these hours"),
        (Policy, {"first_response": "0"}, "at least a minute"),
        (Policy, {"position": "first"}, "Enter a whole number"),
    ],
)
def test_what_saving_would_refuse_is_refused_with_nothing_lost(
    desk, quarter, thing, given, sentence
):
    form = (policy_form() if thing is Policy else HOURS) | {"name": "Typed"} | given
    answer = ask(desk, thing, form)
    assert "what_if" not in answer.context
    page = answer.content.decode()
    assert sentence in page
    assert "Please correct the error" in page
    for value in ("Typed", *given.values()):
        assert f'value="{value}"' in page


def test_what_ended_long_ago_and_what_is_open_is_left_out(desk, quarter, raise_ticket, now, admin):
    now.shift(timedelta(days=89))
    desk.force_login(admin)
    raise_ticket()
    answer = ask(desk, Policy, policy_form())
    assert figures(answer) == {}
    assert "No target ended in this time" in text_of(answer)


def test_only_the_newest_are_looked_at(desk, quarter, monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    answer = ask(desk, Policy, policy_form())
    assert "the newest 2 of 5" in text_of(answer)
    assert figures(answer)["First reply"][0][:2] == (1, 1)


def test_new_hours_have_no_past_and_no_button(desk, quarter):
    name = b'name="_what_if"'
    assert name not in desk.get(reverse("admin:sla_policy_add")).content
    assert name in desk.get(reverse("admin:sla_policy_change", args=[1])).content
    level = Policy.objects.get().levels.first()
    assert (
        name not in desk.get(reverse("admin:sla_escalationlevel_change", args=[level.pk])).content
    )
    before = rows()
    answer = desk.post(
        reverse("admin:sla_businesscalendar_add"), HOURS | {"name": "B", "_what_if": "on"}
    )
    assert answer.status_code == 200
    assert rows() == before


def test_it_is_for_admins(client, quarter, maya):
    client.force_login(maya)
    url = reverse("admin:sla_policy_change", args=[Policy.objects.get().pk])
    assert client.post(url, policy_form() | {"_what_if": "on"}).status_code == 404


@pytest.mark.parametrize("thing", [Policy, BusinessCalendar])
def test_many_clocks_cost_no_more_queries_than_few(
    desk, raise_ticket, maya, now, thing, django_assert_max_num_queries
):
    short = {"tuesday": "12-13", "wednesday": "", "thursday": "9-10"}
    form = policy_form(first_response=30) if thing is Policy else HOURS | short
    answer_after(raise_ticket, maya, now, 2 if thing is Policy else 60)
    ask(desk, thing, form)
    with CaptureQueriesContext(connection) as few:
        assert ask(desk, thing, form).context["what_if"].count == 1
    for hours in (1, 2, 3, 4, 30, 60):
        answer_after(raise_ticket, maya, now, hours)
    with django_assert_max_num_queries(len(few)):
        ask(desk, thing, form)


def test_changed_conditions_are_named_as_what_is_not_counted(desk, quarter):
    sentence = "The conditions are others than those that are saved. Which tickets they would bring"
    assert sentence not in text_of(ask(desk, Policy, policy_form()))
    answer = ask(desk, Policy, policy_form(priorities=[4], channels=["email"]))
    assert sentence in text_of(answer)
    assert figures(answer)["First reply"][0] == figures(answer)["First reply"][1]
