"""What the services of technicians write down, and what they end."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.choices import AccountEventType, DeviceKind, Role
from accounts.models import AccountEvent
from accounts.services import delete_user, invite_staff, start_device
from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.services import delete_technician, set_availability
from technicians.tests.factories import TechnicianFactory

pytestmark = pytest.mark.django_db


def test_availability_records_what_changed_and_nothing_else():
    technician = TechnicianFactory()
    set_availability(technician, available=True, actor=technician.user)
    assert not AccountEvent.objects.exists()
    set_availability(technician, available=False, away_note="Monday", actor=technician.user)
    assert AccountEvent.objects.get().changes == {
        "is_available": [True, False],
        "away_note": ["", "Monday"],
    }


def test_a_colleague_can_not_send_somebody_away():
    with pytest.raises(PermissionDenied):
        set_availability(TechnicianFactory(), available=False, actor=TechnicianFactory().user)


def test_a_deleted_technician_is_signed_out_of_every_device():
    technician = TechnicianFactory()
    device = start_device(technician.user, DeviceKind.BROWSER)
    assert delete_technician(technician, actor=AdminFactory())
    device.refresh_from_db()
    assert device.ended_at is not None
    assert AccountEvent.objects.get().type == AccountEventType.DELETED
    assert not delete_technician(technician, actor=AdminFactory())


def test_only_admins_delete_people_and_invite_staff():
    customer = CustomerFactory()
    with pytest.raises(PermissionDenied):
        delete_user(TechnicianFactory().user, actor=customer)
    with pytest.raises(PermissionDenied):
        invite_staff(
            name="Eve", email="eve@example.com", user_id="eve", role=Role.ADMIN, actor=customer
        )
