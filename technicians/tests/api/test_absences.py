"""Planned absences by REST: what the pages do, by the same rules."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.tests.api.clients import client_of
from technicians.models import Absence
from technicians.services import plan_absence
from technicians.tests.factories import TeamFactory
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
URL = "/api/absences"
DAY = timedelta(days=1)


@pytest.fixture
def team(priya, mei, pavel):
    return TeamFactory(name="Network team", lead=pavel, members=[priya, mei, pavel])


@pytest.fixture
def absence(priya):
    now = timezone.now().replace(microsecond=0)
    return plan_absence(
        priya.technician, actor=priya, starts_at=now + DAY, ends_at=now + 3 * DAY, note="Skiing"
    )


def owner(ticket):
    return Ticket.objects.get(pk=ticket.pk).technician


def ids(answer):
    return [row["id"] for row in answer.json()]


def test_planned_changed_and_called_off(priya):
    api = client_of(priya)
    made = api.post(
        URL, {"starts_at": "2098-02-09T08:00:00+01:00", "ends_at": "2098-02-12T18:00:00Z"}
    )
    assert made.status_code == 201
    one = f"{URL}/{made.json()['id']}"
    assert api.get(one).json() == {
        "id": made.json()["id"],
        "technician_id": priya.public_id,
        "technician": priya.name,
        "starts_at": "2098-02-09T07:00:00+00:00",
        "ends_at": "2098-02-12T18:00:00+00:00",
        "note": "",
        "state": "planned",
        "ended_at": None,
        "tickets_with_others": 0,
    }
    assert api.put(one, {"note": "Skiing"}).json() == {"updated": True}
    assert api.put(one, {"ends_at": "2098-02-13T18:00:00Z"}).status_code == 200
    (row,) = api.get(URL).json()
    assert (row["note"], row["ends_at"]) == ("Skiing", "2098-02-13T18:00:00+00:00")
    assert api.delete(one).json() == {"deleted": True}
    assert api.delete(one).json() == {"deleted": False}
    assert api.get(URL).json() == []
    assert api.get(one).json()["state"] == "over"
    refused = api.put(one, {"note": "x"})
    assert (refused.status_code, refused.json()["message"]) == (400, "This absence is over.")


def test_what_has_begun_keeps_its_beginning(absence, priya):
    with time_machine.travel(absence.starts_at + timedelta(hours=1)):
        api, one = client_of(priya), f"{URL}/{absence.pk}"
        assert api.get(one).json()["state"] == "away"
        later = (absence.starts_at + DAY).isoformat()
        assert "It has begun" in api.put(one, {"starts_at": later}).json()["message"]
        assert api.put(one, {"ends_at": later}).status_code == 200
    absence.refresh_from_db()
    assert absence.ends_at == absence.starts_at + DAY


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"starts_at": "soon", "ends_at": "later"},
        {"starts_at": "2098-02-09T08:00:00Z"},
        {"starts_at": "2098-02-09T08:00:00Z", "ends_at": "2098-02-09T07:00:00+00:00"},
        {"starts_at": "2001-02-09T08:00:00Z", "ends_at": "2001-02-10T08:00:00Z"},
        {"starts_at": "2098-02-09T08:00:00Z", "ends_at": "2099-09-09T08:00:00Z"},
        {"starts_at": "2098-02-09T08:00:00Z", "ends_at": "2098-02-10T08:00:00Z", "note": "x" * 201},
        {"starts_at": "2098-02-09T08:00:00Z", "ends_at": "2098-02-10T08:00:00Z", "note": "a\0b"},
    ],
)
def test_what_can_not_be_planned_is_refused(priya, body):
    answer = client_of(priya).post(URL, body)
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert not Absence.objects.exists()


def test_two_at_one_time_are_refused_also_by_a_change(absence, priya):
    api = client_of(priya)
    span = {"starts_at": absence.ends_at.isoformat()}
    made = api.post(URL, {**span, "ends_at": (absence.ends_at + DAY).isoformat()})
    assert made.status_code == 201
    answer = api.put(f"{URL}/{absence.pk}", {"ends_at": (absence.ends_at + DAY).isoformat()})
    assert answer.status_code == 400
    assert "at that time already" in answer.json()["message"]


def test_whose_absences_one_plans(absence, priya, mei, pavel, amara, admin, team):
    one = f"{URL}/{absence.pk}"
    for person in (priya, pavel, admin):  # oneself, the lead, an admin
        assert ids(client_of(person).get(URL)) == [absence.pk]
        assert client_of(person).get(one).status_code == 200
        found = client_of(person).get(URL, {"technician_id": priya.public_id})
        assert ids(found) == [absence.pk]
    assert client_of(mei).get(URL).json() == []
    for send in ("get", "put", "delete"):
        assert getattr(client_of(mei), send)(one).status_code == 404
    for part in ("handover", "tickets"):
        assert client_of(mei).get(f"{one}/{part}").status_code == 404
    assert client_of(mei).get(URL, {"technician_id": priya.public_id}).status_code == 400
    span = {"starts_at": "2098-02-09T08:00:00Z", "ends_at": "2098-02-10T08:00:00Z"}
    for person in (pavel, admin):
        body = {**span, "technician_id": priya.public_id}
        made = client_of(person).post(URL, body)
        assert made.status_code == 201
        assert client_of(person).delete(f"{URL}/{made.json()['id']}").status_code == 200
    for person, number in ((mei, priya.public_id), (admin, None), (admin, "TEC9999")):
        body = {**span, "technician_id": number} if number else span
        assert client_of(person).post(URL, body).status_code == 400
    assert client_of(amara).get(URL).status_code == 403
    for address in ("0", "x", "9" * 30, "²"):
        assert client_of(priya).get(f"{URL}/{address}").status_code == 404


def test_owners_are_proposed_and_tickets_handed_over_once(
    absence, priya, mei, ticket, raise_ticket, admin
):
    api, one = client_of(priya), f"{URL}/{absence.pk}"
    second = services.assign_ticket(raise_ticket(), technician=priya, actor=admin)
    strange = services.assign_ticket(raise_ticket(), technician=mei, actor=admin)
    proposed = api.get(f"{one}/handover").json()["tickets"]
    assert {row["ticket_id"] for row in proposed} == {ticket.ticket_id, second.ticket_id}
    assert {row["technician_id"] for row in proposed} == {mei.public_id}
    owners = {row["ticket_id"]: row["technician_id"] for row in proposed}
    owners |= {strange.ticket_id: mei.public_id, "TKT9999": mei.public_id}
    answer = api.post(f"{one}/handover", {"owners": owners, "note": "Call me"}).json()
    assert sorted(answer["handed"]) == sorted([ticket.ticket_id, second.ticket_id])
    reasons = {row["ticket_id"]: row["reason"] for row in answer["not_handed"]}
    assert set(reasons) == {strange.ticket_id, "TKT9999"}
    assert len(set(reasons.values())) == 1  # nothing says which of them there is
    assert owner(ticket) == owner(second) == mei
    assert "Call me" in ticket.comments.get().body
    assert api.post(f"{one}/handover", {"owners": owners}).json()["handed"] == []
    assert api.get(one).json()["tickets_with_others"] == 2
    first, _ = api.get(f"{one}/tickets").json()
    assert (first["ticket_id"], first["technician_id"]) == (ticket.ticket_id, mei.public_id)


@pytest.mark.parametrize(
    "owners",
    [None, [], {"TKT1": "TEC0001"}, {"TKT0001": "TEC9999"}, {"TKT0001": None}, {"TKT0001": 5}],
)
def test_owners_that_make_no_sense_are_refused(absence, priya, owners):
    answer = client_of(priya).post(f"{URL}/{absence.pk}/handover", {"owners": owners})
    assert answer.status_code == 400


def test_a_lead_hands_over_the_queue_and_reads_no_more(
    absence, priya, mei, pavel, ticket, team, raise_ticket, admin
):
    queued = services.assign_ticket(raise_ticket(), technician=priya, actor=admin)
    services.assign_team(queued, team=team, actor=admin)
    one = f"{URL}/{absence.pk}"
    lead = client_of(pavel)
    proposed = lead.get(f"{one}/handover").json()["tickets"]
    assert [row["ticket_id"] for row in proposed] == [queued.ticket_id]
    owners = dict.fromkeys((ticket.ticket_id, queued.ticket_id), mei.public_id)
    answer = lead.post(f"{one}/handover", {"owners": owners}).json()
    assert answer["handed"] == [queued.ticket_id]
    mine = {"owners": {ticket.ticket_id: mei.public_id}}
    client_of(priya).post(f"{one}/handover", mine)
    rows = lead.get(f"{one}/tickets").json()
    assert {row["ticket_id"]: row["subject"] for row in rows} == {
        queued.ticket_id: queued.subject,
        ticket.ticket_id: None,
    }


def test_tickets_come_back_or_stay(absence, priya, mei, pavel, team, ticket, raise_ticket, admin):
    second, third = (
        services.assign_ticket(raise_ticket(), technician=priya, actor=admin) for _ in range(2)
    )
    api, one = client_of(priya), f"{URL}/{absence.pk}"
    owners = {each.ticket_id: mei.public_id for each in (ticket, second, third)}
    api.post(f"{one}/handover", {"owners": owners})
    assert client_of(pavel).post(f"{one}/return", {}).status_code == 403
    services.add_note(Ticket.objects.get(pk=third.pk), actor=mei, body="On it")
    with time_machine.travel(absence.ends_at + timedelta(hours=1)):
        api = client_of(priya)
        back = api.post(f"{one}/return", {"tickets": [ticket.ticket_id, "TKT9999"]})
        assert back.json() == {"returned": 1, "stay": 0}
        left = api.post(f"{one}/return", {"tickets": [second.ticket_id], "keep": True})
        assert left.json() == {"returned": 0, "stay": 1}
        assert api.post(f"{one}/return", {}).json() == {"returned": 0, "stay": 1}
        assert api.post(f"{one}/return", {}).json() == {"returned": 0, "stay": 0}
        over = api.post(f"{one}/handover", {"owners": owners})
        assert over.status_code == 400
        assert api.get(f"{one}/handover").json() == {"tickets": []}
    assert [owner(each) for each in (ticket, second, third)] == [priya, mei, mei]


def test_a_repeated_request_plans_one_absence(priya):
    body = {"starts_at": "2098-02-09T08:00:00Z", "ends_at": "2098-02-10T08:00:00Z"}
    api = client_of(priya)
    answers = [api.post(URL, body, HTTP_IDEMPOTENCY_KEY="once") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Absence.objects.count() == 1
