"""Changing many tickets of the list at once, through HTTP."""

import pytest
from django.utils import timezone

from accounts.tests.api.clients import client_of
from accounts.tests.factories import CustomerFactory
from technicians import bulk
from technicians.models import BulkAction
from technicians.tests.conftest import go_out
from technicians.tests.factories import TeamFactory
from tickets import services
from tickets.choices import EventType, Status
from tickets.models import Comment, Ticket, TicketEvent
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tickets(raise_ticket, priya):
    made = [raise_ticket(word, customer=CustomerFactory()) for word in ("a", "b", "c")]
    return [services.take_ticket(ticket, actor=priya) for ticket in made]


@pytest.fixture
def change(client):
    def change(user, tickets, do, **given):
        client.force_login(user)
        numbers = [ticket.pk for ticket in tickets]
        body = {"ticket": numbers, "do": do, "confirm": "1", "query": "view=all"}
        return client.post("/desk/bulk/", body | given)

    return change


def undo(client):
    return client.post(f"/desk/bulk/{BulkAction.objects.latest('created_at').pk}/undo/")


def fields(tickets, *names):
    rows = Ticket.objects.filter(pk__in=[t.pk for t in tickets]).order_by("pk")
    return list(rows.values_list(*names, flat=len(names) == 1))


@pytest.mark.parametrize("do", ["assign", "status", "priority", "category", "team", "tag"])
def test_each_change_and_the_way_back(change, client, tickets, priya, mei, printing, do):
    TeamFactory(name="Second line", members=[priya])
    services.change_status(tickets[0], status="In Progress", actor=priya)
    given, names = {
        "assign": ({"technician": mei.public_id}, ("technician",)),
        "status": ({"status": "On Hold"}, ("status",)),
        "priority": ({"priority": "4"}, ("priority",)),
        "category": ({"category": printing.pk}, ("category",)),
        "team": ({"team": priya.teams.first().pk}, ("team",)),
        "tag": ({"tag": "Outage"}, ("tag_rows__tag__name",)),
    }[do]
    before = fields(tickets, "status", "technician", *names)
    answer = change(priya, tickets, do, **given)
    assert answer.status_code == 302, answer.content.decode()
    assert len(set(fields(tickets, *names))) == 1
    assert fields(tickets, *names)[0] != before[1][-1]
    page = client.get(answer["Location"]).content.decode()
    assert "3 tickets changed." in page
    events = TicketEvent.objects.count()
    if do == "assign":  # it is Mei's now: Priya has nothing to take back
        return
    undone = undo(client)
    assert "Undone: 3 tickets as before." in client.get(undone["Location"]).content.decode()
    assert fields(tickets, "status", "technician", *names) == before
    assert TicketEvent.objects.count() > events


def test_take_needs_no_second_page_and_resolve_asks_what_was_done(client, raise_ticket, priya):
    free = [raise_ticket(word) for word in ("d", "e")]
    client.force_login(priya)
    numbers = {"ticket": [ticket.pk for ticket in free], "query": "view=unassigned"}
    taken = client.post("/desk/bulk/", numbers | {"do": "take"})
    assert "2 tickets changed." in client.get(taken["Location"]).content.decode()
    assert fields(free, "technician") == [priya.pk] * 2
    asked = client.post("/desk/bulk/", numbers | {"do": "resolve"}).content.decode()
    assert '<option value="Resolved" selected>' in asked
    assert fields(free, "status") == ["Assigned"] * 2


def test_an_admin_takes_nothing(client, tickets, admin):
    """An admin has no number to assign to, and none would mean nobody."""
    numbers = {"ticket": [ticket.pk for ticket in tickets]}
    client.force_login(admin)
    assert client.post("/desk/bulk/", numbers | {"do": "take"}).status_code == 422
    assert None not in fields(tickets, "technician")


def test_what_somebody_else_has_is_not_taken(client, raise_ticket, priya, mei):
    theirs = services.assign_ticket(raise_ticket("d"), technician=mei, actor=None)
    client.force_login(priya)
    refused = client.post("/desk/bulk/", {"ticket": [theirs.pk], "do": "take"})
    assert refused.status_code in (403, 404)
    assert fields([theirs], "technician") == [mei.pk]


def test_an_admin_takes_an_assignment_back(change, client, tickets, priya, mei, admin):
    services.change_status(tickets[0], status="In Progress", actor=priya)
    before = fields(tickets, "status", "technician")
    change(admin, tickets, "assign", technician=mei.public_id)
    assert fields(tickets, "technician") == [mei.pk] * 3
    undo(client)
    assert fields(tickets, "status", "technician") == before


def test_one_foreign_ticket_denies_all(change, tickets, priya, pavel, mei, printing, raise_ticket):
    foreign = services.take_ticket(raise_ticket("x", category=printing), actor=pavel)
    free = raise_ticket("free")
    before = fields(tickets, "priority", "version")
    assert change(priya, [*tickets, foreign], "priority", priority="4").status_code == 404
    refused = change(priya, [*tickets, free], "priority", priority="4")
    assert refused.status_code == 403
    assert f"change {free.ticket_id} so" in refused.content.decode()
    assert change(priya, [*tickets, Ticket(pk=999)], "tag", tag="x").status_code == 404
    assert fields(tickets, "priority", "version") == before
    assert not BulkAction.objects.exists()


