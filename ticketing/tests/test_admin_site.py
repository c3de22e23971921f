"""The door of the admin site, and what no page of it may allow."""

import html
import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import transaction
from django.urls import reverse

from accounts.tests.factories import AdminFactory, CustomerFactory, TechnicianUserFactory
from tickets.services import add_participant, add_reply
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db

# Parts of other objects: shown on their pages, or nobody's business.
PARTS = {
    "accounts.AccountEventDetail": "on the event's page",
    "accounts.AddressFault": "on the person's page",
    "accounts.AuditHead": "one row, the last seal",
    "tickets.CategoryTechnician": "on the technician's and the category's page",
    "tickets.CommentVersion": "on the ticket's page at the desk",
    "tickets.DoomedFile": "a list of files to remove, gone within the hour",
    "tickets.GuestEpoch": "a number for each person",
    "tickets.MailOrigin": "on the incoming mail's page",
    "tickets.TicketDraft": "its author's alone",
    "tickets.TicketEventDetail": "on the event's page",
    "tickets.TicketTag": "on the ticket's page",
}


def test_every_model_of_the_desk_has_its_pages():
    desk = ("accounts", "tickets", "technicians", "notifications", "operations")
    models = {m._meta.label for m in apps.get_models() if m._meta.app_label in desk}
    shown = {model._meta.label for model in admin.site._registry}
    assert models - shown - PARTS.keys() == set()


@pytest.mark.parametrize("name", ["ticketevent", "comment", "ticketparticipant"])
def test_records_are_found_by_the_ticket_and_open(client, name):
    ticket, other = TicketFactory(), TicketFactory()
    for each in (ticket, other):
        with transaction.atomic():
            add_reply(each, actor=each.customer, body=f"Said on {each.ticket_id}")
            add_participant(each, actor=each.customer, email=f"friend-{each.pk}@example.org")
    client.force_login(AdminFactory())
    address = f"/admin/tickets/{name}/"
    found = client.get(address, {"q": ticket.ticket_id.lower()}).content.decode()
    assert ticket.ticket_id in found
    assert other.ticket_id not in found
    assert "0 of 0" not in found
    page = re.search(rf'href="({address}\d+/change/[^"]*)"', found)
    assert client.get(html.unescape(page[1])).status_code == 200
    assert client.post(html.unescape(page[1]), {}).status_code == 403


def test_strangers_are_sent_to_the_sign_in(client):
    answer = client.get("/admin/tickets/ticket/?state=open")
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("accounts:sign-in"))
    assert "next=/admin/tickets/ticket/%3Fstate%3Dopen" in answer["Location"]


def test_the_admins_sign_in_is_everybodys(client):
    answer = client.get("/admin/login/?next=/admin/tickets/")
    assert answer["Location"] == f"{reverse('accounts:sign-in')}?next=/admin/tickets/"
    client.force_login(AdminFactory())
    assert client.get("/admin/login/")["Location"] == "/admin/"


def test_an_admin_who_lost_the_role_is_out_at_the_next_request(client):
    person = AdminFactory()
    client.force_login(person)
    assert client.get("/admin/").status_code == 200
    type(person).objects.filter(pk=person.pk).update(role="customer")
    assert client.get("/admin/").status_code == 302


def test_signing_out_needs_a_post(client):
    client.force_login(AdminFactory())
    assert client.get("/admin/logout/").status_code == 405
    answer = client.post("/admin/logout/")
    assert answer.status_code == 307
    assert answer["Location"] == reverse("accounts:sign-out")


def test_passwords_are_changed_where_everybody_changes_them(client):
    client.force_login(AdminFactory())
    assert client.get("/admin/password_change/")["Location"] == reverse("accounts:password-change")


@pytest.mark.parametrize("factory", [CustomerFactory, TechnicianUserFactory])
@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/login/", "/admin/tickets/ticket/", "/admin/x/"]
)
def test_other_roles_find_nothing(client, factory, path):
    client.force_login(factory())
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=str))
def test_every_list_opens_in_a_strict_dress(client, model):
    """No inline style or script, which the content security policy would refuse."""
    client.force_login(AdminFactory())
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    answer = client.get(reverse(name), follow=True)
    assert answer.status_code == 200
    check_strict(answer)


def test_the_first_page_groups_the_models(client):
    client.force_login(AdminFactory())
    answer = client.get("/admin/")
    assert answer.context["app_list"][0]["name"] == "Tickets"
    assert "More" not in [section["name"] for section in answer.context["app_list"]]
    check_strict(answer)


def check_strict(answer):
    body = answer.content.decode()
    assert " style=" not in body
    assert "<style" not in body
    assert "onclick=" not in body
    for tag in body.split("<script")[1:]:
        assert " src=" in tag.split(">")[0] or 'type="application/json"' in tag.split(">")[0]
