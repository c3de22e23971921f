"""I02: nonsense in the fields of every form.

Nobody lists the fields: they are the names that a view asks the request for. Each request is
taken back.
"""

import html
from urllib.parse import quote

import pytest
from django.db import connection
from django.forms import BaseForm
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from ticketing.tests import test_permission_matrix
from ticketing.tests.test_every_form import FORMS, hearers
from ticketing.tests.test_permission_matrix import (
    BODIES,
    TRACES,
    Written,
    arguments,
    filled,
    rolled_back,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

world = test_permission_matrix.world  # a fixture

LONG = "x" * 25_000
MANY_FIELDS = "&" * 1200
NONSENSE = ("a\x00b", "a\ud800b", "9" * 40, MANY_FIELDS)
# Every verb of a ticket's page carries these, of one form class: tried with the first one only.
SHARED = {"version", "seen", "override", "confirmed", "submission_key"}
# Finds out while it changes that nothing is to be changed, and takes all back.
TAKES_BACK = "technicians:ticket-redact"
ANSWERS = (200, 201, 204, 302, 400, 403, 404, 409, 410, 413, 422)
# What people write in sentences, or of themselves.
TEXTS = {
    "body": "Kept body",
    "note": "Kept note",
    "text": "Kept text",
    "description": "Kept description",
    "subject": "Kept subject",
    "name": "Kept name",
    "resolution_summary": "Kept summary",
    "away_note": "Kept reason",
    "title": "Kept title",
    "folder": "Kept folder",
    "reply": "Kept reply",
    "email": "kept@example.com",
    "comment": "Kept comment",
}


@pytest.fixture
def asked_for(monkeypatch):
    """The names that views ask requests for, since this was emptied."""
    names = {}

    def watch(method):
        plain = getattr(QueryDict, method)

        def watched(self, key, *args, **options):
            names.setdefault(key)
            return plain(self, key, *args, **options)

        monkeypatch.setattr(QueryDict, method, watched, raising=False)

    for method in ("get", "getlist", "__getitem__", "__contains__"):
        watch(method)
    return names


def encoded(fields):
    """Return the fields as browsers send them, and a lone surrogate as no browser does."""
    pairs = [(name, value) for name, value in fields.items() if value is not None]
    return "&".join(
        f"{quote(name)}={quote(str(value).encode('utf-8', 'surrogatepass'))}"
        for name, value in pairs
    )


def client_for(person):
    client = Client(raise_request_exception=False)
    if person is not None:
        client.force_login(person)
    return client


def sent(client, url, fields):
    """Return the answer to a form; what it changed is taken back, its tables are in `changed`."""
    written = Written()
    with rolled_back(), connection.execute_wrapper(written):
        answer = client.post(url, encoded(fields), content_type="application/x-www-form-urlencoded")
        if answer.streaming:
            b"".join(answer)
    answer.changed = written.tables - TRACES
    return answer


def forms_heard():
    """Return each form once."""
    found = {}
    for row in FORMS:
        if hearers(row):
            found.setdefault(row.route, row)
    return list(found.values())


def opened(row, world):
    """Return a client of who may do most, the form's address and what it takes."""
    client = client_for(world.people[hearers(row)[-1]])
    body = {key: filled(value, world) for key, value in BODIES.get(row.route, {}).items()}
    return client, reverse(row.route, kwargs=arguments(row, world)), body


def complaints(answer):
    """Return what the page's forms say is wrong."""
    found = []
    for layer in answer.context or []:
        for values in getattr(layer, "dicts", [layer]):
            for name, value in values.items():
                if isinstance(value, BaseForm) and value.is_bound:
                    found += [text for texts in value.errors.values() for text in texts]
                if name == "errors" and isinstance(value, list):
                    found += value
    return found


def faults(answer):
    """Yield what is wrong with an answer to nonsense."""
    status = answer.status_code
    if status not in ANSWERS:
        yield status
    if 400 <= status < 500 and answer.changed:
        yield status, "changed", sorted(answer.changed)
    if status == 400 and "<h1" not in answer.text:
        yield "no sentence"
    if status == 422:
        page, said = html.unescape(answer.text), complaints(answer)
        if not said or not any(str(text) in page for text in said):
            yield "no sentence", said


def test_nonsense_in_any_field_is_refused_in_a_sentence_or_taken(world, asked_for):
    wrong = []
    for row in forms_heard():
        with rolled_back():
            client, url, body = opened(row, world)
            asked_for.clear()
            sent(client, url, body)
            for field in sorted({*asked_for, *body} - {"csrfmiddlewaretoken"}):
                for value in NONSENSE[: 1 if field in SHARED else None]:
                    answer = sent(client, url, body | {field: value})
                    if row.route == TAKES_BACK:
                        answer.changed = set()
                    wrong += [(str(row), field, value[:10], fault) for fault in faults(answer)]
    assert not wrong, "\n".join(map(str, wrong))


def test_what_was_typed_stands_in_the_page_that_refuses(world, asked_for):
    """A character that can't be stored in one field costs nothing of the others."""
    lost = []
    for row in forms_heard():
        with rolled_back():
            client, url, body = opened(row, world)
            asked_for.clear()
            sent(client, url, body)
            names = {*asked_for, *body}
            typed = {name: text for name, text in TEXTS.items() if name in names}
            for field in typed:
                others = {name: text for name, text in typed.items() if name != field}
                for nonsense in ("a\x00b", LONG):
                    answer = sent(client, url, body | others | {field: nonsense})
                    if answer.status_code not in (400, 403, 409, 422):
                        continue
                    missing = [text for text in others.values() if text not in answer.text]
                    if nonsense == LONG and LONG not in answer.text:
                        missing.append("the long one")
                    if missing:
                        lost.append((str(row), field, answer.status_code, missing))
    assert not lost, "\n".join(map(str, lost))


def test_a_megabyte_in_a_field_is_refused_in_a_sentence(world, asked_for):
    wrong = []
    for row in forms_heard():
        with rolled_back():
            client, url, body = opened(row, world)
            asked_for.clear()
            sent(client, url, body)
            texts = [name for name in TEXTS if name in {*asked_for, *body}][:1]
            for field in texts:
                answer = sent(client, url, body | {field: "x" * 1_000_000})
                wrong += [(str(row), field, fault) for fault in faults(answer)]
    assert not wrong, "\n".join(map(str, wrong))


# Where a form leads to ------------------------------------------------------------------------

LEADING = ["technicians:bulk", "technicians:bulk-undo", "technicians:list-columns"]


def test_a_query_that_no_list_has_does_not_turn_a_change_into_a_refusal(world):
    answers = {}
    for row in forms_heard():
        if row.route in LEADING:
            with rolled_back():
                client, url, body = opened(row, world)
                answer = sent(client, url, body | {"query": MANY_FIELDS})
                answers[row.route] = answer.status_code
    assert answers == dict.fromkeys(LEADING, 302)
