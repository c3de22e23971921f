"""The own profile."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.choices import AccountEventType
from accounts.models import AccountEvent
from accounts.services import change_profile
from accounts.tests.factories import (
    AdminFactory,
    CustomerFactory,
    OrganizationFactory,
    TechnicianUserFactory,
)

PAGE = "/accounts/profile/"
pytestmark = pytest.mark.django_db


def test_name_phone_and_time_zone_are_changed_and_recorded(client):
    amara = CustomerFactory(name="Amara", organization=OrganizationFactory(name="Larkfield"))
    client.force_login(amara)
    page = client.get(PAGE).text
    assert "Larkfield" in page
    assert amara.public_id in page
    data = {"name": " Amara Okafor ", "phone": "+44 20", "time_zone": "Europe/Berlin"}
    assert client.post(PAGE, data).status_code == 302
    amara.refresh_from_db()
    assert (amara.name, amara.phone, amara.time_zone) == ("Amara Okafor", "+44 20", "Europe/Berlin")
    event = AccountEvent.objects.get(user=amara, type=AccountEventType.PROFILE_CHANGED)
    assert event.changes["name"] == ["Amara", "Amara Okafor"]
    client.post(PAGE, data)
    assert AccountEvent.objects.filter(type=AccountEventType.PROFILE_CHANGED).count() == 1


def test_a_technicians_user_id_is_shown_and_stays(client):
    priya = TechnicianUserFactory(user_id="priya")
    client.force_login(priya)
    assert "priya" in client.get(PAGE).text
    sneaky = {
        "name": "Priya",
        "user_id": "root",
        "role": "admin",
        "email": "x@example.com",
        "public_id": "TEC9999",
        "organization": "1",
        "is_active": "",
    }
    client.post(PAGE, sneaky)
    before = (priya.user_id, priya.role, priya.email, priya.public_id)
    priya.refresh_from_db()
    assert (priya.user_id, priya.role, priya.email, priya.public_id) == before
    assert priya.name == "Priya"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " "),
        ("name", "x" * 201),
        ("phone", "x" * 51),
        ("phone", "1\x002"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client, field, value):
    client.force_login(CustomerFactory())
    answer = client.post(PAGE, {"name": "Amara", field: value})
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in answer.text


def test_nobody_changes_anothers_profile_but_an_admin():
    amara, mei = CustomerFactory(), CustomerFactory()
    with pytest.raises(PermissionDenied):
        change_profile(amara, actor=mei, name="Mine")
    with pytest.raises(ValidationError):
        change_profile(amara, actor=amara, time_zone="Nowhere")
    assert change_profile(amara, actor=AdminFactory(), name="Amara O.").name == "Amara O."


@pytest.mark.parametrize("page", ["profile/", "password/", "email/", "sessions/"])
def test_strangers_are_sent_to_the_sign_in_page(client, page):
    answer = client.get(f"/accounts/{page}")
    assert answer["Location"] == f"/accounts/sign-in/?next=/accounts/{page}"
