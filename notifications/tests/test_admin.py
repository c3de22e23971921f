"""The ledger of mails in the admin site, through HTTP."""

import pytest
from django.urls import reverse

from accounts.tests.factories import AdminFactory, CustomerFactory
from notifications.choices import DeliveryState
from notifications.models import Delivery
from tickets import services
from tickets.tests.factories import CategoryFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/notifications/delivery/"


@pytest.fixture
def admin(client):
    admin = AdminFactory()
    client.force_login(admin)
    return admin


@pytest.fixture
def delivery(admin):
    """The mail about a new ticket, given up."""
    customer = CustomerFactory(name="Ada Okafor")
    services.create_ticket(
        customer=customer, actor=customer, description="Help", category=CategoryFactory()
    )
    delivery = Delivery.objects.get(recipient=customer)
    delivery.state, delivery.attempts = DeliveryState.FAILED, 9
    delivery.last_error = "550 <b>no such box</b>"
    delivery.save()
    return delivery


def test_failed_mails_are_found_with_their_reason(client, delivery):
    body = client.get(LIST, {"state": "failed"}).content.decode()
    assert "550 &lt;b&gt;no such box" in body
    assert not client.get(LIST, {"state": "sent"}).context["cl"].result_list


@pytest.mark.parametrize("typed", ["TKT0001", "tkt0001", "okafor", "{0.email}"])
def test_search_by_ticket_and_recipient(client, delivery, typed):
    found = client.get(LIST, {"q": typed.format(delivery)}).context["cl"].result_list
    assert list(found) == [delivery]
    assert not client.get(LIST, {"q": "TKT0009"}).context["cl"].result_list


def test_sending_again_gives_a_full_number_of_tries(client, delivery):
    chosen = {"action": "resend", "_selected_action": [delivery.pk]}
    answer = client.post(LIST, chosen, follow=True)
    assert "1 mail waits to be sent." in [str(m) for m in answer.context["messages"]]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (DeliveryState.WAITING, 0)


def test_held_mails_can_be_given_up_after_a_question(client, delivery):
    Delivery.objects.update(state=DeliveryState.HELD)
    chosen = {"action": "drop", "_selected_action": [delivery.pk]}
    assert "They are not sent" in client.post(LIST, chosen).content.decode()
    client.post(LIST, chosen | {"confirmed": "yes"})
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.DROPPED


def test_the_ledger_can_not_be_edited(client, delivery):
    page = reverse("admin:notifications_delivery_change", args=[delivery.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"state": "sent"}).status_code == 403
    assert client.post(f"{LIST}add/", {}).status_code == 403
    gone = reverse("admin:notifications_delivery_delete", args=[delivery.pk])
    assert client.post(gone, {"post": "yes"}).status_code == 403
    assert Delivery.objects.get(pk=delivery.pk).state == DeliveryState.FAILED


def test_preferences_can_be_read_only(client, admin):
    assert client.get("/admin/notifications/preference/").status_code == 200
    assert client.post("/admin/notifications/preference/add/", {}).status_code == 403
