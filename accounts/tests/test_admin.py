"""People, organisations and records in the admin site, through HTTP."""

import pytest
from django.urls import reverse

from accounts.choices import AccountEventType, DeviceKind, Role
from accounts.models import Device, Organization, User
from accounts.tests.factories import (
    AdminFactory,
    CustomerFactory,
    OrganizationFactory,
    TechnicianUserFactory,
)

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/user/"


@pytest.fixture
def admin(client):
    admin = AdminFactory(name="Ruth Abebe")
    client.force_login(admin)
    return admin


def new_person(**data):
    person = {"name": "Ada Byron", "email": "Ada@Example.com", "phone": "", "organization": ""}
    return {"role": "customer", "user_id": ""} | person | data


def edit(user):
    return reverse("admin:accounts_user_change", args=[user.pk])


def data_of(user, **changes):
    return {
        "name": user.name,
        "email": user.email,
        "phone": user.phone,
        "time_zone": user.time_zone,
        "organization": "",
        "user_id": user.user_id or "",
    } | changes


def test_adding_a_customer_sends_an_invitation_and_sets_no_password(client, admin):
    form = client.get(LIST + "add/").content.decode()
    assert 'type="password"' not in form
    assert client.post(LIST + "add/", new_person()).status_code == 302
    user = User.objects.get(email="ada@example.com")
    assert user.public_id.startswith("CUS")
    assert not user.has_usable_password()
    event = user.account_events.get()
    assert (event.type, event.actor) == (AccountEventType.INVITED, admin)
    assert event.link is not None


def test_adding_an_admin_needs_a_user_id(client, admin):
    refused = client.post(LIST + "add/", new_person(role="admin"))
    assert refused.context["adminform"].form.errors["user_id"]
    client.post(LIST + "add/", new_person(role="admin", user_id="ada"))
    user = User.objects.get(user_id="ada")
    assert (user.role, user.has_usable_password()) == (Role.ADMIN, False)


def test_a_posted_password_or_role_of_technician_is_not_taken(client, admin):
    client.post(LIST + "add/", new_person(password="secret secret", is_active=""))
    assert not User.objects.get(email="ada@example.com").has_usable_password()
    client.post(LIST + "add/", new_person(role="technician", email="b@example.com"))
    assert not User.objects.filter(email="b@example.com").exists()


def test_a_known_address_is_an_error_at_its_field(client, admin):
    known = CustomerFactory()
    answer = client.post(LIST + "add/", new_person(email=known.email))
    assert answer.context["adminform"].form.errors["email"]


def test_changing_data_writes_an_event(client, admin):
    customer, organization = CustomerFactory(), OrganizationFactory(name="Larch")
    client.post(edit(customer), data_of(customer, name="New", organization=organization.pk))
    customer.refresh_from_db()
    assert (customer.name, customer.organization) == ("New", organization)
    event = customer.account_events.get()
    assert event.type == AccountEventType.PROFILE_CHANGED
    assert event.changes["organization"] == ["", "Larch"]


def test_a_new_address_has_to_be_verified(client, admin):
    customer = CustomerFactory(email="old@example.com")
    client.post(edit(customer), data_of(customer, email="New@example.com"))
    customer.refresh_from_db()
    assert (customer.email, customer.is_email_verified) == ("new@example.com", False)
    assert [event.type for event in customer.account_events.order_by("pk")] == [
        AccountEventType.EMAIL_CHANGED,
        AccountEventType.EMAIL_VERIFICATION_REQUESTED,
    ]


def test_hidden_things_can_not_be_posted(client, admin):
    customer = CustomerFactory()
    extra = {"role": "admin", "is_active": "", "public_id": "CUS9999", "password": "x"}
    client.post(edit(customer), data_of(customer, name="New") | extra)
    fresh = User.objects.get(pk=customer.pk)
    assert (fresh.role, fresh.is_active, fresh.public_id, fresh.password) == (
        Role.CUSTOMER,
        True,
        customer.public_id,
        customer.password,
    )


def test_deactivating_asks_and_signs_out(client, admin, django_user_model):
    customer = CustomerFactory()
    chosen = {"action": "deactivate", "_selected_action": [customer.pk]}
    assert "signed out everywhere" in client.post(LIST, chosen).content.decode()
    assert User.objects.get(pk=customer.pk).is_active
    client.post(LIST, chosen | {"confirmed": "yes"})
    fresh = User.objects.get(pk=customer.pk)
    assert (fresh.is_active, fresh.credentials_version) == (False, 2)
    client.post(LIST, chosen | {"action": "reactivate"})
    assert User.objects.get(pk=customer.pk).is_active


