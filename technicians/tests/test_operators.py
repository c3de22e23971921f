"""Filters that are typed into the search."""

import re

import pytest

from accounts.tests.factories import CustomerFactory
from tickets import services

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(client, admin, priya, raise_ticket, printing):
    other = CustomerFactory(name="Zoe Lind")
    services.take_ticket(raise_ticket("a", priority=4), actor=priya)
    raise_ticket("b", customer=other)
    done = services.take_ticket(raise_ticket("c", priority=1), actor=priya)
    services.resolve_ticket(done, actor=priya, resolution_summary="Done.")
    raise_ticket("d", category=printing, description="Paper jam")
    client.force_login(admin)

    def found(text):
        answer = client.get("/desk/tickets/", {"view": "all", "q": text})
        html = answer.content.decode()
        names = re.findall(r'<a class="s"[^>]*><bdi>([^<]*)</bdi>', html)
        return "".join(sorted(names)) if answer.status_code == 200 else html

    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status:open", "abd"),
        ("status:done", "c"),
        ("-status:resolved", "abd"),
        ("status:pend", "bd"),
        ("from:zoe", "b"),
        ('from:"Zoe Lnd"', "b"),
        ("-from:zoe", "acd"),
        ("assigned:none", "bd"),
        ("assigned:priya", "ac"),
        ("priority:URGENT priority:low", "ac"),
        ("category:printing jam", "d"),
        ("category:printing network", ""),
        ("before:2020-01-01", ""),
        ("after:2020-01-01 status:done", "c"),
        ("colour:red", ""),
        ("https://example.org", ""),
    ],
)
def test_what_they_find(found, text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("status:burning", "There is no status"),
        ("priority:huge", "write low, normal, high, urgent"),
        ("before:yesterday", "Write a day like before:2026-11-01"),
        ("assigned:nobodyatall", "There is no technician"),
        ("category:zzz", "There is no category"),
        ("from:nobodyatall", "None of your tickets is from this customer."),
        ("tag:none-such", "There is no such tag."),
    ],
)
def test_mistakes_are_said_in_words(found, text, words):
    assert words in found(text)


def test_each_is_shown_as_a_chip_that_can_be_removed(client, found):
    html = client.get("/desk/tickets/?view=all&q=-status:done+jam").content.decode()
    assert "Status is not <b><bdi>Resolved, Closed</bdi></b>" in html
    assert 'name="q" value="jam"' in html
