"""Roles, deactivating, reactivating: admins only, and never the last admin."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.choices import AccountEventType, DeviceKind, LinkPurpose, Role
from accounts.links import find_link, make_link, token_for
from accounts.models import AccountEvent
from accounts.services import change_role, deactivate_user, reactivate_user, start_device
from accounts.tests.factories import AdminFactory, CustomerFactory, TechnicianUserFactory

pytestmark = pytest.mark.django_db


def test_a_technician_becomes_an_admin_and_is_signed_out():
    admin, priya = AdminFactory(), TechnicianUserFactory()
    device, version = start_device(priya, DeviceKind.API), priya.credentials_version
    changed = change_role(priya, Role.ADMIN, actor=admin)
    device.refresh_from_db()
    assert changed.role == Role.ADMIN
    assert changed.desk_id == priya.user_id
    assert changed.credentials_version > version
    assert device.ended_at
    event = AccountEvent.objects.get(user=priya, type=AccountEventType.ROLE_CHANGED)
    assert event.changes == {"role": ["technician", "admin"]}
    assert event.actor == admin


def test_an_admin_who_becomes_a_technician_gets_a_number():
    admin, other = AdminFactory(), AdminFactory()
    assert change_role(other, Role.TECHNICIAN, actor=admin).public_id.startswith("TEC")


def test_the_same_role_again_changes_and_announces_nothing():
    admin = AdminFactory()
    change_role(admin, Role.ADMIN, actor=admin)
    assert not AccountEvent.objects.exists()


def test_customers_stay_customers():
    admin = AdminFactory()
    with pytest.raises(ValidationError):
        change_role(CustomerFactory(), Role.ADMIN, actor=admin)
    with pytest.raises(ValidationError):
        change_role(TechnicianUserFactory(), Role.CUSTOMER, actor=admin)


def test_the_last_admin_stays():
    admin = AdminFactory()
    AdminFactory(is_active=False)
    with pytest.raises(ValidationError):
        change_role(admin, Role.TECHNICIAN, actor=admin)
    with pytest.raises(ValidationError):
        deactivate_user(admin, actor=admin)
    AdminFactory()
    assert not deactivate_user(admin, actor=admin).is_active


def test_a_deactivated_person_is_out_and_their_links_are_dead():
    admin, amara = AdminFactory(), CustomerFactory()
    device = start_device(amara, DeviceKind.BROWSER)
    token = token_for(make_link(amara, LinkPurpose.RESET_PASSWORD))
    assert not deactivate_user(amara, actor=admin).is_active
    device.refresh_from_db()
    assert device.ended_at
    assert reactivate_user(amara, actor=admin).is_active
    assert find_link(token, LinkPurpose.RESET_PASSWORD) is None
    kinds = list(AccountEvent.objects.filter(user=amara).values_list("type", flat=True))
    assert kinds == [AccountEventType.REACTIVATED, AccountEventType.DEACTIVATED]


@pytest.mark.parametrize("make", [CustomerFactory, TechnicianUserFactory])
@pytest.mark.parametrize(
    "change",
    [deactivate_user, reactivate_user, lambda u, actor: change_role(u, Role.ADMIN, actor=actor)],
)
def test_only_admins_may(make, change):
    actor = make()
    for person in (actor, TechnicianUserFactory(), AdminFactory()):
        with pytest.raises(PermissionDenied):
            change(person, actor=actor)


def test_an_admin_whose_rights_are_gone_may_not_go_on():
    admin, former = AdminFactory(), AdminFactory()
    deactivate_user(former, actor=admin)
    with pytest.raises(PermissionDenied):
        deactivate_user(admin, actor=former)
