"""The admin site and the overview in a browser: both themes, desk and phone, no script needed."""

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from accounts.tests.factories import OrganizationFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.tests.factories import CategoryFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
LOOKS = [("light", None), ("dark", PHONE)]


@pytest.fixture
def ticket(customer, admin):
    with transaction.atomic():
        OrganizationFactory()
        category = CategoryFactory()
        technician = TechnicianFactory(categories=[category])
        ticket = services.create_ticket(
            customer=customer, actor=customer, description="It hums", category=category
        )
        services.add_note(ticket, actor=admin, body="A note")
        return services.assign_ticket(ticket, technician=technician.user, actor=admin)


def addresses(ticket):
    pages = [
        "reports:overview",
        "admin:index",
        "admin:tickets_ticket_changelist",
        "admin:tickets_ticket_add",
        "admin:tickets_category_changelist",
        "admin:accounts_user_changelist",
        "admin:accounts_user_add",
        "admin:notifications_delivery_changelist",
        "admin:mailboxes_inboundmail_changelist",
        "admin:mailboxes_mailbox_add",
        "mailboxes:write",
    ]
    objects = [
        ("admin:tickets_ticket_change", ticket.pk),
        ("admin:tickets_ticket_delete", ticket.pk),
        ("admin:accounts_user_change", ticket.customer_id),
        ("admin:technicians_technician_change", ticket.technician_id),
    ]
    return [*map(reverse, pages), *(reverse(name, args=[pk]) for name, pk in objects)]


@pytest.mark.parametrize(("theme", "viewport"), LOOKS, ids=["light, desk", "dark, phone"])
def test_every_kind_of_page_is_accessible(
    sign_in, desk_url, assert_accessible, ticket, admin, theme, viewport
):
    # axe-core tries styles of its own on forms, which the policy would refuse.
    page = sign_in(admin, viewport=viewport, bypass_csp=True)
    page.context.add_cookies([{"name": "theme", "value": theme, "url": desk_url("/")}])
    for address in addresses(ticket):
        assert page.goto(desk_url(address)).status == 200
        assert_accessible(page)


def test_every_kind_of_page_fits_a_phone_and_keeps_the_policy(sign_in, desk_url, ticket, admin):
    """The window's own check fails on a refused style or script."""
    page = sign_in(admin, viewport=PHONE)
    for address in addresses(ticket):
        page.goto(desk_url(address))
        page.wait_for_load_state("load")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), address


def test_the_theme_is_that_of_the_desk(admin_page, desk_url):
    admin_page.goto(desk_url("admin:index"))
    theme = "document.documentElement.dataset.theme"
    assert admin_page.evaluate(theme) == "auto"
    for expected in ("light", "dark"):
        admin_page.get_by_role("button", name="Light, dark").click()
        assert admin_page.evaluate(theme) == expected
    admin_page.goto(desk_url("reports:overview"))
    assert admin_page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_deleting_and_restoring_without_scripts(sign_in, desk_url, ticket, admin):
    page = sign_in(admin, java_script_enabled=False)
    page.goto(desk_url("admin:tickets_ticket_change", ticket.pk))
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("link", name="Look at it or restore it").click()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("1 ticket restored.")).to_be_visible()


def test_a_stale_edit_is_refused_and_keeps_what_was_typed(admin_page, desk_url, ticket, admin):
    admin_page.goto(desk_url("admin:tickets_ticket_change", ticket.pk))
    admin_page.get_by_label("Resolution summary").fill("My own words")
    with transaction.atomic():
        services.change_priority(ticket, priority=4, actor=admin)
    admin_page.get_by_role("button", name="Save", exact=True).click()
    expect(admin_page.get_by_text("The ticket changed after you last saw it")).to_be_visible()
    expect(admin_page.get_by_label("Resolution summary")).to_have_value("My own words")
