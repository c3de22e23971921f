"""The end of a ticket in a real browser: thanks, a refusal with its reason, ratings, follow-ups."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tickets import services
from tickets.links import rating_path
from tickets.models import Rating, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture
def ticket(customer, technician):
    ticket = services.create_ticket(
        customer=customer,
        actor=customer,
        subject="No tunnel",
        description="Since Tuesday.",
        category_text="Tunnels",
    )
    services.assign_ticket(ticket, technician=technician.user, actor=None)
    return services.resolve_ticket(
        ticket, actor=technician.user, resolution_summary="A new tunnel."
    )


def long_closed(ticket):
    long_ago = timezone.now() - timedelta(days=60)
    Ticket.objects.filter(pk=ticket.pk).update(
        status="Closed", resolved_at=long_ago, closed_at=long_ago
    )


def test_a_refusal_asks_for_its_reason(customer_page, desk_url, ticket):
    page = customer_page
    page.goto(desk_url("tickets:ticket-detail", ticket.ticket_id))
    page.get_by_text("No, it is not solved").click()
    reopen = page.get_by_role("button", name="Reopen the ticket")
    reopen.click()
    expect(page.get_by_label("What is still wrong?")).to_be_focused()
    page.get_by_label("What is still wrong?").fill("It came back.")
    reopen.click()
    expect(page.get_by_text("The ticket is open again.")).to_be_visible()


def test_thanks_wait_at_the_desk_until_somebody_dismisses_them(
    customer_page, technician_page, desk_url, ticket
):
    page = customer_page
    page.goto(desk_url("tickets:ticket-detail", ticket.ticket_id))
    page.get_by_label("Your reply").fill("Thank you, works perfectly!")
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_text("If it is not solved, reopen it here.")).to_be_visible()
    expect(page.get_by_role("heading", name="Is it solved?")).to_be_visible()

    desk = technician_page
    desk.goto(desk_url("technicians:dashboard"))
    desk.get_by_label("Counters").get_by_role("link", name="To confirm").click()
    desk.get_by_role("link", name="No tunnel").click()
    desk.get_by_role("button", name="Only thanks").click()
    expect(desk.get_by_text("It stays as it is", exact=True)).to_be_visible()
    expect(desk.get_by_role("button", name="Only thanks")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False])
def test_rating_on_the_page_by_keyboard(sign_in, customer, desk_url, ticket, scripts):
    page = sign_in(customer, java_script_enabled=scripts)
    page.goto(desk_url("tickets:ticket-detail", ticket.ticket_id))
    page.get_by_role("radio", name="Good", exact=True).focus()
    page.keyboard.press("ArrowRight")
    page.get_by_label("Anything to add?").fill("Quick and clear")
    page.get_by_role("button", name="Send rating").click()
    expect(page.get_by_text("You rated our help very good")).to_be_visible()
    assert Rating.objects.get().score == 5


def test_a_face_of_the_mail_without_a_sign_in(page, desk_url, ticket):
    page.goto(desk_url(rating_path(ticket, 2)))
    expect(page.get_by_role("radio", name="Bad", exact=True)).to_be_checked()
    page.get_by_text("Fair").click()
    page.get_by_role("button", name="Send rating").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert Rating.objects.get().score == 3


def test_a_follow_up_keeps_the_history(customer_page, desk_url, ticket):
    long_closed(ticket)
    page = customer_page
    page.goto(desk_url("tickets:ticket-detail", ticket.ticket_id))
    page.get_by_role("link", name="Raise a follow-up").click()
    expect(page.get_by_role("heading", name="Raise a follow-up")).to_be_visible()
    expect(page.get_by_label("Subject")).to_have_value("No tunnel")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_no_rule_of_accessibility_is_broken(
    sign_in, customer, technician, desk_url, assert_accessible, ticket, size, scheme
):
    look = {"viewport": SIZES[size], "color_scheme": scheme}
    services.rate_ticket(ticket, actor=customer, score=4, comment="Quick and clear")
    services.add_reply(ticket, actor=customer, body="Thanks!")
    page = sign_in(customer, **look)
    for address in (
        desk_url("tickets:ticket-detail", ticket.ticket_id),
        desk_url(rating_path(ticket, 4)),
        desk_url(rating_path(ticket, 1)),
        desk_url("tickets:ticket-create") + f"?follows={ticket.ticket_id}",
    ):
        page.goto(address)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    desk = sign_in(technician.user, **look)
    for address in (
        desk_url("technicians:dashboard"),
        desk_url("technicians:ticket-list") + "?view=confirm",
        desk_url("technicians:ticket-detail", ticket.ticket_id),
    ):
        desk.goto(address)
        assert_accessible(desk)