def test_one_that_can_t_be_changed_so_leaves_all_as_they_are(change, tickets, priya):
    services.resolve_ticket(tickets[2], actor=priya, resolution_summary="Done.")
    before = fields(tickets, "status", "version")
    refused = change(priya, tickets, "status", status="On Hold")
    assert refused.status_code == 422
    assert f"{tickets[2].ticket_id}: A ticket that is Resolved" in refused.content.decode()
    assert fields(tickets, "status", "version") == before


def test_one_text_goes_to_each_in_their_own_thread_and_is_taken_back(
    change, client, tickets, priya
):
    change(priya, tickets, "reply", body="The line is back.\r\nSorry!")
    undo(client)
    assert go_out() == 0
    change(priya, tickets, "reply", body="The line is back.\r\nSorry!")
    assert go_out() == 3
    said = Comment.objects.filter(body="The line is back.\nSorry!")
    assert sorted(said.values_list("ticket", flat=True)) == [t.pk for t in tickets]
    late = undo(client)
    assert services.GONE in client.get(late["Location"]).content.decode()


def test_merging_and_its_undo(change, client, tickets, admin):
    answer = change(admin, tickets, "merge", into=tickets[1].pk, share="1")
    assert answer.status_code == 302, answer.content.decode()
    into = tickets[1].pk
    assert fields(tickets, "merged_into") == [into, None, into]
    undo(client)
    assert fields(tickets, "merged_into") == [None] * 3


def test_what_was_changed_since_stays_and_is_named(change, client, tickets, admin, priya):
    change(admin, tickets, "priority", priority="4")
    services.change_priority(tickets[0], priority=1, actor=priya)
    page = client.get(undo(client)["Location"]).content.decode()
    assert "It was changed since." in page
    assert fields(tickets, "priority") == [1, 2, 2]


def test_without_a_script_a_page_asks_what_exactly(client, tickets, priya):
    client.force_login(priya)
    html = client.get("/desk/tickets/?view=all").content.decode()
    assert html.count('name="ticket"') == 3
    asked = client.post("/desk/bulk/", {"ticket": [tickets[0].pk], "do": "reply"})
    assert "Send to 1 ticket" in asked.content.decode()
    kept = client.post(
        "/desk/bulk/", {"tickets": str(tickets[0].pk), "do": "reply", "confirm": "1", "body": " "}
    )
    assert kept.status_code == 422
    nothing = client.post("/desk/bulk/", {"do": "assign"})
    assert "Choose some tickets first." in nothing.content.decode()
    assert client.post("/desk/bulk/", {"ticket": "1", "do": "explode"}).status_code == 422


def test_twice_the_same_form_is_one_change(change, tickets, priya):
    key = "6b2a7a4e-6a5c-4b0a-9b0e-0d3a3c6f5a11"
    for _ in range(2):
        change(priya, tickets, "reply", body="Hello", key=key)
    assert BulkAction.objects.count() == 1
    assert go_out() == 3


def test_all_that_match_many_go_on_in_the_background(change, client, raise_ticket, network, admin):
    TicketFactory.create_batch(60, category=network, status=Status.PENDING)
    answer = change(admin, [], "priority", priority="4", all="1", query="view=unassigned")
    action = BulkAction.objects.get()
    assert answer["Location"] == f"/desk/bulk/{action.pk}/"
    html = client.get(answer["Location"]).content.decode()
    assert f"{bulk.MOST_AT_ONCE} of 60 tickets are changed." in html
    assert bulk.advance_running() == 2
    assert Ticket.objects.filter(priority=4).count() == 60
    assert "Done: 60 tickets." in client.get(answer["Location"]).content.decode()
    undo(client)
    bulk.advance_running()
    assert Ticket.objects.filter(priority=4).count() == 0
    assert TicketEvent.objects.filter(type=EventType.PRIORITY_CHANGED).count() == 120


def test_the_way_back_closes_and_is_one_s_own(change, client, tickets, priya, admin):
    change(priya, tickets, "priority", priority="4")
    client.force_login(admin)
    assert undo(client).status_code == 404
    BulkAction.objects.update(finished_at=timezone.now() - bulk.actions.UNDO_FOR)
    client.force_login(priya)
    undo(client)
    assert fields(tickets, "priority") == [4] * 3


def test_the_rest_interface(tickets, priya, pavel):
    names = [ticket.ticket_id for ticket in tickets]
    body = {"tickets": names, "do": "priority", "priority": "Urgent"}
    headers = {"idempotency-key": "one"}
    first = client_of(priya).post("/api/tickets/bulk", body, headers=headers)
    assert first.status_code == 201, first.json()
    again = client_of(priya).post("/api/tickets/bulk", body, headers=headers)
    assert again.json() == first.json()
    assert BulkAction.objects.count() == 1
    url = f"/api/tickets/bulk/{first.json()['id']}"
    assert client_of(priya).get(url).json()["state"] == "done"
    assert client_of(pavel).get(url).status_code == 404
    assert client_of(pavel).post("/api/tickets/bulk", body).status_code == 404
    assert (
        client_of(priya).post("/api/tickets/bulk", {"tickets": names, "do": "x"}).status_code == 400
    )
    assert client_of(priya).post(f"{url}/undo").json()["state"] == "undone"
    assert fields(tickets, "priority") == [2] * 3
    found = {"query": "view=mine", "do": "tag", "tag": "Outage"}
    assert client_of(priya).post("/api/tickets/bulk", found).json()["total"] == 3
