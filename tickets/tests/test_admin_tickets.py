"""Tickets in the admin site, through HTTP."""

import pytest
from django.urls import reverse

from accounts.tests.factories import AdminFactory, CustomerFactory, TechnicianUserFactory
from tickets import services
from tickets.choices import EventType, Priority, Status, Visibility
from tickets.models import Comment, Ticket, TicketEvent
from tickets.tests.factories import CategoryFactory, ParticipantFactory, TicketFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/tickets/ticket/"


@pytest.fixture
def admin(client):
    admin = AdminFactory()
    client.force_login(admin)
    return admin


@pytest.fixture
def ticket():
    return services.create_ticket(
        customer=(customer := CustomerFactory()),
        actor=customer,
        description="The printer <b>smokes</b>",
        category=CategoryFactory(name="Print room"),
    )


def page(ticket):
    return reverse("admin:tickets_ticket_change", args=[ticket.pk])


def posted(ticket, **changes):
    return {
        "status": ticket.status,
        "technician": ticket.technician_id or "",
        "priority": ticket.priority,
        "category": ticket.category_id or "",
        "resolution_summary": ticket.resolution_summary,
        "version": ticket.version,
    } | changes


def test_a_change_goes_through_the_services_and_writes_events(client, admin, ticket):
    technician = TechnicianUserFactory()
    answer = client.post(
        page(ticket), posted(ticket, technician=technician.pk, priority=Priority.URGENT)
    )
    assert answer.status_code == 302
    ticket.refresh_from_db()
    assert (ticket.status, ticket.technician, ticket.priority) == (
        Status.ASSIGNED,
        technician,
        Priority.URGENT,
    )
    events = ticket.events.exclude(type=EventType.CREATED)
    assert {(event.type, event.actor) for event in events} == {
        (EventType.ASSIGNED, admin),
        (EventType.PRIORITY_CHANGED, admin),
    }


def test_nothing_changed_writes_nothing(client, admin, ticket):
    assert client.post(page(ticket), posted(ticket)).status_code == 302
    ticket.refresh_from_db()
    assert ticket.version == 1
    assert ticket.events.count() == 1


def test_an_edit_of_an_older_version_is_refused_with_a_sentence(client, admin, ticket):
    stale = posted(ticket, priority=Priority.LOW, resolution_summary="Mine")
    services.change_priority(ticket, priority=Priority.HIGH, actor=admin)
    answer = client.post(page(ticket), stale)
    assert answer.status_code == 200
    assert "The ticket changed after you last saw it" in answer.content.decode()
    assert "Mine" in answer.content.decode()
    ticket.refresh_from_db()
    assert ticket.priority == Priority.HIGH


def test_what_the_services_refuse_is_an_error_at_its_field(client, admin, ticket):
    answer = client.post(page(ticket), posted(ticket, status=Status.CLOSED))
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["resolution_summary"]
    ticket.refresh_from_db()
    assert ticket.status == Status.PENDING


def test_an_impossible_status_is_not_offered(client, admin, ticket):
    answer = client.post(page(ticket), posted(ticket, status=Status.WAITING))
    assert answer.context["adminform"].form.errors["status"]
    assert Ticket.objects.get().status == Status.PENDING


def test_resolving_takes_the_summary_along(client, admin, ticket):
    client.post(
        page(ticket), posted(ticket, status=Status.RESOLVED, resolution_summary="New toner")
    )
    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolution_summary) == (Status.RESOLVED, "New toner")
    assert ticket.events.last().type == EventType.RESOLVED


def test_a_change_of_category_is_recorded(client, admin, ticket):
    other = CategoryFactory(name="Wiring")
    client.post(page(ticket), posted(ticket, category=other.pk))
    assert ticket.events.last().changes == {"category": ["Print room", "Wiring"]}


def test_texts_are_shown_escaped_with_their_history(client, admin, ticket):
    technician = TechnicianUserFactory()
    ticket = services.assign_ticket(ticket, technician=technician, actor=admin)
    services.add_note(ticket, actor=technician, body="<script>note</script>")
    body = client.get(page(ticket)).content.decode()
    assert "The printer &lt;b&gt;smokes" in body
    assert "&lt;script&gt;note" in body
    assert "Pending → Assigned" in body


