"""What operators see of the ledger and do with it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.choices import AccountEventType
from accounts.services import record
from accounts.tests.factories import AdminFactory, CustomerFactory
from notifications.choices import DeliveryState
from notifications.models import Delivery
from notifications.services import drop_held, resend
from notifications.tasks import deliver_due, purge_old_deliveries
from notifications.tests.outbox import mails

pytestmark = pytest.mark.django_db


def delivery(**fields):
    """A row of the ledger as it would be some time after the event."""
    user = CustomerFactory()
    record(user, AccountEventType.PASSWORD_CHANGED)
    Delivery.objects.filter(recipient=user).update(**fields)
    return Delivery.objects.get(recipient=user)


def test_an_admin_sends_a_failed_mail_again_under_the_same_id():
    row = delivery()
    deliver_due()
    Delivery.objects.update(state=DeliveryState.FAILED, attempts=12, last_error="550 no")
    assert resend(row, actor=AdminFactory())
    assert not resend(row, actor=AdminFactory())
    first, second = mails("password_changed")
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert first.message().as_bytes() == second.message().as_bytes()


def test_only_admins_decide_about_mails():
    row = delivery(state=DeliveryState.FAILED)
    for act in (
        lambda: resend(row, actor=row.recipient),
        lambda: drop_held(actor=row.recipient),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_what_waited_in_a_backup_is_held_until_somebody_decides():
    first, second, third = (delivery(state=DeliveryState.HELD) for _ in range(3))
    assert deliver_due() == 0
    assert resend(first, actor=AdminFactory())
    assert drop_held(actor=None, deliveries=[second.pk]) == 1
    assert [m.to for m in mails("password_changed")] == [[first.email]]
    assert Delivery.objects.get(pk=third.pk).state == DeliveryState.HELD


def test_old_rows_go_and_open_questions_stay():
    long_ago = timezone.now() - timedelta(days=91)
    for state in DeliveryState:
        delivery(state=state, created_at=long_ago)
        delivery(state=state)
    assert purge_old_deliveries() == 2
    assert Delivery.objects.filter(created_at=long_ago).count() == 3
    assert purge_old_deliveries() == 0


def test_a_mail_that_cannot_be_made_stops_no_other(monkeypatch):
    delivery(message="customer_welcome"), delivery()
    from notifications import emails

    real = emails.render_to_string

    def broken(name, words):
        if "customer_welcome" in name:
            raise RuntimeError("canary-error")
        return real(name, words)

    monkeypatch.setattr(emails, "render_to_string", broken)
    assert deliver_due() == 2
    assert len(mails("password_changed")) == 1
    row = Delivery.objects.get(message="customer_welcome")
    assert (row.state, row.last_error) == (
        DeliveryState.WAITING,
        "It could not be made: RuntimeError",
    )


def test_the_log_names_the_row_and_no_person(caplog):
    caplog.set_level("INFO")
    row = delivery()
    deliver_due()
    lines = "\n".join(str(vars(entry)) for entry in caplog.records)
    assert "mail sent" in caplog.text
    assert str(row.pk) in lines
    assert row.email not in lines
