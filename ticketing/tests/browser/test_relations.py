"""Linking, merging, splitting and taking it all back, in a browser with and without scripts."""

import pytest
from django.db import transaction
from playwright.sync_api import expect

from accounts.tests.factories import CustomerFactory
from tickets import services
from tickets.models import Comment, Ticket, TicketRelation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
ATTACK = '"><img src=x onerror="window.hit = 1">'


@pytest.fixture
def raise_ticket(priya):
    def raise_ticket(customer, subject):
        ticket = services.create_ticket(
            customer=customer,
            actor=customer,
            subject=subject,
            description=f"About {subject}",
            category=priya.served_categories.get(),
        )
        return services.take_ticket(ticket, actor=priya)

    return raise_ticket


@pytest.fixture
def tickets(customer, raise_ticket):
    return raise_ticket(customer, "No tunnel"), raise_ticket(customer, "Still no tunnel")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
@pytest.mark.parametrize("size", SIZES)
def test_link_and_remove(sign_in, desk_url, priya, tickets, scripts, size):
    one, other = tickets
    page = sign_in(priya, viewport=SIZES[size], java_script_enabled=scripts)
    page.goto(desk_url(one.get_desk_url()))
    page.get_by_text("Link a ticket").click()
    page.get_by_label("This is").select_option("blocks")
    page.get_by_label("Number", exact=True).fill(str(other.pk))
    page.get_by_role("button", name="Link", exact=True).click()
    expect(page.get_by_role("link", name=f"{other.ticket_id} Still no tunnel")).to_be_visible()
    page.get_by_role("button", name=f"Remove this link with {other.ticket_id}").click()
    expect(page.get_by_role("link", name=f"{other.ticket_id} Still no tunnel")).to_have_count(0)
    assert not TicketRelation.objects.exists()
    if scripts:
        page.locator("#toasts").get_by_role("button", name="Undo").last.click()
        expect(page.get_by_role("link", name=f"{other.ticket_id} Still no tunnel")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_merge_with_what_it_says_and_undo(sign_in, desk_url, priya, raise_ticket, tickets, scripts):
    target = tickets[0]
    with transaction.atomic():
        ben = CustomerFactory(name="Ben Ito")
    source = raise_ticket(ben, "The same elsewhere")
    page = sign_in(priya, java_script_enabled=scripts)
    page.goto(desk_url(source.get_desk_url()))
    page.locator(".wk-head details.menu summary").click()
    page.get_by_role("link", name="Merge with another ticket").click()
    page.get_by_role("searchbox", name="Number or words of the other ticket").fill(target.ticket_id)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="No tunnel", exact=True).click()
    expect(page.get_by_text("Not the same customers read these tickets")).to_be_visible()
    page.get_by_label("They may all read both").check()
    page.get_by_role("button", name=f"Merge into {target.ticket_id}").click()
    expect(page.get_by_text(f"{source.ticket_id} is merged into this ticket")).to_be_visible()
    expect(page.get_by_text("About The same elsewhere")).to_be_visible()
    page.goto(desk_url(source.get_desk_url()))
    expect(page).to_have_url(desk_url(target.get_desk_url()))
    page.get_by_role("button", name=f"Undo the merge of {source.ticket_id}").first.click()
    expect(page.get_by_text("About The same elsewhere")).to_have_count(0)
    source.refresh_from_db()
    assert (source.merged_into, source.status) == (None, "Assigned")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_split_and_back(sign_in, desk_url, priya, customer, tickets, scripts):
    one = tickets[0]
    services.add_reply(one, actor=customer, body="And the printer smokes")
    page = sign_in(priya, java_script_enabled=scripts)
    page.goto(desk_url(one.get_desk_url()))
    page.get_by_role("link", name="Continue in a new ticket").click()
    page.get_by_label("Subject of the new ticket").fill("The printer")
    page.get_by_role("button", name="Raise the new ticket").click()
    expect(page.locator("h1")).to_have_text("The printer")
    new = Ticket.objects.get(subject="The printer")
    page.get_by_role("button", name="Undo and merge it back").click()
    expect(page.get_by_text(f"{new.ticket_id} is merged into this ticket")).to_be_visible()
    assert Comment.objects.get().ticket == one


def test_a_customer_is_led_on_from_the_old_number(sign_in, desk_url, customer, priya, tickets):
    target, source = tickets
    services.merge_tickets(source, target=target, actor=priya)
    page = sign_in(customer)
    page.goto(desk_url(source.get_absolute_url()))
    expect(page).to_have_url(desk_url(target.get_absolute_url()))
    expect(page.get_by_text(f"{source.ticket_id} goes on here")).to_be_visible()
    expect(page.get_by_text(f"from {source.ticket_id}")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_are_accessible_and_inert(
    sign_in, desk_url, assert_accessible, priya, customer, raise_ticket, tickets, size, theme
):
    target, source = tickets
    with transaction.atomic():
        ben = CustomerFactory(name=f"Ben {ATTACK}"[:100])
    theirs = raise_ticket(ben, ATTACK)
    services.add_reply(target, actor=customer, body="Something else")
    said = target.comments.get()
    services.split_message(target, comment=said, actor=priya, subject=ATTACK)
    services.merge_tickets(source, target=target, actor=priya)
    services.link_tickets(target, other=theirs, word="child_of", actor=priya)
    page = sign_in(priya, viewport=SIZES[size])
    page.context.add_cookies([{"name": "theme", "value": theme, "url": desk_url("/")}])
    for path in (
        target.get_desk_url(),
        f"{target.get_desk_url()}split/{said.pk}/",
        f"{theirs.get_desk_url()}merge/",
        f"{theirs.get_desk_url()}merge/?into={target.ticket_id}",
        f"{theirs.get_desk_url()}merge/?q=nothing",
    ):
        page.goto(desk_url(path))
        assert_accessible(page)
        assert page.evaluate("window.hit === undefined")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    portal = sign_in(customer, viewport=SIZES[size])
    portal.context.add_cookies([{"name": "theme", "value": theme, "url": desk_url("/")}])
    portal.goto(desk_url(target.get_absolute_url()))
    assert_accessible(portal)
    assert portal.evaluate("window.hit === undefined")
