"""Correcting, redacting, looking back and printing: in a real browser, accessible everywhere."""

import pytest
from django.db import transaction
from playwright.sync_api import expect

from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.models import Comment
from tickets.tests.factories import CategoryFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
SECRET = "hunter2-zebra"


@pytest.fixture
def ticket(customer, admin):
    with transaction.atomic():
        category = CategoryFactory(name="Tunnels")
        priya = TechnicianFactory(user__name="Priya Nair", categories=[category]).user
    ticket = services.create_ticket(
        customer=customer, actor=customer, description="No tunnel", category=category
    )
    ticket = services.assign_ticket(ticket, technician=priya, actor=admin)
    for number in range(14):
        services.add_reply(ticket, actor=customer, body=f"Message {number:02}")
    services.add_reply(ticket, actor=customer, body=f"My password is {SECRET} now")
    return ticket


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_accessible(
    sign_in, desk_url, assert_accessible, customer, admin, ticket, size, theme
):
    services.add_note(ticket, actor=admin, body="Between us")
    own, note = Comment.objects.filter(author=customer).latest("id"), Comment.objects.latest("id")
    base = f"/desk/tickets/{ticket.ticket_id}/"
    pages = {
        customer: [
            f"/tickets/{ticket.ticket_id}/",
            f"/tickets/{ticket.ticket_id}/messages/{own.pk}/",
            f"/tickets/{ticket.ticket_id}/print/",
        ],
        admin: [
            f"{base}history/",
            f"{base}as-it-was/",
            f"{base}redact/",
            f"{base}print/?notes=1",
            f"/tickets/{ticket.ticket_id}/messages/{note.pk}/",
        ],
    }
    for person, paths in pages.items():
        page = sign_in(person, viewport=SIZES[size])
        page.context.add_cookies([{"name": "theme", "value": theme, "url": desk_url("/")}])
        for path in paths:
            page.goto(desk_url(path))
            assert_accessible(page)
            wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert not wide, path


def test_a_long_conversation_opens_at_both_ends_and_grows_on_demand(
    customer_page, desk_url, ticket
):
    page = customer_page
    page.goto(desk_url(f"/tickets/{ticket.ticket_id}/"))
    thread = page.get_by_label("Conversation")
    expect(thread.get_by_text("Message 01", exact=True)).to_be_visible()
    expect(thread.get_by_text("Message 03", exact=True)).to_have_count(0)
    page.get_by_role("link", name="earlier message").click()
    expect(thread.get_by_text("Message 03", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="earlier message")).to_have_count(0)
    assert page.url.endswith(f"/tickets/{ticket.ticket_id}/")


def test_a_customer_edits_and_withdraws_a_message(customer_page, desk_url, ticket):
    page = customer_page
    page.goto(desk_url(f"/tickets/{ticket.ticket_id}/"))
    page.get_by_role("link", name="Edit or withdraw").last.click()
    page.get_by_label("Your message").fill("My password is **safe** now")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".msg").last).to_contain_text("My password is safe now")
    expect(page.get_by_text(SECRET)).to_have_count(0)
    page.get_by_role("link", name="Edit or withdraw").last.click()
    page.get_by_role("button", name="Withdraw the message").click()
    expect(page.get_by_text("Withdrawn by its author")).to_be_visible()


def test_an_admin_marks_a_text_and_removes_it(admin_page, desk_url, ticket):
    page = admin_page
    page.goto(desk_url(f"/desk/tickets/{ticket.ticket_id}/"))
    page.get_by_text(SECRET).last.wait_for()
    page.evaluate(
        """secret => {
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            for (let node; (node = walker.nextNode()); ) {
                const at = node.data.indexOf(secret);
                if (at < 0 || !node.parentElement.closest(".msg")) continue;
                const range = document.createRange();
                range.setStart(node, at);
                range.setEnd(node, at + secret.length);
                getSelection().removeAllRanges();
                getSelection().addRange(range);
            }
        }""",
        SECRET,
    )
    page.get_by_label("More actions").click()
    page.get_by_role("link", name="Remove a text").click()
    assert SECRET not in page.url
    expect(page.get_by_label("The text, exactly")).to_have_value(SECRET)
    page.get_by_role("button", name="Remove it for good").click()
    expect(page.get_by_text("removed a text for good")).to_be_visible()
    expect(page.get_by_text(SECRET)).to_have_count(0)
