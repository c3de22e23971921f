"""What the ledger costs with 60,000 mails in it, read from the plans: nothing scans the table."""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import AdminFactory
from mailboxes.models import InboundMail, Mailbox
from mailboxes.services import forget_old_mail, process_due, processing
from mailboxes.services.care import mail_of_the_day
from mailboxes.services.fetching import fetch_all
from mailboxes.services.storing import Place, at_place, original_of
from mailboxes.tests.letters import bring, letter
from ticketing.tests.test_plans import nodes, touched

MAILS = 60_000
MOST_ROWS = 2_500
TABLE = "mailboxes_inboundmail"
pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

# One mail in three minutes; one in a thousand waits for somebody to look at it, ten are new.
LEDGER = """
    INSERT INTO mailboxes_inboundmail (
        key, source, mailbox_id, uidvalidity, uid, recipient, stored_as, size, fingerprint, sender,
        subject, outcome, reason, trace, attempts, next_attempt_at, received_at
    )
    SELECT gen_random_uuid(), 'imap', %(mailbox)s, 7, n, '', 'mail/' || n, 1000, md5(n::text),
        'p' || n %% 997 || '@example.org', 'Subject', CASE WHEN n > %(count)s - 10 THEN 'received'
            WHEN n %% 1000 = 1 THEN 'suspended' WHEN n %% 1000 = 2 THEN 'failed'
            WHEN n %% 4 = 0 THEN 'ignored' WHEN n %% 4 = 1 THEN 'ticket' ELSE 'reply' END,
        'A new request.', '', 1, now() - (%(count)s - n) * interval '3 minutes',
        now() - (%(count)s - n) * interval '3 minutes'
    FROM generate_series(1, %(count)s) AS n
"""


@pytest.fixture(scope="module")
def ledger(django_db_setup, django_db_blocker):
    """A large ledger for all tests of this file, taken back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        mailbox = Mailbox.objects.create(name="Help", address="help@example.com", is_active=False)
        with connection.cursor() as cursor:
            cursor.execute(LEDGER, {"count": MAILS, "mailbox": mailbox.pk})
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute(f"ANALYZE {InboundMail._meta.db_table}")
        yield mailbox
        transaction.set_rollback(True)


@pytest.fixture
def client(ledger):
    client = Client()
    client.force_login(AdminFactory())
    return client


def check(captured):
    """Fail if a query scanned the ledger, or touched much of it."""
    asked = [query["sql"] for query in captured.captured_queries if TABLE in query["sql"]]
    asked = [sql for sql in asked if sql.lstrip().startswith(("SELECT", "UPDATE"))]
    for sql in asked:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}")
            answer = cursor.fetchone()[0]
            transaction.set_rollback(True)
        plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
        for node in nodes(plan):
            if node.get("Relation Name") == TABLE or "Index Name" in node:
                assert node["Node Type"] != "Seq Scan", f"{sql}\n{node}"
                assert touched(node) <= MOST_ROWS, f"{sql}\n{node}"
    return asked


LIST = "/admin/mailboxes/inboundmail/"
PAGES = [
    LIST,
    f"{LIST}?p=19",
    *(f"{LIST}?outcome={outcome}" for outcome in ("suspended", "failed", "received", "ignored", "ticket")),
    f"{LIST}?outcome=bounce",
    f"{LIST}?q=p7@example.org",
    f"{LIST}?q=nobody@example.org",
    f"{LIST}?q=TKT0042",
    "/dev/mail/write/",
]  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
def test_the_admins_pages(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    assert check(captured)


def test_the_page_of_one_mail(client, ledger):
    mail = InboundMail.objects.filter(outcome="suspended").last()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"{LIST}{mail.pk}/change/").status_code == 200
    assert check(captured)


def test_what_the_worker_asks(ledger):
    now = timezone.now()
    place = Place(ledger, 7, MAILS)
    row = InboundMail(fingerprint="0" * 32)

    def look(work):
        with CaptureQueriesContext(connection) as captured:
            work()
        return check(captured)

    assert look(lambda: processing.lease_next(now))
    assert look(lambda: at_place(place))
    assert look(lambda: original_of(row))
    assert look(lambda: mail_of_the_day(now))
    assert look(lambda: forget_old_mail(now))
    look(fetch_all)


def test_what_one_mail_costs(ledger):
    InboundMail.objects.waiting().update(next_attempt_at=timezone.now() + timedelta(days=1))
    with CaptureQueriesContext(connection) as captured:
        row = bring(letter("p7@example.org"))
    assert row.outcome == "ticket"
    assert check(captured)
    assert process_due() == 0
