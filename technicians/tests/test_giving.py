"""Tickets that the desk gives to somebody by itself."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections, transaction
from django.db.models import Count
from django.utils import timezone

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians import services as desk
from technicians.models import AssignmentRequest, AssignmentRule
from technicians.schedule import hours_left, is_at_work, parse_hours
from technicians.services import give_waiting_tickets
from technicians.tests.factories import TeamFactory, TechnicianFactory
from tickets import services
from tickets.choices import EventType, Status
from tickets.models import Ticket
from tickets.tests.factories import CategoryFactory

pytestmark = pytest.mark.django_db
MONDAY_TEN = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)


@pytest.fixture
def category():
    return CategoryFactory(name="Lines")


@pytest.fixture
def customer():
    return CustomerFactory()


@pytest.fixture
def raise_ticket(customer, category):
    def raise_ticket(category=category, **fields):
        fields = {"customer": customer, "actor": customer, "description": "It hums"} | fields
        return services.create_ticket(category=category, **fields)

    return raise_ticket


def rule_of(category=None, team=None, method="round_robin", is_on=True):
    return desk.save_rule(
        None, actor=AdminFactory(), category=category, team=team, method=method, is_on=is_on
    )


def holder(ticket):
    return Ticket.objects.get(pk=ticket.pk).technician


def reason(ticket):
    return ticket.events.get(type=EventType.AUTO_ASSIGNED).changes["reason"]


def test_nothing_is_given_until_a_rule_is_switched_on(raise_ticket, category):
    TechnicianFactory(categories=[category])
    rule = rule_of(category, is_on=False)
    ticket = raise_ticket()
    assert give_waiting_tickets() == 0
    assert not AssignmentRequest.objects.exists()
    changed = {"category": category, "team": None, "method": "round_robin", "is_on": True}
    desk.save_rule(rule, actor=AdminFactory(), **changed)
    assert give_waiting_tickets() == 1, "what waited already is given, too"
    assert holder(ticket) is not None


def test_in_turn_goes_on_where_it_stopped(raise_ticket, category):
    people = [TechnicianFactory(categories=[category], most_open=12).user for _ in range(3)]
    rule_of(category)
    tickets = [raise_ticket() for _ in range(4)]
    give_waiting_tickets()
    assert [holder(ticket) for ticket in tickets] == [*people, people[0]]
    assert reason(tickets[3]) == "1 open of 12, next in turn"


def test_the_least_loaded_for_the_hours_left_gets_it(raise_ticket, category):
    busy = TechnicianFactory(categories=[category], work_hours="Mon-Sun 00:00-24:00").user
    leaving = TechnicianFactory(categories=[category], work_hours="Mon-Sun 00:00-10:30").user
    rule_of(category, method="least_loaded")
    services.assign_ticket(raise_ticket(), technician=busy, actor=None)
    ticket = raise_ticket()
    AssignmentRequest.objects.update(due_at=MONDAY_TEN)
    give_waiting_tickets(MONDAY_TEN)
    assert holder(ticket) == busy, "two tickets for 14 hours are less than one for half an hour"
    assert leaving.assigned_tickets.count() == 0


def test_skill_is_how_near_the_category_is(raise_ticket, category):
    below = CategoryFactory(parent=category, name="Fibre")
    TechnicianFactory(categories=[category])
    expert = TechnicianFactory(categories=[below]).user
    rule_of(category, method="by_skill")
    services.assign_ticket(raise_ticket(), technician=expert, actor=None)
    ticket = raise_ticket(below)
    give_waiting_tickets()
    assert holder(ticket) == expert
    assert reason(ticket).startswith("serves its category, 1 open")


def test_a_team_s_rule_comes_before_that_of_the_category(raise_ticket, category):
    TechnicianFactory(categories=[category])
    member = TechnicianFactory().user
    team = TeamFactory(members=[member])
    rule_of(category)
    rule_of(team=team)
    ticket = raise_ticket()
    services.assign_team(ticket, team=team, actor=None)
    give_waiting_tickets()
    assert holder(ticket) == member


def test_what_nobody_can_be_given_stays_visible_and_says_why(client, raise_ticket, category):
    one = TechnicianFactory(categories=[category], most_open=1)
    rule_of(category)
    first, second = raise_ticket(), raise_ticket()
    give_waiting_tickets()
    assert holder(first) == one.user
    request = AssignmentRequest.objects.get(ticket=second)
    assert "as many open tickets as they may" in request.reason
    client.force_login(AdminFactory())
    assert second.ticket_id in client.get("/desk/tickets/?view=stuck").content.decode()
    assert "can be given to nobody" in client.get("/desk/").content.decode()
    assert "as many open tickets" in client.get(second.get_desk_url()).content.decode()
    services.resolve_ticket(first, actor=None, resolution_summary="Done.")
    assert give_waiting_tickets() == 0, "looked at again after a minute only"
    assert give_waiting_tickets(timezone.now() + timedelta(minutes=2)) == 1
    assert holder(second) == one.user


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"is_available": False}, "available"),
        ({"work_hours": "Sun 03:00-03:01"}, "at this hour"),
    ],
)
def test_who_is_away_or_not_at_work_gets_nothing(raise_ticket, category, fields, sentence):
    TechnicianFactory(categories=[category], **fields)
    rule_of(category)
    ticket = raise_ticket()
    AssignmentRequest.objects.update(due_at=MONDAY_TEN)
    assert give_waiting_tickets(MONDAY_TEN) == 0
    assert sentence in AssignmentRequest.objects.get(ticket=ticket).reason


def test_who_gives_a_ticket_back_does_not_get_it_again_while_there_is_another(
    raise_ticket, category
):
    first, second = (TechnicianFactory(categories=[category]).user for _ in range(2))
    rule_of(category)
    ticket = raise_ticket()
    give_waiting_tickets()
    assert holder(ticket) == first
    AssignmentRule.objects.update(last_given=None)
    services.unassign_ticket(ticket, actor=first)
    give_waiting_tickets()
    assert holder(ticket) == second


def test_a_ticket_that_was_taken_or_closed_meanwhile_is_left_alone(raise_ticket, category):
    taker = TechnicianFactory(categories=[category]).user
    rule_of(category)
    taken, closed = raise_ticket(), raise_ticket()
    services.take_ticket(taken, actor=taker)
    services.close_ticket(closed, actor=AdminFactory(), resolution_summary="Done.")
    assert give_waiting_tickets() == 0
    assert not AssignmentRequest.objects.exists()


def test_customers_never_read_why(raise_ticket, category, customer):
    TechnicianFactory(categories=[category])
    rule_of(category)
    ticket = raise_ticket()
    give_waiting_tickets()
    answer = client_of(customer).get(f"/api/tickets/{ticket.ticket_id}")
    assert "in turn" not in answer.content.decode()
    assert ticket.events.filter(type=EventType.ASSIGNED).get().actor is None
    assert answer.json()["status"] == Status.ASSIGNED


def test_rules_are_of_one_thing_and_kept_by_admins(category):
    with pytest.raises(ValidationError, match="category or a team"):
        rule_of(category, team=TeamFactory())
    rule_of(category)
    with pytest.raises(ValidationError, match="a rule already"):
        rule_of(category)
    with pytest.raises(PermissionDenied):
        desk.save_rule(
            None,
            actor=TechnicianFactory().user,
            category=None,
            team=TeamFactory(),
            method="round_robin",
            is_on=True,
        )


def test_all_of_it_works_by_rest(raise_ticket, category):
    admin = client_of(AdminFactory())
    person = TechnicianFactory(categories=[category]).user
    made = admin.post("/api/assignment-rules", {"category": "Lines"}, format="json").json()
    rows = admin.get("/api/assignment-rules").json()
    assert rows == [
        {"category": "Lines", "team": None, "method": "round_robin", "is_on": False, **made}
    ]
    work = f"/api/technicians/{person.public_id}/work"
    assert admin.put(work, {"work_hours": "Nonsense"}, format="json").status_code == 400
    assert admin.put(work, {"most_open": 0}, format="json").status_code == 200
    assert client_of(person).get(work).json()["most_open"] == 0
    rule = f"/api/assignment-rules/{made['id']}"
    ticket = raise_ticket()
    assert admin.put(rule, {"is_on": True}, format="json").status_code == 200
    give_waiting_tickets()
    assert [row["ticket_id"] for row in admin.get("/api/tickets/stuck").json()] == [
        ticket.ticket_id
    ]
    assert admin.delete(rule).json() == {"deleted": True}
    assert admin.post("/api/assignment-rules", {}, format="json").status_code == 400


def test_hours_are_read_as_people_write_them():
    week = parse_hours("Mon-Fri 09:00-12:00, 13:00-17:00; sat 10:00-14:00")
    at = MONDAY_TEN.replace
    assert is_at_work(week, at(hour=9))
    assert not is_at_work(week, at(hour=12, minute=30))
    assert hours_left(week, MONDAY_TEN) == 6
    assert hours_left(week, at(hour=17)) == 0
    assert is_at_work({}, MONDAY_TEN)
    assert hours_left({}, MONDAY_TEN) == 14
    assert parse_hours("Fri-Mon 22:00-24:00").keys() == {4, 5, 6, 0}


@pytest.mark.parametrize(
    "text",
    ["Mon", "Funday 09:00-10:00", "Mon 9-5", "Mon 10:00-09:00", "Mon 09:00-11:00 10:00-12:00"],
)
def test_hours_that_nobody_understands_are_refused_with_an_example(text):
    with pytest.raises(ValidationError, match=r"Mon-Fri 09:00-17:00|overlap"):
        parse_hours(text)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_and_takers_each_ticket_has_one_owner_and_nobody_too_many(category):
    """32 at once: 8 workers that give away, 24 technicians who take from the same queue."""
    cap = 1
    with transaction.atomic():
        customer = CustomerFactory()
        people = [TechnicianFactory(categories=[category], most_open=cap).user for _ in range(6)]
        takers = [
            TechnicianFactory(categories=[category], is_available=False).user for _ in range(24)
        ]
        rule_of(category)
        tickets = [
            services.create_ticket(
                customer=customer, actor=customer, description=f"Hum {n}", category=category
            )
            for n in range(16)
        ]
    start, faults = threading.Barrier(32), []

    def run(work):
        try:
            start.wait()
            work()
        except PermissionDenied:
            pass  # somebody was quicker
        except Exception as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    def take(person, ticket):
        return lambda: services.take_ticket(ticket, actor=person)

    works = [give_waiting_tickets] * 8
    works += [take(person, tickets[n % 6]) for n, person in enumerate(takers)]
    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    given = dict(Ticket.objects.values_list("technician").annotate(Count("pk")))
    assert sum(given.get(person.pk, 0) for person in people) == cap * len(people)
    assert all(given.get(person.pk, 0) <= cap for person in people)
    assert all(given.get(taker.pk, 0) <= 1 for taker in takers)
    for ticket in Ticket.objects.filter(technician__isnull=False):
        assert ticket.events.filter(type=EventType.ASSIGNED).count() == 1
