"""Customers and organisations on the desk: finding, notes, names, merging and undoing that."""

import pytest
from django.db import transaction
from playwright.sync_api import expect

from accounts.tests.factories import CustomerFactory, OrganizationFactory
from tickets import services

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture
def larkfield(live_server):
    with transaction.atomic():
        return OrganizationFactory(name="Larkfield")


@pytest.fixture
def amara(larkfield):
    with transaction.atomic():
        return CustomerFactory(
            name="Amara Okafor", email="amara@example.org", organization=larkfield
        )


@pytest.fixture
def twin(live_server):
    """Amara once more, at her address at home, in another organisation."""
    with transaction.atomic():
        return CustomerFactory(
            name="Amara Okafor",
            email="amara@example.net",
            organization=OrganizationFactory(name="Quarry Lane"),
        )


@pytest.fixture
def tickets(amara, twin, priya):
    raised = [
        services.create_ticket(
            customer=person,
            actor=person,
            subject=subject,
            description=subject,
            category=priya.served_categories.get(),
        )
        for person, subject in ((amara, "No tunnel"), (twin, "Still no tunnel"))
    ]
    return [services.take_ticket(ticket, actor=priya) for ticket in raised]


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def heading(page):
    return page.get_by_role("heading", level=1)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_an_organisation_is_found_and_written_about(
    sign_in, desk_url, priya, amara, tickets, scripts
):
    page = sign_in(priya, java_script_enabled=scripts)
    page.goto(desk_url("technicians:customer-list"))
    page.get_by_role("link", name="Organisations").first.click()
    expect(heading(page)).to_have_text("Organisations")
    expect(page.get_by_role("listitem").filter(has_text="Quarry Lane")).to_contain_text("1 open")
    page.get_by_label("Find organisations").last.fill("lark")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("link", name="Quarry Lane")).to_have_count(0)
    page.get_by_role("link", name="Larkfield").click()
    expect(heading(page)).to_have_text("Larkfield")
    expect(page.get_by_role("region", name="Open tickets")).to_contain_text("No tunnel")
    expect(page.get_by_role("region", name="Customers")).to_contain_text("Amara Okafor")
    expect(page.get_by_label("Name of the organisation")).to_have_count(0)  # an admin's business
    page.get_by_label("Add a note").fill("They close at four.")
    page.get_by_role("button", name="Add note").click()
    notes = page.get_by_role("region", name="Notes")
    expect(notes.get_by_role("listitem")).to_contain_text("They close at four.")
    notes.get_by_role("button", name="Remove this note").click()
    expect(notes.get_by_role("listitem")).to_have_count(0)


def test_an_admin_renames_an_organisation(admin_page, desk_url, larkfield, twin):
    page = admin_page
    page.goto(desk_url("technicians:organization", larkfield.pk))
    name = page.get_by_label("Name of the organisation")
    name.fill("Quarry Lane")
    page.get_by_role("button", name="Save").click()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_value("Quarry Lane")  # refused, and kept
    expect(heading(page)).to_have_text("Larkfield")
    name.fill("Larkfield Trust")
    page.get_by_role("button", name="Save").click()
    expect(heading(page)).to_have_text("Larkfield Trust")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_customers_are_merged_and_apart_again(
    sign_in, desk_url, admin, amara, twin, tickets, scripts
):
    page = sign_in(admin, java_script_enabled=scripts)
    page.goto(desk_url("technicians:customer", twin.public_id))
    page.get_by_role("link", name="Merge").click()
    page.get_by_role("link", name="Amara Okafor").click()  # who is called alike is offered
    expect(page.get_by_text("They belong to different organisations.")).to_be_visible()
    expect(page.get_by_text(f"To {amara.public_id} go 1 ticket (1 open)")).to_be_visible()
    page.get_by_role("button", name=f"Merge into {amara.public_id}").click()
    expect(page.get_by_text(f"{twin.public_id} goes on as {amara.public_id}")).to_be_visible()
    listed = page.get_by_role("region", name="Tickets")
    expect(listed.get_by_role("link", name="Still no tunnel")).to_be_visible()
    expect(page.get_by_role("region", name="Merged in")).to_contain_text(twin.email)

    page.goto(desk_url("technicians:customer", twin.public_id))  # the old number leads on
    expect(page).to_have_url(desk_url("technicians:customer", amara.public_id))

    page.get_by_role("button", name=f"Undo the merge of {twin.public_id}").click()
    expect(page.get_by_text(f"{twin.public_id} is a customer of their own again")).to_be_visible()
    expect(page).to_have_url(desk_url("technicians:customer", twin.public_id))
    expect(listed.get_by_role("link", name="Still no tunnel")).to_be_visible()
    expect(listed.get_by_role("link", name="No tunnel", exact=True)).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit(
    sign_in, desk_url, assert_accessible, admin, amara, twin, larkfield, tickets, size, theme
):
    page = sign_in(admin, viewport=SIZES[size])
    page.context.add_cookies([{"name": "theme", "value": theme, "url": desk_url("/")}])
    services.add_organization_note(larkfield, body="They close at four.", actor=admin)
    merge = f"/desk/customers/{twin.public_id}/merge/"

    def look(path):
        page.goto(desk_url(path))
        assert_accessible(page)
        assert fits(page), path

    for path in (
        "/desk/organizations/",
        "/desk/organizations/?q=nothing-of-that-name",
        f"/desk/organizations/{larkfield.pk}/",
        "/desk/customers/",
        f"/desk/customers/{amara.public_id}/",
        merge,
        f"{merge}?q=nobody-of-that-name",
        f"{merge}?into={amara.public_id}",
    ):
        look(path)
    page.get_by_role("button", name=f"Merge into {amara.public_id}").click()
    expect(page.get_by_role("region", name="Merged in")).to_be_visible()
    look(f"/desk/customers/{amara.public_id}/")
