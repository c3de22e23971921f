import uuid

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import AdminFactory, CustomerFactory
from tickets.choices import Channel, Priority
from tickets.models import Ticket
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db
NEW = reverse("tickets:ticket-create")
PARTS = reverse("tickets:subcategories")


@pytest.fixture
def customer(client):
    customer = CustomerFactory()
    client.force_login(customer)
    return customer


@pytest.fixture
def network():
    return CategoryFactory(name="Network")


@pytest.fixture
def vpn(network):
    return CategoryFactory(name="VPN", parent=network)


@pytest.fixture
def typed(network, vpn):
    return {
        "category": network.pk,
        "subcategory": vpn.pk,
        "subject": "No tunnel",
        "description": "Since Tuesday.",
        "priority": Priority.HIGH.value,
        "submission_key": str(uuid.uuid4()),
    }


def test_a_ticket_is_raised_as_it_was_typed(client, customer, typed, vpn):
    typed["description"] = "  Since Tuesday.\r\n\r\n\t<b>é𝄞</b> "
    response = client.post(NEW, typed)
    ticket = Ticket.objects.get()
    assert response.status_code == 302
    assert response["Location"] == ticket.get_absolute_url()
    assert ticket.customer == customer
    assert ticket.category == vpn
    assert ticket.subject == "No tunnel"
    assert ticket.description == typed["description"]
    assert ticket.priority == Priority.HIGH
    assert ticket.channel == Channel.PORTAL


def test_a_category_without_subcategories_is_enough(client, customer, typed):
    alone = CategoryFactory(name="Keys")
    client.post(NEW, typed | {"category": alone.pk, "subcategory": ""})
    assert Ticket.objects.get().category == alone


def test_sent_ten_times_it_is_one_ticket(client, customer, typed):
    places = {client.post(NEW, typed)["Location"] for _ in range(10)}
    assert Ticket.objects.count() == len(places) == 1


def test_who_goes_back_and_writes_something_else_gets_a_second_ticket(client, customer, typed):
    client.post(NEW, typed)
    client.post(NEW, typed | {"subject": "No sound"})
    assert Ticket.objects.count() == 2


def test_the_page_brings_a_new_key_each_time(client, customer):
    keys = {client.get(NEW).context["form"]["submission_key"].value() for _ in range(2)}
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"subject": "  "}, "subject"),
        ({"subject": "x" * 201}, "subject"),
        ({"subject": "a\r\nBcc: evil@example.com"}, "subject"),
        ({"subject": "a\x00b"}, "subject"),
        ({"description": ""}, "description"),
        ({"description": " \n "}, "description"),
        ({"description": "x" * 50_001}, "description"),
        ({"description": "nul\x00"}, "description"),
        ({"category": ""}, "category"),
        ({"category": "999999"}, "category"),
        ({"category": "9" * 40}, "category"),
        ({"category": "x"}, "category"),
        ({"subcategory": ""}, "subcategory"),
        ({"subcategory": "999999"}, "subcategory"),
        ({"priority": "9"}, "priority"),
        ({"priority": "Low"}, "priority"),
        ({"submission_key": "x"}, "submission_key"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_the_text_comes_back(
    client, customer, typed, change, field
):
    response = client.post(NEW, typed | {"subject": "Keep me"} | change)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not Ticket.objects.exists()
    page = response.content.decode()
    assert "<title>Error: " in page
    assert 'class="sum' in page
    if "description" not in change:
        assert "Since Tuesday." in page


def test_a_subcategory_of_another_category_is_refused(client, customer, typed):
    other = CategoryFactory(name="Mail")
    response = client.post(NEW, typed | {"category": other.pk})
    assert "Choose a subcategory of Mail" in response.content.decode()


def test_inactive_categories_are_offered_to_nobody(client, customer, typed, network, vpn):
    network.is_active = False
    network.save()
    assert f'value="{vpn.pk}"' not in client.get(NEW).content.decode()
    assert client.post(NEW, typed).status_code == 422


def test_other_fields_are_never_applied(client, customer, typed):
    client.post(
        NEW,
        typed | {"customer_id": "CUS0099", "status": "Closed", "technician_id": "1", "number": "7"},
    )
    ticket = Ticket.objects.get()
    assert ticket.customer == customer
    assert ticket.status == "Pending"
    assert ticket.number == 1


def test_without_scripts_all_subcategories_stand_below_their_categories(client, customer, vpn):
    assert '<optgroup label="Network">' in client.get(NEW).content.decode()


def test_the_subcategories_of_a_category_come_as_a_part(client, customer, network, vpn):
    CategoryFactory(name="Inbox", parent=CategoryFactory(name="Mail"))
    part = client.get(PARTS, {"category": network.pk, "subcategory": vpn.pk}).content.decode()
    assert 'id="div_id_subcategory"' in part
    assert f'<option value="{vpn.pk}" selected>VPN' in part
    assert "Inbox" not in part


@pytest.mark.parametrize("category", ["", "x", "0", "9" * 30, "-1", "²"])
def test_a_category_without_parts_leaves_the_place_empty(client, customer, category):
    part = client.get(PARTS, {"category": category}).content.decode()
    assert 'id="div_id_subcategory"' in part
    assert "<select" not in part


def test_a_follow_up_starts_from_the_former_ticket(client, customer, vpn):
    former = TicketFactory(customer=customer, subject="No tunnel", category=vpn)
    form = client.get(NEW, {"follows": former.ticket_id}).context["form"]
    assert form["subject"].value() == "No tunnel"
    assert form["category"].value() == vpn.parent_id
    assert form["subcategory"].value() == vpn.pk
    assert form["follow_up_of"].value() == former.ticket_id


def test_nobody_follows_a_strangers_ticket(client, customer):
    foreign = TicketFactory()
    assert client.get(NEW, {"follows": foreign.ticket_id}).status_code == 404


def test_only_customers_raise_tickets_here(client, typed):
    assert client.get(NEW).status_code == 302
    client.force_login(AdminFactory())
    assert client.get(NEW).status_code == 404
    assert client.post(NEW, typed).status_code == 404
    assert not Ticket.objects.exists()


def test_a_form_from_elsewhere_changes_nothing_and_gives_the_text_back(customer, typed):
    client = Client(enforce_csrf_checks=True)
    client.force_login(customer)
    response = client.post(NEW, typed)
    assert response.status_code == 403
    assert "Since Tuesday." in response.content.decode()
    assert not Ticket.objects.exists()


def test_who_was_signed_out_meanwhile_gets_the_text_back(client, typed):
    response = client.post(NEW, typed)
    assert response.status_code == 401
    assert "Since Tuesday." in response.content.decode()
    assert not Ticket.objects.exists()


def test_a_preview_keeps_everything_typed_and_raises_nothing(client, customer):
    typed = {"subject": "Kettle", "description": "It **hums**", "priority": "3"}
    answer = client.post(reverse("tickets:create-preview"), typed)
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "It <strong>hums</strong>" in shown
    assert 'value="Kettle"' in shown
    assert "It **hums**</textarea>" in shown
    assert "Choose a category</" not in shown.replace(">Choose a category</option>", "")
    assert not Ticket.objects.exists()