def test_history_has_no_route_that_writes(client, admin, ticket):
    """Comments and events can be looked up only, and inline fields in a post change nothing."""
    services.add_note(ticket, actor=admin, body="A note")
    ticket.refresh_from_db()
    for model, row in (
        ("comment", ticket.comments.first()),
        ("ticketevent", ticket.events.first()),
    ):
        assert client.get(f"/admin/tickets/{model}/").status_code == 200
        for what in ("add", f"{row.pk}/change", f"{row.pk}/delete"):
            assert client.post(f"/admin/tickets/{model}/{what}/").status_code == 403
    assert client.get("/admin/tickets/categorytechnician/").status_code == 404
    before = list(TicketEvent.objects.values()), list(Comment.objects.values())
    ticket.refresh_from_db()
    extra = {
        "events-TOTAL_FORMS": 1,
        "events-INITIAL_FORMS": 1,
        "events-0-id": ticket.events.first().pk,
        "events-0-DELETE": "on",
        "comments-0-body": "Changed",
        "description": "Changed",
        "raised_at_0": "2020-01-01",
        "deleted_at": "2020-01-01",
    }
    client.post(page(ticket), posted(ticket) | extra)
    assert (list(TicketEvent.objects.values()), list(Comment.objects.values())) == before
    assert Ticket.objects.get().description == "The printer <b>smokes</b>"
    assert Ticket.objects.get().deleted_at is None


def test_deleting_asks_hides_records_and_can_be_taken_back(client, admin, ticket):
    url = reverse("admin:tickets_ticket_delete", args=[ticket.pk])
    asked = client.get(url).content.decode()
    assert "For 30 days you can restore it" in asked
    assert Ticket.objects.present().count() == 1
    assert client.post(url, {"post": "yes"}).status_code == 302
    assert Ticket.objects.present().count() == 0
    assert ticket.events.last().type == EventType.DELETED
    assert ticket.ticket_id not in client.get(LIST).content.decode()
    assert ticket.ticket_id in client.get(LIST, {"state": "deleted"}).content.decode()
    assert "Restore" in client.get(page(ticket)).content.decode()
    client.post(reverse("admin:tickets_ticket_restore", args=[ticket.pk]))
    assert Ticket.objects.present().count() == 1
    assert ticket.events.last().type == EventType.RESTORED


def test_a_deleted_ticket_can_be_read_but_not_changed(client, admin, ticket):
    services.delete_ticket(ticket, actor=admin)
    assert client.get(page(ticket)).status_code == 200
    assert client.post(page(ticket), posted(ticket)).status_code == 403


def test_bulk_deleting_asks_first(client, admin, ticket):
    chosen = {"action": "delete", "_selected_action": [ticket.pk]}
    asked = client.post(LIST, chosen)
    assert asked.status_code == 200
    assert Ticket.objects.present().count() == 1
    client.post(LIST, chosen | {"confirmed": "yes"})
    assert Ticket.objects.present().count() == 0
    client.post(LIST + "?state=deleted", chosen | {"action": "restore"})
    assert Ticket.objects.present().count() == 1


def test_djangos_own_bulk_delete_does_not_exist(client, admin, ticket):
    client.post(LIST, {"action": "delete_selected", "_selected_action": [ticket.pk], "post": "yes"})
    assert Ticket.objects.present().count() == 1


def test_bulk_assigning_tells_what_went_wrong(client, admin, ticket):
    technician = TechnicianUserFactory(name="Mei")
    done = TicketFactory(status=Status.CLOSED)
    chosen = {"action": "assign", "_selected_action": [ticket.pk, done.pk]}
    assert "Mei" in client.post(LIST, chosen).content.decode()
    nobody = client.post(LIST, chosen | {"confirmed": "yes", "technician": ""})
    assert "This field is required" in nobody.content.decode()
    answer = client.post(
        LIST, chosen | {"confirmed": "yes", "technician": technician.pk}, follow=True
    )
    said = [str(message) for message in answer.context["messages"]]
    assert any(line.startswith(f"{done}: ") and "reopen it" in line for line in said)
    assert "1 ticket assigned to Mei." in said
    ticket.refresh_from_db()
    assert ticket.technician == technician


def test_raising_a_ticket_for_a_customer(client, admin):
    customer, category = CustomerFactory(), CategoryFactory()
    wanted = {
        "customer": customer.email.upper(),
        "subject": "",
        "description": "No network since this morning",
        "category": category.pk,
        "priority": Priority.HIGH,
    }
    url = reverse("admin:tickets_ticket_add")
    assert client.get(url).status_code == 200
    unknown = client.post(url, wanted | {"customer": "CUS9999"})
    assert unknown.context["adminform"].form.errors["customer"]
    assert client.post(url, wanted).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.ticket_id, ticket.customer, ticket.channel) == ("TKT0001", customer, "staff")
    assert ticket.events.get().actor == admin


