"""The overview page and its figures."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import AdminFactory, CustomerFactory, TechnicianUserFactory
from notifications.choices import DeliveryState
from notifications.models import Delivery
from reports.queries import Period, Spread, by_category, mail_now, open_now, spread_of
from reports.templatetags.report_tags import compared, grid_step, lasted
from reports.views import days, period_figures
from tickets import services
from tickets.choices import Priority, Status
from tickets.models import Ticket
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db
URL = "/reports/"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def admin(client):
    admin = AdminFactory()
    client.force_login(admin)
    return admin


def done(hours, *, ago=1, **fields):
    """A ticket raised `ago` days before `NOW`, answered after half of `hours`, then resolved."""
    raised = NOW - timedelta(days=ago)
    return TicketFactory(
        status=Status.RESOLVED,
        raised_at=raised,
        first_answered_at=raised + timedelta(hours=hours / 2),
        resolved_at=raised + timedelta(hours=hours),
        awaits_reply=False,
        **fields,
    )


def test_only_admins_see_it(client):
    assert reverse("reports:overview") == URL
    assert client.get(URL).status_code == 302
    for person in (CustomerFactory(), TechnicianUserFactory()):
        client.force_login(person)
        assert client.get(URL).status_code == 404


def test_an_empty_desk_says_so(client, admin):
    body = client.get(URL).content.decode()
    assert "Nothing is open" in body
    assert "Not enough data yet" in body


@pytest.mark.parametrize(("asked", "shown"), [("7", 7), ("90", 90), ("", 30), ("8", 30), ("x", 30)])
def test_the_period_is_in_the_url(client, admin, asked, shown):
    answer = client.get(URL, {"days": asked})
    assert answer.context["period"].days == shown
    assert len(answer.context["days"]) == shown


def test_open_tickets_are_counted_by_what_they_wait_for(admin):
    technician = TechnicianUserFactory()
    for status, count in [(Status.ASSIGNED, 2), (Status.WAITING, 1)]:
        for _ in range(count):
            TicketFactory(status=status, technician=technician, awaits_reply=False)
    TicketFactory()
    done(1)
    TicketFactory(deleted_at=NOW)
    found = open_now(admin)
    assert (found.total, found.unassigned, found.unanswered) == (4, 1, 1)
    assert found.by_status[Status.ASSIGNED] == 2
    assert found.by_technician == {technician.pk: 3}


def test_the_figures_of_a_period(admin):
    for hours in range(1, 12):
        done(hours)
    done(100, ago=40)
    figures = period_figures(admin, Period.last(30, now=NOW))
    assert (figures["raised"], figures["resolved"]) == (11, 11)
    assert figures["resolving"] == Spread(11, timedelta(hours=6), timedelta(hours=10))
    assert figures["replying"].median == timedelta(hours=3)
    before = period_figures(admin, Period.last(30, now=NOW).before())
    assert (before["raised"], before["resolved"]) == (1, 1)


def test_days_are_those_of_the_readers_zone(admin):
    TicketFactory(raised_at=datetime(2026, 11, 19, 23, 30, tzinfo=UTC))
    for zone, day in [("UTC", 19), ("Europe/Berlin", 20)]:
        with timezone.override(zone):
            counts = days(admin, Period.last(7, now=NOW))
        assert [row["day"].day for row in counts if row["raised"]] == [day]


def test_categories_carry_their_subcategories(admin):
    network = CategoryFactory(name="Network")
    vpn = CategoryFactory(name="VPN", parent=network)
    done(2, category=network)
    done(4, category=vpn)
    done(1, category=None, category_text="Other")
    rows = by_category(admin, Period.last(30, now=NOW))
    assert [(row.category, row.raised) for row in rows] == [(network, 2), (None, 1)]
    assert rows[0].resolving.median == timedelta(hours=3)


def test_the_oldest_open_tickets_come_first(client, admin):
    for ago in range(8):
        TicketFactory(raised_at=NOW - timedelta(days=ago), status=Status.ON_HOLD)
    oldest = TicketFactory(raised_at=NOW - timedelta(days=90))
    done(1, ago=300)
    shown = client.get(URL).context["oldest"]
    assert shown[0] == oldest
    assert len(shown) == 5
    assert shown == sorted(shown, key=lambda ticket: ticket.raised_at)


def test_a_technician_shows_load_and_work_done(client, admin):
    technician = TechnicianUserFactory(name="Mei")
    TicketFactory(status=Status.ASSIGNED, technician=technician)
    TechnicianUserFactory(name="Idle")
    row = client.get(URL).context["technicians"][0]
    assert (row.user, row.open, row.resolving.count) == (technician, 1, 0)


def test_figures_lead_to_their_lists(client, admin):
    TicketFactory()
    body = client.get(URL).content.decode()
    listing = reverse("technicians:ticket-list")
    for view in ("open", "unassigned", "unanswered"):
        assert f'href="{listing}?view={view}"' in body
        assert client.get(listing, {"view": view}).status_code == 200


def test_the_chart_has_a_title_and_a_table(client, admin):
    ticket = TicketFactory()
    services.resolve_ticket(ticket, actor=admin, resolution_summary="Done")
    body = client.get(URL).content.decode()
    assert "1 raised, 1 resolved" in body
    assert "Show as table" in body
    assert " style=" not in body


def test_mail_that_waits_or_was_given_up_is_counted(client, admin):
    customer = CustomerFactory()
    for _ in range(3):
        services.create_ticket(
            customer=customer, actor=customer, description="Help", category=CategoryFactory()
        )
    assert (mail_now().waiting, mail_now().overdue) == (3, 0)
    assert mail_now(now=timezone.now() + timedelta(minutes=5)).overdue == 3
    Delivery.objects.update(state=DeliveryState.FAILED)
    assert (mail_now().waiting, mail_now().failed) == (0, 3)
    ledger = reverse("admin:notifications_delivery_changelist")
    assert f'href="{ledger}?state=failed"' in client.get(URL).content.decode()


def test_the_number_of_queries_does_not_grow(client, admin, django_assert_max_num_queries):
    client.get(URL)
    for _ in range(20):
        done(2, technician=TechnicianUserFactory(), priority=Priority.HIGH)
        TicketFactory(status=Status.ON_HOLD)
    assert Ticket.objects.count() == 40
    with django_assert_max_num_queries(32):
        client.get(URL)


def test_a_spread_lies_between_its_neighbours():
    hours = [timedelta(hours=n) for n in (4, 1, 3, 2)]
    assert spread_of(hours).median == timedelta(hours=2.5)
    assert spread_of([]) == Spread()


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 m"), (59, "59 m"), (60, "1 h"), (200, "3 h 20 m"), (1440, "1 d"), (3120, "2 d 4 h")],
)
def test_durations_in_words(minutes, words):
    assert lasted(timedelta(minutes=minutes)) == words


def test_comparisons_in_words():
    assert "6% more" in compared(106, 100)
    assert "50% less" in compared(1, 2)
    assert "about as before" in compared(101, 100)
    assert "none in the days before" in compared(1, 0)


@pytest.mark.parametrize(("highest", "step"), [(0, 1), (5, 1), (6, 2), (44, 10), (130, 50)])
def test_the_grid_has_round_numbers(highest, step):
    assert grid_step(highest) == step


def test_a_periods_figures_are_kept_for_a_minute_and_no_longer(client, admin):
    client.force_login(admin)
    with time_machine.travel("2026-03-02 10:00:00+00:00", tick=False) as clock:
        assert client.get(URL).context["now"]["raised"] == 0
        TicketFactory()
        assert client.get(URL).context["now"]["raised"] == 0
        assert client.get(URL).context["open_now"].total == 1
        clock.shift(61)
        assert client.get(URL).context["now"]["raised"] == 1
