"""Customers on the desk: who sees whom, notes, tickets raised for them."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import AccountEvent, User
from accounts.tests.api.clients import client_of
from accounts.tests.factories import CustomerFactory, OrganizationFactory
from tickets import services
from tickets.customers import customers_known_to
from tickets.models import CustomerNote, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, priya):
    client.force_login(priya)
    return client


@pytest.fixture
def stranger():
    return CustomerFactory(name="Boris Unseen", email="boris@example.org")


def test_technicians_see_the_customers_of_tickets_that_they_see(
    ticket, priya, pavel, admin, amara, stranger
):
    assert list(customers_known_to(priya)) == [amara]
    assert not customers_known_to(pavel).exists()
    assert set(customers_known_to(admin)) >= {amara, stranger}
    assert not customers_known_to(amara).exists()


def test_list_and_search(desk, client, ticket, amara, stranger, admin):
    amara.organization = OrganizationFactory(name="Larkfield")
    amara.save()
    html = desk.get("/desk/customers/").content.decode()
    assert amara.email in html
    assert "Larkfield" in html
    assert "boris" not in html
    assert "Nobody found" in desk.get("/desk/customers/?q=boris").content.decode()
    client.force_login(admin)
    for q in ("boris", "bor", stranger.public_id, "BORIS@example.org", "borsi unseen"):
        assert "Boris Unseen" in client.get("/desk/customers/", {"q": q}).content.decode(), q
    html = client.get("/desk/customers/", {"organization": amara.organization_id}).content.decode()
    assert amara.email in html
    assert "boris" not in html
    assert client.get("/desk/customers/?cursor=nonsense").status_code == 302


def test_pages_of_the_list(client, admin):
    for number in range(25):
        CustomerFactory(name=f"Person {number:02}")
    client.force_login(admin)
    first = client.get("/desk/customers/")
    page = first.context["page"]
    second = client.get("/desk/customers/", {"cursor": page.next}).context["page"]
    assert len(page.rows) == 20
    assert not {p.pk for p in page.rows} & {p.pk for p in second.rows}


def test_the_page_shows_only_what_the_reader_may_see(desk, ticket, raise_ticket, mei, admin):
    hidden = services.assign_ticket(raise_ticket("Hidden"), technician=mei, actor=admin)
    html = desk.get(f"/desk/customers/{ticket.customer.public_id}/").content.decode()
    assert ticket.ticket_id in html
    assert hidden.ticket_id not in html


def test_notes_are_for_staff_only(desk, client, ticket, amara, priya, mei):
    url = f"/desk/customers/{amara.public_id}/notes/"
    assert desk.post(url, {"body": ""}).status_code == 422
    desk.post(url, {"body": "zebra, prefers the phone"})
    assert "zebra" in desk.get(f"/desk/customers/{amara.public_id}/").content.decode()
    assert "zebra" in desk.get(ticket.get_desk_url()).content.decode()
    assert "zebra" not in str([event.changes for event in AccountEvent.objects.all()])
    note = CustomerNote.objects.get()
    with pytest.raises(PermissionDenied):
        services.remove_customer_note(note, actor=mei)
    client.force_login(amara)
    for path in (ticket.get_absolute_url(), "/accounts/profile/", "/tickets/"):
        assert b"zebra" not in client.get(path).content
    assert b"zebra" not in client_of(amara).get(f"/api/customers/{amara.public_id}").content
    client.force_login(priya)
    client.post(url, {"note": note.pk})
    assert not CustomerNote.objects.exists()


TICKET = {"subject": "VPN", "description": "It drops", "priority": 2}


def test_raise_a_ticket_for_somebody_on_the_phone(desk, stranger, network, priya):
    found = desk.get("/desk/tickets/new/?q=boris").content.decode()
    assert f"customer={stranger.public_id}" in found
    key = "9b0f2a52-3f0b-4b8e-9c52-6f8e4f1f7a11"
    sent = TICKET | {"customer": stranger.public_id, "category": network.pk, "take": 1}
    for _ in range(2):  # sent twice, it is one ticket
        answer = desk.post("/desk/tickets/new/", sent | {"submission_key": key})
    ticket = Ticket.objects.get()
    assert answer["Location"] == ticket.get_desk_url()
    assert (ticket.channel, ticket.customer, ticket.technician) == ("phone", stranger, priya)
    assert ticket.events.first().actor == priya


def test_somebody_new_to_the_desk(desk, network):
    sent = TICKET | {"category": network.pk, "email": "", "name": "New Person"}
    refused = desk.post("/desk/tickets/new/", sent)
    assert refused.status_code == 422
    assert "It drops" in refused.content.decode()
    desk.post("/desk/tickets/new/", sent | {"email": "new@example.org"})
    person = User.objects.get(email="new@example.org")
    assert (person.name, person.is_email_verified, person.has_usable_password()) == (
        "New Person",
        False,
        False,
    )
    assert Ticket.objects.get().customer == person


def test_a_ticket_in_a_colleagues_category_is_not_ones_own(desk, stranger, printing):
    sent = TICKET | {"customer": stranger.public_id, "category": printing.pk, "take": 1}
    answer = desk.post("/desk/tickets/new/", sent)
    assert answer["Location"] == "/desk/tickets/"
    assert Ticket.objects.get().technician is None


def test_staff_are_no_customers(desk, mei, network):
    sent = TICKET | {"category": network.pk, "email": mei.email}
    assert desk.post("/desk/tickets/new/", sent).status_code == 422
    assert not Ticket.objects.exists()


def test_rest(ticket, priya, amara, stranger):
    api, url = client_of(priya), f"/api/customers/{amara.public_id}/notes"
    note = api.post(url, {"body": "Prefers the phone"}).json()
    assert api.get(url).json() == [note]
    assert api.get(f"/api/customers/{stranger.public_id}/notes").status_code == 404
    assert api.delete(f"{url}/{note['id']}").json() == {"deleted": True}
    body = {"issue_category": "Network lines", "issue_description": "It drops"}
    assert api.post("/api/tickets/on-behalf", body).status_code == 400
    unknown = api.post("/api/tickets/on-behalf", body | {"customer_id": "CUS9999"})
    assert unknown.status_code == 400
    made = api.post("/api/tickets/on-behalf", body | {"customer_id": stranger.public_id})
    assert made.status_code == 201
    raised = Ticket.objects.get(customer=stranger)
    assert (raised.ticket_id, raised.channel) == (made.json()["ticket_id"], "phone")


@pytest.mark.parametrize(
    "address",
    [
        "/desk/customers/%00/",
        "/desk/customers/CUS%00/merge/",
        "/desk/tickets/new/?customer=%00",
        "/desk/absences/?technician=%00",
    ],
)
def test_a_number_that_no_database_can_hold_is_nobodys(client, admin, address):
    client.force_login(admin)
    assert client.get(address).status_code == 404
