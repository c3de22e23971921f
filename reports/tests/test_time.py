"""Time spent: the page, its figures, its files."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.tests.factories import AdminFactory, CustomerFactory, OrganizationFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.choices import Status
from tickets.models import TimeEntry
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db
URL = "/reports/time/"
NOW = datetime(2026, 6, 12, 10, tzinfo=UTC)


@pytest.fixture
def now():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def admin(client, now):
    admin = AdminFactory()
    services.change_desk_settings(actor=admin, track_time=True)
    client.force_login(admin)
    return admin


def spent(minutes, *, ticket=None, user=None, note="", ago=1):
    """Minutes that were written down `ago` days ago."""
    return TimeEntry.objects.create(
        ticket=ticket or TicketFactory(),
        user=user or TechnicianFactory().user,
        minutes=minutes,
        note=note,
        at=NOW - timedelta(days=ago),
    )


def groups(client, **asked):
    found = client.get(URL, asked).context["groups"]
    return [(one.name, one.address, one.minutes, one.entries, one.tickets) for one in found]


def file(client, address, **asked):
    answer = client.get(address, asked)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()


def test_what_is_written_beside_a_ticket_is_in_the_report(client, admin, now):
    maya = TechnicianFactory(user__name="Maya Chen").user
    ticket = TicketFactory(technician=maya, status=Status.ASSIGNED, subject="The organ hums")
    services.log_time(ticket, minutes=50, note="On the phone", actor=maya)
    entry = services.log_time(ticket, minutes=95, actor=maya)
    now.shift(timedelta(minutes=1))
    page = client.get(URL).content.decode()
    assert "2 h 25 min" in page
    assert "in 2 entries" in page
    assert "On the phone" in page
    assert f'href="/desk/tickets/{ticket.ticket_id}/"' in page
    services.remove_time(entry, actor=maya)
    assert "in 1 entry" in client.get(URL).content.decode()


def test_each_grouping_has_its_own_sums_the_most_first(client, admin):
    strings = CategoryFactory(name="Strings", parent=CategoryFactory(name="Instruments"))
    choir = OrganizationFactory(name="Choir")
    amara = CustomerFactory(name="Amara", organization=choir)
    maya, ravi = (TechnicianFactory(user__name=name).user for name in ("Maya", "Ravi"))
    harp = TicketFactory(subject="Harp", customer=amara, category=strings)
    lute = TicketFactory(subject="Lute", customer=amara, category=strings.parent)
    bell = TicketFactory(subject="Bell", customer=CustomerFactory(name="Ben"), category=None)
    spent(30, ticket=harp, user=maya)
    spent(45, ticket=harp, user=ravi)
    spent(5, ticket=lute, user=maya)
    spent(100, ticket=bell, user=ravi)
    spent(999, ticket=bell, user=ravi, ago=31)
    ben = bell.customer
    assert groups(client) == [
        ("Ravi", ravi.public_id, 145, 2, 2),
        ("Maya", maya.public_id, 35, 2, 2),
    ]
    assert groups(client, by="ticket") == [
        ("Bell", bell.ticket_id, 100, 1, 1),
        ("Harp", harp.ticket_id, 75, 2, 1),
        ("Lute", lute.ticket_id, 5, 1, 1),
    ]
    assert groups(client, by="customer") == [
        ("Ben", ben.public_id, 100, 1, 1),
        ("Amara", amara.public_id, 80, 3, 2),
    ]
    assert groups(client, by="organization") == [
        ("No organisation", "none", 100, 1, 1),
        ("Choir", str(choir.pk), 80, 3, 2),
    ]
    assert groups(client, by="category") == [
        ("No category", "none", 100, 1, 1),
        ("Instruments", str(strings.parent_id), 80, 3, 2),
    ]
    whole = client.get(URL).context["spent"]
    assert (whole.minutes, whole.entries, whole.tickets, whole.people) == (180, 4, 3, 2)


def test_each_count_leads_to_just_these_entries(client, admin):
    category = CategoryFactory(parent=CategoryFactory())
    customer = CustomerFactory(organization=OrganizationFactory())
    one = spent(20, ticket=TicketFactory(category=category, customer=customer))
    spent(10, ticket=TicketFactory(category=None))
    for by in ("technician", "ticket", "customer", "organization", "category"):
        group = client.get(URL, {"by": by}).context["groups"][0]
        asked = {"by": by, "group": group.address}
        answer = client.get(URL, asked)
        assert [entry.pk for entry in answer.context["entries"].rows] == [one.pk], by
        assert answer.context["narrowed"] == group.name
        assert len(file(client, f"{URL}entries/csv/", **asked)) == 2
    for by in ("organization", "category"):
        rows = client.get(URL, {"by": by, "group": "none"}).context["entries"].rows
        assert [entry.minutes for entry in rows] == [10]
    nobody = client.get(URL, {"by": "customer", "group": "CUS9999"})
    assert "No time of this group" in nobody.content.decode()


def test_names_lead_to_their_pages(client, admin):
    organization = OrganizationFactory()
    ticket = spent(20, ticket=TicketFactory(customer__organization=organization)).ticket
    for by, page in (
        ("ticket", f"/desk/tickets/{ticket.ticket_id}/"),
        ("customer", f"/desk/customers/{ticket.customer.public_id}/"),
        ("organization", f"/desk/organizations/{organization.pk}/"),
    ):
        assert f'href="{page}"' in client.get(URL, {"by": by}).content.decode()
        assert client.get(page).status_code == 200


def test_files_hold_all_rows_and_no_formula(client, admin):
    ticket = TicketFactory(subject="=1+1", customer__name="@Amara")
    maya = TechnicianFactory(user__name="Maya").user
    spent(125, ticket=ticket, user=maya, note="+49 30 1234")
    head, row = file(client, f"{URL}csv/", by="ticket")
    assert head == "Group,Number,Minutes,Time (h:mm),Entries,Tickets"
    assert row == f"'=1+1,{ticket.ticket_id},125,2:05,1,1"
    (_, row) = file(client, f"{URL}entries/csv/")
    assert row.startswith(f"2026-06-11 10:00:00,{ticket.ticket_id},'=1+1,")
    assert f"'@Amara,{ticket.customer.public_id},,Maya,125,2:05,'+49 30 1234" in row


def test_a_page_shows_a_hundred_groups_and_a_file_more(client, admin, monkeypatch):
    monkeypatch.setattr("reports.queries.time.PIECE", 50)
    maya, customer, category = TechnicianFactory().user, CustomerFactory(), CategoryFactory()
    for minutes in range(1, 121):
        ticket = TicketFactory(customer=customer, category=category)
        spent(minutes, ticket=ticket, user=maya)
    page = client.get(URL, {"by": "ticket"})
    assert [group.minutes for group in page.context["groups"]] == list(range(120, 20, -1))
    assert "The file has more" in page.content.decode()
    assert len(file(client, f"{URL}csv/", by="ticket")) == 121
    assert len(file(client, f"{URL}entries/csv/")) == 121
    assert len(page.context["entries"].rows) == 20
    later = client.get(URL, {"cursor": page.context["entries"].next})
    assert later.context["entries"].rows[0].minutes == 100
    assert client.get(URL, {"cursor": "nonsense"}).status_code == 200


def test_technicians_see_time_on_their_own_tickets_only(client, admin):
    technician = TechnicianFactory().user
    spent(20, user=technician)
    client.force_login(technician)
    assert "No time spent yet" in client.get(URL).content.decode()
    mine = TicketFactory(technician=technician, status=Status.ASSIGNED)
    spent(35, ticket=mine)
    page = client.get(URL).content.decode()
    assert "on the tickets that you can read" in page
    assert "35 min" in page
    assert len(file(client, f"{URL}entries/csv/")) == 2
    services.delete_ticket(mine, actor=admin)
    assert "No time spent yet" in client.get(URL).content.decode()


def test_the_report_is_there_where_time_is_written_down(client, now):
    admin = AdminFactory()
    services.change_desk_settings(actor=admin, track_time=True)
    client.force_login(admin)
    link = f'href="{URL}"'
    assert link in client.get("/desk/tickets/").content.decode()
    services.change_desk_settings(actor=admin, track_time=False)
    assert link not in client.get("/desk/tickets/").content.decode()
    for address in (URL, f"{URL}csv/", f"{URL}entries/csv/"):
        assert client.get(address).status_code == 404
    client.logout()
    assert client.get(URL).status_code == 302


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=2026-06-01", "Give both days, or neither."),
        ("since=2026-06-02&until=2026-06-01", "The last day is before the first one."),
        ("since=2024-01-01&until=2026-06-01", "Choose 366 days or fewer."),
        ("days=8", "Select a valid choice."),
        ("by=week", "Select a valid choice."),
        ("by=technician&group=none", "There is no such technician"),
        ("by=technician&group=TEC9999", "There is no such technician"),
        ("by=ticket&group=42", "There is no such ticket"),
        ("by=customer&group=none", "There is no such customer"),
        ("by=organization&group=%C2%B2", "There is no such organisation"),
        ("by=category&group=%00", "Null characters"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(client, admin, query, words):
    for address in (URL, f"{URL}csv/", f"{URL}entries/csv/"):
        answer = client.get(f"{address}?{query}")
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_dates_choose_whole_days_in_the_readers_zone(client, admin):
    client.force_login(AdminFactory(time_zone="Asia/Tokyo"))
    entry = spent(15)
    TimeEntry.objects.filter(pk=entry.pk).update(at=datetime(2026, 6, 10, 23, tzinfo=UTC))
    day = client.get(f"{URL}?since=2026-06-11&until=2026-06-11")
    assert day.context["spent"].minutes == 15
    assert client.get(f"{URL}?since=2026-06-10&until=2026-06-10").context["spent"].minutes == 0
    (_, row) = file(client, f"{URL}entries/csv/")
    assert row.startswith("2026-06-11 08:00:00,")
