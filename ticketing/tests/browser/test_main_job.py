"""The main job, with nothing in between: two tickets, three people, a real browser, real SMTP."""

import email
import email.policy
import json
import re
import urllib.request

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.tests.factories import PASSWORD
from notifications.tasks import deliver_due
from notifications.tests.smtp_server import SMTPServer
from tickets.models import Category, OutgoingReply, Ticket
from tickets.services import change_desk_settings, release_due_replies, set_served_categories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def smtp(settings):
    with SMTPServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield server


@pytest.fixture
def post(smtp):
    """Let the worker send what waits; return {(message name, recipient)} of what arrived anew."""

    def arrived():
        seen = len(smtp.mails)
        release_due_replies()
        deliver_due()
        new = [
            (to, email.message_from_bytes(raw, policy=email.policy.default))
            for to, raw in smtp.mails[seen:]
        ]
        return {(mail["X-SupportDesk-Message"], to): mail for to, mail in new}

    return arrived


def api(url, body, token=""):
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(  # noqa: S310
        url, json.dumps(body).encode(), headers if token else {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        return json.load(answer)


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


def test_a_ticket_from_the_browser_and_one_from_the_api_reach_their_ends(
    customer,
    technician,
    admin,
    customer_page,
    technician_page,
    admin_page,
    desk_url,
    live_server,
    post,
):
    category = Category.objects.create(name="Projectors")
    set_served_categories(technician.user, [category])
    change_desk_settings(undo_seconds=120, actor=admin)

    # The customer raises a ticket in the browser.
    page = customer_page
    page.goto(desk_url("tickets:ticket-create"))
    page.get_by_role("combobox", name=re.compile("^Category")).select_option(label="Projectors")
    page.get_by_label("Subject").fill("No picture in room two")
    page.get_by_label("What happened?").fill("The lamp blinks twice, then it is dark.")
    page.get_by_role("button", name="Raise ticket").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No picture in room two")
    ticket = Ticket.objects.get()
    mails = post()
    assert set(mails) == {
        ("ticket_created", customer.email),
        ("new_ticket_in_category", technician.user.email),
    }
    receipt = mails["ticket_created", customer.email]
    assert ticket.ticket_id in receipt["Subject"]

    # And one by the API.
    url = live_server.url
    login = api(f"{url}/api/auth/login", {"user_id_or_email": customer.email, "password": PASSWORD})
    second = api(
        f"{url}/api/tickets/customer/{customer.public_id}",
        {"issue_category": "Projectors", "issue_description": "The remote control is lost."},
        login["token"],
    )
    assert second == {"ticket_id": "TKT0002"}
    assert set(post()) == set(mails)

    # The admin assigns the first one.
    page = admin_page
    page.goto(desk_url("technicians:ticket-detail", ticket.ticket_id))
    page.get_by_label("Assignee").select_option(label=technician.user.name)
    expect(page.get_by_text(re.compile(f"assigned .*{technician.user.name}")).first).to_be_visible()
    mails = post()
    assert set(mails) == {
        ("ticket_assigned", technician.user.email),
        ("technician_named", customer.email),
    }
    assert technician.user.name in text_of(mails["technician_named", customer.email])

    # The technician answers, notes, resolves.
    page = technician_page
    page.goto(desk_url("technicians:dashboard"))
    page.get_by_role("link", name="No picture in room two").first.click()
    page.get_by_label("Reply to").fill("I am on my way with a new lamp.")
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_text("Sending in")).to_be_visible()
    assert post() == {}
    OutgoingReply.objects.update(due_at=timezone.now())
    mails = post()
    assert set(mails) == {("reply_from_desk", customer.email)}
    reply = mails["reply_from_desk", customer.email]
    assert "I am on my way with a new lamp." in text_of(reply)
    assert set(reply["References"].split()) & set(receipt["References"].split())
    page.reload()
    expect(page.locator(".msg.staff").last).to_contain_text("I am on my way with a new lamp.")
    expect(page.get_by_text("Sending in")).to_have_count(0)
    page.get_by_text("Internal note", exact=True).first.click()
    page.get_by_placeholder("Write a note for your colleagues").fill(
        "Lamp number 7 is the last one."
    )
    page.get_by_role("button", name="Add note").click()
    # Not the words alone: the preview below the text shows them before they are sent.
    expect(page.locator(".msg.note")).to_contain_text("Lamp number 7 is the last one.")
    assert post() == {}
    page.locator(".seg").get_by_text("Resolve", exact=True).click()
    page.get_by_placeholder("What was wrong, and what was done about it?").fill("New lamp fitted.")
    page.locator("#composer").get_by_role("button", name="Resolve", exact=True).click()
    expect(page.locator("#thread .summary")).to_contain_text("New lamp fitted.")
    mails = post()
    assert set(mails) == {("ticket_resolved", customer.email)}
    assert "New lamp fitted." in text_of(mails["ticket_resolved", customer.email])

    # The customer says that it is solved.
    page = customer_page
    page.goto(desk_url("tickets:ticket-detail", ticket.ticket_id))
    assert "Lamp number 7" not in page.content()
    page.get_by_role("button", name="Yes, it is solved").click()
    expect(page.get_by_text("Closed").first).to_be_visible()
    assert set(post()) == {("ticket_ended", technician.user.email)}
    ticket.refresh_from_db()
    assert ticket.status == "Closed"
    assert ticket.resolved_at <= ticket.closed_at
