"""Workers as real processes: killed at every step of the conversation, and four at once."""

import os
import signal
import subprocess
import sys
import uuid
from collections import Counter
from email import message_from_bytes

import pytest
from django.conf import settings
from django.db import connection

from notifications.tests.smtp_server import ACCEPTED, BANNER, DATA, DOT, MAIL, RCPT, SMTPServer

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

SEED = """
from tickets.choices import Status
from tickets.services import add_reply
from tickets.tests.factories import TicketFactory
from technicians.tests.factories import TechnicianFactory
from django.db import transaction
with transaction.atomic():
    technician = TechnicianFactory().user
    for number in range(int(sys.argv[1])):
        ticket = TicketFactory(technician=technician, status=Status.ASSIGNED)
        add_reply(ticket, actor=technician, body=f"Reply {number}")
"""
WORKER = """
import os, signal
from datetime import timedelta
from django.utils import timezone
from notifications import tasks
if "before commit" in sys.argv:
    tasks.finish = lambda *args, **fields: os.kill(os.getpid(), signal.SIGKILL)
later = timedelta(hours=int(sys.argv[1]))
while tasks.deliver_due(now=timezone.now() + later):
    pass
"""
STATES = """
from notifications.models import Delivery
print(*Delivery.objects.values_list("state", flat=True))
"""


class Desk:
    """A desk with a database of its own, used through processes of its own."""

    def __init__(self, database_url, port):
        self.env = os.environ | {
            "DATABASE_URL": database_url,
            "TEST_DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "ticketing.tests.settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "PYTHONPATH": str(settings.BASE_DIR),
        }

    def start(self, code, *args):
        setup = "import sys, django\ndjango.setup()\n"
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", setup + code, *map(str, args)],
            env=self.env,
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run(self, code, *args):
        process = self.start(code, *args)
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        return output

    def migrate(self):
        self.run("from django.core.management import call_command\ncall_command('migrate')")

    def states(self):
        return set(self.run(STATES).split())


@pytest.fixture
def server():
    with SMTPServer() as running:
        yield running


@pytest.fixture
def desk(tmp_path, server):
    if connection.vendor == "sqlite":
        found = Desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", server.port)
        found.migrate()
        yield found
        return
    name = f"killed_{uuid.uuid4().hex[:12]}"
    old = connection.settings_dict
    where = f"{old['USER']}:{old['PASSWORD']}@{old['HOST']}:{old['PORT'] or 5432}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        found = Desk(f"postgres://{where}/{name}", server.port)
        found.migrate()
        yield found
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def ids(server):
    """Return (recipient, Message-ID) of each mail that the server has accepted."""
    return [(to, message_from_bytes(raw)["Message-ID"]) for to, raw in server.mails]


def test_a_worker_killed_at_any_step_loses_no_mail_and_shows_none_twice(desk, server):
    steps = [BANNER, MAIL, RCPT, DATA, DOT, ACCEPTED, "before commit"]
    desk.run(SEED, 2 * len(steps))
    for hours, step in enumerate(steps):
        killed = []
        worker = desk.start(WORKER, hours, step)

        def kill(at, *, step=step, worker=worker, killed=killed):
            if at == step and not killed:
                killed.append(True)
                worker.send_signal(signal.SIGKILL)
                worker.wait()

        server.on = kill
        worker.wait(60)
        worker.stdout.close()
        assert worker.returncode == -signal.SIGKILL
    server.on = lambda at: None
    desk.run(WORKER, 24)
    assert desk.states() == {"sent"}
    counts = Counter(ids(server))
    assert len(counts) == 2 * len(steps)
    assert counts.total() > len(counts)  # some came twice, under the same id ...
    assert len({raw for _, raw in server.mails}) == len(
        counts
    )  # ... and are the same, byte by byte


def test_four_workers_share_the_work_without_doubling(desk, server):
    desk.run(SEED, 60)
    workers = [desk.start(WORKER, 0) for _ in range(4)]
    for worker in workers:
        worker.communicate(timeout=120)
        assert worker.returncode == 0
    assert desk.states() == {"sent"}
    counts = Counter(ids(server))
    assert (len(counts), counts.total()) == (60, 60)
    assert server.connections > 1
