"""Technicians in the admin site, through HTTP."""

import pytest
from django.urls import reverse

from accounts.choices import AccountEventType, Role
from accounts.models import User
from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.models import Technician
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.choices import Status
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/technicians/technician/"


@pytest.fixture
def admin(client):
    admin = AdminFactory()
    client.force_login(admin)
    return admin


@pytest.fixture
def assigned(admin):
    """A ticket that a technician works on."""
    return services.assign_ticket(TicketFactory(), technician=TechnicianFactory().user, actor=admin)


def edit(technician):
    return reverse("admin:technicians_technician_change", args=[technician.pk])


def data(**changes):
    return {
        "name": "Mei Tanaka",
        "email": "mei@example.com",
        "user_id": "mei",
        "phone": "",
        "main_category": "",
    } | changes


def test_adding_sends_an_invitation_and_sets_no_password(client, admin):
    main, other = CategoryFactory(), CategoryFactory()
    assert 'type="password"' not in client.get(LIST + "add/").content.decode()
    client.post(LIST + "add/", data(main_category=other.pk, categories=[main.pk, other.pk]))
    user = Technician.objects.get().user
    assert user.public_id == "TEC0001"
    assert not user.has_usable_password()
    assert [link.category for link in user.category_links.all()] == [other, main]
    assert user.account_events.get().type == AccountEventType.INVITED


def test_what_the_services_refuse_is_an_error_at_its_field(client, admin):
    known = CustomerFactory()
    answer = client.post(LIST + "add/", data(email=known.email))
    assert answer.context["adminform"].form.errors["email"]
    assert not Technician.objects.exists()
    answer = client.post(LIST + "add/", data(user_id="a b"))
    assert answer.status_code == 200
    assert not Technician.objects.exists()


def test_changing_data_categories_and_availability(client, admin):
    first, second = CategoryFactory(name="Wiring"), CategoryFactory(name="Print room")
    technician = TechnicianFactory(categories=[first])
    form = client.get(edit(technician)).context["adminform"].form
    assert form.initial["main_category"] == first.pk
    client.post(
        edit(technician),
        data(main_category=second.pk, categories=[first.pk], away_note="Back on Monday"),
    )
    technician = Technician.objects.get()
    assert (technician.user.name, technician.user.user_id) == ("Mei Tanaka", "mei")
    assert (technician.is_available, technician.away_note) == (False, "Back on Monday")
    changes = [event.changes for event in technician.user.account_events.order_by("pk")]
    assert {"categories": ["Wiring", "Print room, Wiring"]} in changes


def test_deleting_gives_the_tickets_back(client, admin, assigned):
    technician = Technician.objects.get()
    url = reverse("admin:technicians_technician_delete", args=[technician.pk])
    assert "go back to Pending" in client.get(url).content.decode()
    client.post(url, {"post": "yes"})
    assigned.refresh_from_db()
    assert (assigned.status, assigned.technician) == (Status.PENDING, None)
    assert list(client.get(LIST).context["cl"].result_list) == []
    deleted = client.get(LIST, {"state": "deleted"}).context["cl"].result_list
    assert list(deleted) == [technician]
    assert client.get(edit(technician)).status_code == 200
    assert client.post(edit(technician), data()).status_code == 403


def test_deactivating_gives_the_tickets_back(client, admin, assigned):
    technician = Technician.objects.get()
    chosen = {"action": "deactivate", "_selected_action": [technician.pk]}
    assert client.post(LIST, chosen).status_code == 200
    client.post(LIST, chosen | {"confirmed": "yes"})
    assigned.refresh_from_db()
    assert assigned.technician is None
    assert not User.objects.get(pk=technician.pk).is_active
    client.post(LIST, chosen | {"action": "reactivate"})
    assert User.objects.get(pk=technician.pk).is_active


def test_the_people_page_does_not_deactivate_technicians(client, admin, assigned):
    technician = assigned.technician
    chosen = {"action": "deactivate", "_selected_action": [technician.pk], "confirmed": "yes"}
    answer = client.post("/admin/accounts/user/", chosen, follow=True)
    assert "under Technicians" in answer.content.decode()
    assert User.objects.get(pk=technician.pk).is_active


def test_a_technician_becomes_an_admin_and_back(client, admin, assigned):
    technician, category = assigned.technician, CategoryFactory()
    chosen = {"action": "to_admin", "_selected_action": [technician.pk]}
    assert client.post(LIST, chosen).status_code == 200
    client.post(LIST, chosen | {"confirmed": "yes"})
    technician.refresh_from_db()
    assigned.refresh_from_db()
    assert (technician.role, assigned.technician) == (Role.ADMIN, None)
    back = reverse("admin:technicians_technician_from_admin", args=[technician.pk])
    person = client.get(reverse("admin:accounts_user_change", args=[technician.pk]))
    assert back in person.content.decode()
    assert client.get(back).status_code == 200
    client.post(back, {"main_category": category.pk})
    technician.refresh_from_db()
    assert technician.role == Role.TECHNICIAN
    assert list(technician.served_categories.all()) == [category]


def test_the_last_admin_can_not_become_a_technician(client, admin):
    url = reverse("admin:technicians_technician_from_admin", args=[admin.pk])
    assert "last admin" in client.post(url, {}).content.decode()
    admin.refresh_from_db()
    assert admin.role == Role.ADMIN


@pytest.mark.parametrize("typed", ["{0.public_id}", "{0.email}", "{0.user_id}", "tana"])
def test_search_and_load(client, admin, typed):
    TechnicianFactory()
    mei = TechnicianFactory(user__name="Mei Tanaka")
    services.assign_ticket(TicketFactory(), technician=mei.user, actor=admin)
    found = client.get(LIST, {"q": typed.format(mei.user)}).context["cl"].result_list
    assert [(row.pk, row.load) for row in found] == [(mei.pk, 1)]


def test_filters(client, admin):
    here = TechnicianFactory()
    away = TechnicianFactory(is_available=False)
    out = TechnicianFactory(user__is_active=False)
    for state, expected in [
        ("available", {here}),
        ("away", {away}),
        ("inactive", {out}),
        ("x", {here, away, out}),
    ]:
        found = client.get(LIST, {"state": state}).context["cl"].result_list
        assert set(found) == expected
