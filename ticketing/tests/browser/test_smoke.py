"""The desk opens in a browser for everyone, in light and dark, on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
PLACES = {
    "customer": "tickets:ticket-list",
    "technician": "technicians:dashboard",
    "admin": "technicians:ticket-list",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desk", "phone"])
def test_the_start_page_is_open_to_everyone(
    open_context, desk_url, assert_accessible, scheme, viewport
):
    page = open_context(color_scheme=scheme, viewport=viewport).new_page()
    response = page.goto(desk_url("tickets:home"))
    assert response.status == 200
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")


@pytest.mark.parametrize("role", PLACES)
def test_each_role_has_its_place(request, desk_url, assert_accessible, role):
    page = request.getfixturevalue(f"{role}_page")
    response = page.goto(desk_url(PLACES[role]))
    assert response.status == 200
    assert_accessible(page)


def test_a_missing_page_is_in_our_dress(page, desk_url, assert_accessible):
    response = page.goto(desk_url("/no/such/page"))
    assert response.status == 404
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_accessible(page)