def test_the_last_admin_stays(client, admin):
    chosen = {"action": "deactivate", "_selected_action": [admin.pk], "confirmed": "yes"}
    answer = client.post(LIST, chosen, follow=True)
    assert "last admin" in answer.content.decode()
    assert User.objects.get(pk=admin.pk).is_active


def test_people_can_not_be_deleted(client, admin):
    customer = CustomerFactory()
    url = reverse("admin:accounts_user_delete", args=[customer.pk])
    assert client.post(url, {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=customer.pk).exists()


def test_an_invitation_can_be_sent_again_until_a_password_exists(client, admin):
    client.post(LIST + "add/", new_person())
    invited, known = User.objects.get(email="ada@example.com"), CustomerFactory()
    chosen = {"action": "invite_again", "_selected_action": [invited.pk, known.pk]}
    answer = client.post(LIST, chosen, follow=True)
    said = [str(message) for message in answer.context["messages"]]
    assert said[-2:] == [
        f"{known}: This person has a password already.",
        "1 invitation is on its way.",
    ]
    assert invited.account_events.count() == 2


@pytest.mark.parametrize(
    "typed", ["{0.public_id}", "{0.email}", "ADA@", "okaf", "Ada Okafor", "okafor ada"]
)
def test_search_finds_people(client, admin, typed):
    CustomerFactory(name="Bo Nilsen", email="bo@example.com")
    ada = CustomerFactory(name="Ada Okafor", email="ada@larch.example")
    answer = client.get(LIST, {"q": typed.format(ada)})
    assert list(answer.context["cl"].result_list) == [ada]


@pytest.mark.parametrize(
    "typed", ["%", "_", "'", "!&|():*", "\x00", "\ud800".encode("utf-8", "surrogatepass")]
)
def test_search_survives_any_text(client, admin, typed):
    assert client.get(LIST, {"q": typed}).status_code == 200


def test_filters(client, admin):
    customer, away = CustomerFactory(), CustomerFactory(is_active=False)
    for query, expected in [
        ({"kind": "customer"}, {customer, away}),
        ({"kind": "admin"}, {admin}),
        ({"kind": "inactive"}, {away}),
        ({"kind": "x"}, {admin, customer, away}),
    ]:
        assert set(client.get(LIST, query).context["cl"].result_list) == expected


def test_a_technician_opens_on_their_own_page(client, admin):
    technician = TechnicianUserFactory()
    answer = client.get(edit(technician))
    assert answer["Location"] == reverse(
        "admin:technicians_technician_change", args=[technician.pk]
    )


def test_organisations(client, admin):
    base = "/admin/accounts/organization/"
    client.post(base + "add/", {"name": "Larch"})
    larch = Organization.objects.get()
    assert "already" in client.post(base + "add/", {"name": "LARCH"}).content.decode()
    member = CustomerFactory(organization=larch)
    client.post(f"{base}{larch.pk}/change/", {"name": "Larch Ltd"})
    assert Organization.objects.get().name == "Larch Ltd"
    client.post(f"{base}{larch.pk}/delete/", {"post": "yes"})
    member.refresh_from_db()
    assert member.organization is None


def test_a_device_can_be_signed_out_but_not_edited(client, admin):
    device = Device.objects.create(user=CustomerFactory(), kind=DeviceKind.API, refresh_jti="jti-x")
    page = reverse("admin:accounts_device_change", args=[device.pk])
    assert "jti-x" not in client.get(page).content.decode()
    assert client.post(page, {"kind": "browser"}).status_code == 403
    client.post("/admin/accounts/device/", {"action": "sign_out", "_selected_action": [device.pk]})
    device.refresh_from_db()
    assert device.ended_at is not None


@pytest.mark.parametrize(
    "model", ["accountevent", "emaillink", "counter", "ratelimit", "idempotentanswer"]
)
def test_records_are_read_only(client, admin, model):
    client.post(LIST + "add/", new_person())
    base = f"/admin/accounts/{model}/"
    assert client.get(base).status_code == 200
    assert client.post(base + "add/", {}).status_code == 403
    for row in client.get(base).context["cl"].result_list[:1]:
        assert client.get(f"{base}{row.pk}/change/").status_code == 200
        assert client.post(f"{base}{row.pk}/change/", {}).status_code == 403
        assert client.post(f"{base}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_ledger_of_events_is_found_by_person(client, admin):
    client.post(LIST + "add/", new_person())
    CustomerFactory()
    found = client.get("/admin/accounts/accountevent/", {"q": "ada@example.com"})
    assert [event.user.name for event in found.context["cl"].result_list] == ["Ada Byron"]
