"""Every form of the desk, as other sites, hurried people and vandals send it.

The addresses come from the table of `test_permission_matrix`: one that is new is tried without a
line here.
"""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ticketing.tests import test_permission_matrix
from ticketing.tests.test_permission_matrix import (
    BODIES,
    PAGES,
    ROLES,
    SENDS_FILES,
    arguments,
    filled,
    read,
    rolled_back,
)
from tickets.tests.files import named

pytestmark = pytest.mark.django_db

world = test_permission_matrix.world  # a fixture

FORMS = [row for row in read(PAGES) if row.method == "POST"]
# What a mail program or a mail provider sends, with a token of its own in the address or header;
# faces in mails, which are pressed without a visit.
WITHOUT_VISIT = {
    "notifications:unsubscribe",
    "notifications:ticket-mute",
    "mailboxes:webhook",
    "tickets:rate",
}
# Answers of a form that was taken or looked at.
HEARD = (200, 201, 204, 302, 422)


def hearers(row):
    """Return the roles whose form is heard; the first of them is enough for what all share."""
    codes = dict(zip(ROLES, row.statuses, strict=True))
    return [role for role in ROLES if role != "anon" and codes[role] in HEARD]


def strict_client(person):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    if person is not None:
        client.force_login(person)
    return client


def token_of(client):
    page = client.get("/accounts/password/reset/").text
    return page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]


def writes(queries):
    """Return the statements that change more than sessions, counts of tries and the log."""
    return [
        query["sql"][:100]
        for query in queries
        if re.match(r"(INSERT|UPDATE|DELETE)\b", query["sql"].lstrip())
        and not re.search(
            r"\b(django_session|accounts_(accountevent|audit\w+|device|ratelimit))", query["sql"]
        )
    ]


# A26 -----------------------------------------------------------------------------------------

FORGERIES = [
    ("no token", {}, {}),
    ("somebody else's token", {"csrfmiddlewaretoken": "{theirs}"}, {}),
    ("another site", {"csrfmiddlewaretoken": "{own}"}, {"Origin": "https://evil.example"}),
    ("no site", {"csrfmiddlewaretoken": "{own}"}, {"Origin": "null"}),
    ("cross-site", {"csrfmiddlewaretoken": "{own}"}, {"Sec-Fetch-Site": "cross-site"}),
]


@pytest.mark.slow
def test_a26_no_form_is_taken_from_elsewhere(world):
    taken = []
    for row in FORMS:
        for role in hearers(row)[:1] if row.route not in WITHOUT_VISIT else []:
            for what, fields, headers in FORGERIES:
                with rolled_back():
                    status, changes = forged(row, role, world, fields, headers)
                if status != 403 or changes:
                    taken.append((str(row), role, what, status, changes))
    assert not taken


def forged(row, role, world, fields, headers):
    """Send a form with these further fields and headers; return the status and what changed."""
    client = strict_client(world.people[role])
    tokens = {"own": token_of(client), "theirs": token_of(strict_client(world.people["stranger"]))}
    body = {key: filled(value, world) for key, value in BODIES.get(row.route, {}).items()}
    body |= {name: value.format(**tokens) for name, value in fields.items()}
    if row.route in SENDS_FILES:
        body[SENDS_FILES[row.route]] = named("a.txt")
    with CaptureQueriesContext(connection) as asked:
        answer = client.post(
            reverse(row.route, kwargs=arguments(row, world)), body, headers=headers
        )
    return answer.status_code, writes(asked.captured_queries)
