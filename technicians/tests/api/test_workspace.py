"""Smaller parts of the workspace by REST: what the pages do, by the same rules."""

import pytest

from accounts.tests.api.clients import client_of
from accounts.tests.factories import CustomerFactory, OrganizationFactory
from technicians.models import Technician
from tickets import services
from tickets.models import OrganizationNote, Ticket

pytestmark = pytest.mark.django_db


def test_notes_about_an_organisation(ticket, priya, pavel, admin, amara):
    amara.organization = OrganizationFactory(name="Larkfield Farm")
    amara.save()
    url = f"/api/organizations/{amara.organization.pk}/notes"
    made = client_of(priya).post(url, {"body": "Ring before noon"})
    assert made.status_code == 201
    assert (made.json()["body"], made.json()["author_name"]) == ("Ring before noon", priya.name)
    assert client_of(admin).get(url).json() == [made.json()]
    for body in ({}, {"body": " "}, {"body": "x" * 2001}, {"body": "a\0b"}):
        assert client_of(priya).post(url, body).status_code == 400
    one = f"{url}/{made.json()['id']}"
    assert client_of(pavel).get(url).status_code == 404
    assert client_of(pavel).delete(one).status_code == 404
    assert client_of(amara).get(url).status_code == 403
    other = services.add_organization_note(amara.organization, body="Hm", actor=admin)
    assert client_of(priya).delete(f"{url}/{other.pk}").status_code == 403
    assert client_of(priya).delete(one).json() == {"deleted": True}
    assert client_of(priya).delete(one).status_code == 404
    assert client_of(priya).delete(f"{url}/x").status_code == 404
    assert list(OrganizationNote.objects.all()) == [other]


def test_own_availability(priya, admin):
    api, url = client_of(priya), "/api/availability"
    assert api.get(url).json() == {"is_available": True, "away_note": ""}
    away = {"is_available": False, "away_note": "At the dentist"}
    assert api.put(url, away).json() == away
    assert priya.technician not in Technician.objects.available()
    back = api.put(url, {"is_available": True, "away_note": "Still"}).json()
    assert back == {"is_available": True, "away_note": ""}
    for body in ({}, {"is_available": "perhaps"}, {"is_available": False, "away_note": "x" * 201}):
        assert api.put(url, body).status_code == 400
    assert client_of(admin).put(url, away).status_code == 403


def test_a_handover_is_taken_back_by_who_made_it(ticket, priya, mei):
    url, undo = f"/api/tickets/{ticket.ticket_id}/handover", "/api/handovers/undo"
    body = {"technician_id": mei.public_id, "note": "Yours, please"}
    token = {"undo_token": client_of(priya).post(url, body).json()["undo_token"]}
    assert client_of(mei).post(undo, token).status_code == 400
    assert client_of(priya).post(undo, {"undo_token": "nonsense"}).status_code == 400
    assert Ticket.objects.get(pk=ticket.pk).technician == mei
    answer = client_of(priya).post(undo, token)
    assert answer.json()["ticket_id"] == ticket.ticket_id
    assert answer["ETag"]
    assert Ticket.objects.get(pk=ticket.pk).technician == priya
    assert client_of(priya).post(undo, token).status_code == 412


def test_customers_that_one_knows(ticket, priya, pavel, admin, amara):
    other = CustomerFactory(name="Ben Unseen")
    url = "/api/customers/known"
    row = {"customer_id": amara.public_id, "name": amara.name, "email": amara.email}
    assert client_of(priya).get(url).json() == [row]
    assert client_of(pavel).get(url).json() == []
    assert client_of(priya).get(url, {"q": "unseen"}).json() == []
    found = client_of(admin).get(url, {"q": "unseen"}).json()
    assert [each["customer_id"] for each in found] == [other.public_id]
    assert client_of(amara).get(url).status_code == 403


def test_whom_a_ticket_can_be_raised_for(ticket, priya, pavel, admin, amara):
    other = CustomerFactory(name="Benedict Unseen", organization=OrganizationFactory(name="Mill"))
    CustomerFactory(name="Benedict Gone", is_active=False)
    url = "/api/customers/search"
    row = {
        "customer_id": other.public_id,
        "name": other.name,
        "email": other.email,
        "organization": "Mill",
    }
    for staff in (priya, pavel, admin):
        for q in ("unseen", "Benedikt", other.public_id, other.email):
            assert client_of(staff).get(url, {"q": q}).json() == {"customers": [row]}
    api = client_of(priya)
    assert api.get(url, {"q": "zzz"}).json() == {"customers": []}
    assert api.get(url, {"q": "priya"}).json() == {"customers": []}
    for parameters in ({}, {"q": "b"}, {"q": " b "}, {"q": "be", "limit": "5", "view": "all"}):
        answer = api.get(url, parameters)
        assert answer.status_code == 400
        assert answer.json()["message"]
    assert client_of(amara).get(url, {"q": "unseen"}).status_code == 403


def test_at_most_eight_customers_are_offered(priya):
    for number in range(12):
        CustomerFactory(name=f"Benedict {number}")
    found = client_of(priya).get("/api/customers/search", {"q": "benedict"}).json()
    assert len(found["customers"]) == 8
