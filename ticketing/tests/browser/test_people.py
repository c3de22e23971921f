"""Who follows a ticket, and coming by the link of a mail, in a real browser."""

import re

import pytest
from django.core import mail
from django.db import transaction
from playwright.sync_api import expect

from notifications.tests.outbox import deliver
from technicians.tests.factories import TechnicianFactory
from tickets import services

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def ticket(customer, technician):
    ticket = services.create_ticket(
        customer=customer,
        actor=customer,
        subject="No tunnel",
        description="Since Tuesday.",
        category_text="Tunnels",
    )
    return services.assign_ticket(ticket, technician=technician.user, actor=None)


def test_the_requester_adds_and_removes_a_colleague(
    customer_page, desk_url, ticket, assert_accessible
):
    page = customer_page
    page.goto(desk_url("tickets:ticket-detail", ticket.ticket_id))
    page.get_by_text("Add a colleague").click()
    assert_accessible(page)
    page.get_by_label("E-mail").fill("ben@example.org")
    page.get_by_label("Name").fill("Ben Bello")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#people")).to_contain_text("ben@example.org")
    expect(page.locator(".goes-to")).to_contain_text("Ben Bello")
    page.get_by_role("button", name="Remove Ben Bello").click()
    expect(page.locator("#people")).to_contain_text("follows the ticket no more")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Remove Ben Bello")).to_be_visible()
    assert_accessible(page)


def test_the_desk_shows_who_is_told_and_takes_a_removal_back(
    technician_page, desk_url, ticket, assert_accessible
):
    page = technician_page
    services.add_participant(ticket, actor=ticket.customer, email="ben@example.org", name="Ben")
    page.goto(desk_url("technicians:ticket-detail", ticket.ticket_id))
    expect(page.locator("#told")).to_contain_text("Cc Ben")
    page.get_by_role("button", name="Remove Ben").click()
    expect(page.locator("#told")).not_to_contain_text("Ben")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#people")).to_contain_text("ben@example.org")
    assert_accessible(page)


def test_a_guest_reads_and_replies_by_the_link_of_a_mail(
    context, live_server, ticket, technician, assert_accessible
):
    services.add_reply(ticket, actor=technician.user, body="Try the new one")
    deliver()
    sent = [m.body for m in mail.outbox if m.to == [ticket.customer.email]][-1]
    path = re.search(r"/g/[^\s]+", sent)[0]
    page = context.new_page()
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}{path}")
    expect(page).to_have_url(re.compile(rf"/tickets/{ticket.ticket_id}/(#reply)?$"))
    expect(page.get_by_text("Whoever has that e-mail can do the same")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Your reply").fill("That one works")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("#thread")).to_contain_text("That one works")
    page.get_by_role("button", name="End this visit").click()
    expect(page.get_by_role("button", name="End this visit")).to_have_count(0)
    page.goto(f"{live_server.url}{ticket.get_absolute_url()}")
    expect(page).to_have_url(re.compile("/accounts/sign-in/"))


def test_a_watcher_writes_a_note_on_a_phone(sign_in, desk_url, ticket, assert_accessible):
    with transaction.atomic():
        mei = TechnicianFactory(user__name="Mei Tanaka").user
    services.add_watcher(ticket, user=mei, actor=ticket.technician)
    page = sign_in(mei, viewport=PHONE)
    page.goto(desk_url("technicians:ticket-detail", ticket.ticket_id))
    assert_accessible(page)
    page.get_by_label("Internal note").fill("Look at the lease time")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#thread")).to_contain_text("Look at the lease time")
