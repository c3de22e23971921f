"""The contract's endpoints about technicians and customers."""

import pytest

from accounts.models import User
from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets.choices import Status
from tickets.models import Category
from tickets.services import assign_ticket, close_ticket
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db
NEW = {
    "name": "Tess",
    "phone_number": "+44 20 7946 0000",
    "email": "tess@example.com",
    "category": "Printers",
    "user_id": "tess",
    "password": "a long enough secret",
}
KEYS = {"technician_id", "name", "phone_number", "email", "category", "user_id"}


@pytest.fixture
def admin():
    return client_of(AdminFactory())


def test_an_admin_makes_a_technician_who_can_sign_in(admin):
    answer = admin.post("/api/technicians", NEW)
    assert answer.status_code == 201
    assert answer.json() == {"technician_id": "TEC0001"}
    row = admin.get("/api/technicians/TEC0001").json()
    assert row == {key: NEW[key] for key in KEYS - {"technician_id"}} | {"technician_id": "TEC0001"}
    assert admin.get("/api/technicians").json() == [row]
    body = {"user_id_or_email": "TESS", "password": NEW["password"]}
    assert client_of().post("/api/auth/login", body).json()["role"] == "technician"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", ""),
        ("name", 1),
        ("email", "nonsense"),
        ("email", "taken@example.com"),
        ("user_id", "Taken"),
        ("user_id", "with blank"),
        ("user_id", ""),
        ("category", "  "),
        ("password", "123"),
        ("password", None),
        ("phone_number", "x" * 51),
    ],
)
def test_what_makes_no_sense_is_named_and_makes_nothing(admin, key, value):
    TechnicianFactory(user__email="taken@example.com", user__user_id="taken")
    people, categories = User.objects.count(), Category.objects.count()
    answer = admin.post("/api/technicians", NEW | {key: value})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [key]
    assert (User.objects.count(), Category.objects.count()) == (people, categories)


def test_a_change_touches_what_it_carries(admin):
    technician = TechnicianFactory(categories=[CategoryFactory(name="One"), CategoryFactory()])
    url = f"/api/technicians/{technician.technician_id}"
    before = admin.get(url).json()
    assert admin.put(url, {"phone_number": "7"}).json() == {"updated": True}
    assert admin.get(url).json() == before | {"phone_number": "7"}
    assert admin.put(url, {"category": "Two"}).json() == {"updated": True}
    assert admin.get(url).json() == before | {"phone_number": "7", "category": "Two"}
    assert technician.user.served_categories.count() == 2
    assert admin.put(url, {}).status_code == 400
    assert admin.put("/api/technicians/TEC9999", {"name": "x"}).status_code == 404


def test_deleting_gives_open_tickets_back_and_leaves_the_name_on_closed_ones(admin):
    technician, desk = TechnicianFactory().user, AdminFactory()
    open_ticket, closed = TicketFactory(), TicketFactory()
    for ticket in (open_ticket, closed):
        assign_ticket(ticket, technician=technician, actor=desk)
    close_ticket(closed, actor=desk, resolution_summary="Done")
    token = client_of(technician)
    url = f"/api/technicians/{technician.public_id}"
    assert admin.delete(url).json() == {"deleted": True}
    assert admin.delete(url).json() == {"deleted": False}
    assert admin.delete("/api/technicians/TEC9999").json() == {"deleted": False}
    assert admin.get(url).status_code == 404
    assert token.get(url).status_code == 401
    open_ticket.refresh_from_db()
    assert (open_ticket.status, open_ticket.technician) == (Status.PENDING, None)
    rows = {row["ticket_id"]: row for row in admin.get("/api/tickets").json()}
    assert rows[closed.ticket_id]["technician_name"] == technician.name


def test_a_technician_sees_only_the_own_record():
    one, two = TechnicianFactory().user, TechnicianFactory().user
    client = client_of(one)
    assert client.get(f"/api/technicians/{one.public_id}").json()["name"] == one.name
    answers = [client.get(f"/api/technicians/{x}") for x in (two.public_id, "TEC9999", "x")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_customers(admin):
    one, two = CustomerFactory(), CustomerFactory()
    rows = admin.get("/api/customers").json()
    assert rows[0] == {"customer_id": two.public_id, "name": two.name, "email": two.email}
    assert len(rows) == 2
    assert admin.get(f"/api/customers/{one.public_id}").json()["email"] == one.email
    client = client_of(one)
    assert client.get(f"/api/customers/{one.public_id}").status_code == 200
    answers = [client.get(f"/api/customers/{x}") for x in (two.public_id, "CUS9999", "x")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_the_own_profile_is_changed_in_part():
    customer = CustomerFactory()
    client = client_of(customer)
    row = client.patch("/api/me", {"phone": "7", "time_zone": "Europe/Berlin"}).json()
    assert (row["phone"], row["time_zone"], row["name"]) == ("7", "Europe/Berlin", customer.name)
    assert client.patch("/api/me", {"time_zone": "Mars"}).status_code == 400
    assert client.patch("/api/me", {}).status_code == 400
    assert client.patch("/api/me", {"role": "admin", "email": "x@example.com"}).status_code == 400
