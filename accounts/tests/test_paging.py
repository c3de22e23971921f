"""Keyset paging over the people of a desk."""

import base64
import json

import pytest

from accounts.models import User
from accounts.paging import InvalidCursor, keyset_page
from accounts.tests.factories import CustomerFactory

ORDER = ("role", "-name", "id")
pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    for name in "aabbbccddd":
        CustomerFactory(name=name)
    return list(User.objects.order_by(*ORDER))


def test_pages_lead_through_all_rows_and_back(people):
    cursor, pages = "", []
    while True:
        page = keyset_page(User.objects.all(), order=ORDER, cursor=cursor, size=3)
        pages.append(page)
        cursor = page.next
        if not cursor:
            break
    assert [row for page in pages for row in page.rows] == people
    assert [len(page.rows) for page in pages] == [3, 3, 3, 1]
    back = keyset_page(User.objects.all(), order=ORDER, cursor=pages[2].previous, size=3)
    assert back.rows == pages[1].rows
    first = keyset_page(User.objects.all(), order=ORDER, cursor=back.previous, size=3)
    assert first.rows == pages[0].rows
    assert first.is_first


def test_a_row_that_arrives_moves_nothing(people):
    page = keyset_page(User.objects.all(), order=ORDER, size=3)
    CustomerFactory(name="zzz")
    after = keyset_page(User.objects.all(), order=ORDER, cursor=page.next, size=3)
    assert after.rows == people[3:6]


def test_values_page_like_objects(people):
    rows = User.objects.values("id", "name", "role")
    page = keyset_page(rows, order=ORDER, size=4)
    rest = keyset_page(rows, order=ORDER, cursor=page.next, size=100)
    assert [row["id"] for row in page.rows + rest.rows] == [person.pk for person in people]
    assert not rest.next


def forged(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%00",
        "é",
        "AAAA",
        "a" * 10_000,
        forged([0, ["id"], [1]]),
        forged([0, list(ORDER), ["customer"]]),
        forged([2, list(ORDER), ["customer", "a", 1]]),
        forged([0, list(ORDER), ["customer", "a", 1e400]]),
        forged([0, list(ORDER), ["customer", "a", 2**70]]),
        forged([0, list(ORDER), ["customer", ["a"], 1]]),
        forged([0, list(ORDER), ["customer", {"t": "2026-01-01"}, 1]]),
        forged([0, list(ORDER), ["customer", "a", "one"]]),
        forged([0, list(ORDER), ["customer", "a\x00", 1]]),
        forged([0, list(ORDER), ["customer", "\ud800", 1]]),
        forged({"a": 1}),
        forged(None),
    ],
)
def test_a_cursor_that_is_not_ours_is_refused(cursor, people):
    with pytest.raises(InvalidCursor):
        keyset_page(User.objects.all(), order=ORDER, cursor=cursor)