@pytest.mark.parametrize(
    "typed", ["TKT0002", "#2", "{customer.public_id}", "{customer.email}", "kettle"]
)
def test_search_finds_by_number_customer_and_words(client, admin, typed):
    TicketFactory()
    wanted = TicketFactory(subject="The kettle hums")
    answer = client.get(LIST, {"q": typed.format(customer=wanted.customer)})
    assert [row.pk for row in answer.context["cl"].result_list] == [wanted.pk]


def test_filters(client, admin):
    category = CategoryFactory()
    child = CategoryFactory(parent=category)
    technician = TechnicianUserFactory()
    mine = TicketFactory(category=child, technician=technician, status=Status.ASSIGNED)
    free = TicketFactory()
    closed = TicketFactory(status=Status.CLOSED)
    for query, expected in [
        ({}, {mine, free, closed}),
        ({"state": "open"}, {mine, free}),
        ({"state": "unassigned"}, {free}),
        ({"state": "Closed"}, {closed}),
        ({"topic": category.pk}, {mine}),
        ({"who": technician.pk}, {mine}),
        ({"who": "x", "topic": "x", "state": "x"}, {mine, free, closed}),
    ]:
        found = client.get(LIST, query).context["cl"].result_list
        assert set(found) == expected, query


def test_a_long_list_looks_one_page_ahead_and_ends_at_its_cap(client, admin, ticket, monkeypatch):
    monkeypatch.setattr("accounts.admin_base.LIST_CAP", 3)
    monkeypatch.setattr("tickets.admin.TicketAdmin.list_per_page", 1)
    for _ in range(4):
        TicketFactory(customer=ticket.customer, category=ticket.category)
    first = client.get(LIST)
    assert "More than 2 tickets" in first.content.decode()
    assert [row.pk for row in first.context["cl"].result_list] == [5]
    last = client.get(LIST, {"p": 3})
    assert "The first 3 tickets. Search or filter" in last.content.decode()
    assert [row.pk for row in last.context["cl"].result_list] == [3]
    for odd in ("4", "0", "-1", "x", "9" * 30):
        assert client.get(LIST, {"p": odd}).status_code in (200, 302)


def test_links_lead_to_the_desk_and_to_the_customers_page(client, admin, ticket):
    body = client.get(page(ticket)).content.decode()
    assert f'href="{ticket.get_desk_url()}">View on the desk' in body
    assert f'href="{ticket.get_absolute_url()}?as=customer">View as customer' in body


def test_an_admin_sees_as_the_customer_sees_and_can_send_nothing(client, admin, ticket):
    services.add_note(ticket, actor=admin, body="Between us")
    services.resolve_ticket(ticket, actor=admin, resolution_summary="Done")
    url = ticket.get_absolute_url()
    body = client.get(url, {"as": "customer"}).content.decode()
    assert "as <bdi>" in body
    assert "Between us" not in body
    assert "<textarea" not in body
    assert "Yes, it is solved" not in body
    assert client.get(url).status_code == 302
    client.force_login(TechnicianUserFactory())
    assert client.get(url, {"as": "customer"}).status_code == 404


def test_a_note_is_marked_in_the_history(client, admin, ticket):
    services.add_note(ticket, actor=admin, body="Secret")
    assert Comment.objects.get().visibility == Visibility.INTERNAL
    assert '<li class="note">' in client.get(page(ticket)).content.decode()


def test_the_history_shows_markup_and_links_tickets(client, admin, ticket):
    services.add_note(ticket, actor=admin, body=f"**Same** as {ticket.ticket_id}")
    shown = client.get(page(ticket)).content.decode()
    link = f'<a href="{ticket.get_desk_url()}" rel="nofollow noopener">{ticket.ticket_id}</a>'
    assert f"<strong>Same</strong> as {link}" in shown


def test_who_follows_a_ticket_stands_on_its_page(client):
    admin = AdminFactory()
    part = ParticipantFactory(user__name="Ben Bello", added_by=admin)
    client.force_login(admin)
    html = client.get(f"/admin/tickets/ticket/{part.ticket_id}/change/").content.decode()
    assert "Who follows it" in html
    assert f"/admin/accounts/user/{part.user_id}/change/" in html


@pytest.mark.parametrize("filtered", ["who", "topic"])
def test_a_filter_by_what_is_no_key_shows_all(client, admin, ticket, filtered):
    page = client.get(LIST, {filtered: "²"})
    assert page.status_code == 200
    assert ticket.ticket_id in page.content.decode()
