"""Workers as real processes that read a real IMAP server, killed again and again at any statement.

`MAIL_KILL_MESSAGES=1000` runs it over as many messages; the figures are printed (`pytest -s`).
"""

import json
import os
import time
from email import message_from_bytes, policy

import pytest
from imap_tools import MailBoxUnencrypted

from mailboxes.tests.dovecot import PASSWORD, PROGRAM, Dovecot
from mailboxes.tests.letters import letter
from notifications.tests.test_worker_processes import Desk
from notifications.tests.test_worker_processes import desk as desk

MESSAGES = int(os.environ.get("MAIL_KILL_MESSAGES", "60"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.skipif(not PROGRAM, reason="needs dovecot (Debian: dovecot-imapd); CI has it"),
]

SEED = """
from accounts.tests.factories import AdminFactory
from mailboxes.models import Mailbox
from mailboxes.services import save_mailbox
save_mailbox(
    Mailbox(), actor=AdminFactory(), secret=sys.argv[2], name="Support", address="support@localhost",
    host="127.0.0.1", port=int(sys.argv[1]), security="none", username="killed", folder="INBOX",
    takes_older=True,
)
"""
# Forks a worker again and again, two at a time. Each dies by SIGKILL before its n-th statement.
# A worker's hour is later than those of the dead before it: their leases have run out.
WORKERS = """
import json, os, random, signal, time
from datetime import timedelta
from django.db import connection, connections
from django.utils import timezone
from mailboxes.models import InboundMail
from mailboxes.services import fetch_all, process_due

dice, killed, generation, target = random.Random(7), 0, 0, int(sys.argv[1])
longest = int(sys.argv[2])

def work(lives, later):
    left = [lives]
    def step(execute, sql, params, many, context):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)
    with connection.execute_wrapper(step):
        while fetch_all() + process_due(limit=20, now=timezone.now() + later):
            pass

alive = {}
while True:
    while len(alive) < 2:
        generation += 1
        connections.close_all()
        lives, later = dice.randint(1, longest), timedelta(minutes=6 * generation)
        pid = os.fork()
        if pid == 0:
            try:
                work(lives, later)
            finally:
                os._exit(0)
        alive[pid] = lives
    pid, status = os.wait()
    alive.pop(pid)
    killed += os.WIFSIGNALED(status)
    rows = InboundMail.objects.filter(copy_of=None)
    if rows.count() == target and not rows.waiting().exists():
        break
for pid in alive:
    os.waitpid(pid, 0)
print(json.dumps({"killed": killed, "workers": generation}))
"""
# What a worker was killed over three times waits for a person, who lets it be read again.
READ_AGAIN = """
from accounts.models import User
from mailboxes.models import InboundMail
from mailboxes.services import process_due, read_again
failed = list(InboundMail.objects.filter(outcome="failed"))
admin = User.objects.admins().first()
for row in failed:
    read_again(row, actor=admin)
process_due(limit=10_000)
print(len(failed))
"""
FOUND = """
import json
from collections import Counter
from django.utils import timezone
from mailboxes.models import InboundMail
from notifications.models import Delivery
from tickets.models import Attachment, DoomedFile, Ticket
from tickets.services import tidy_files
DoomedFile.objects.update(due_at=timezone.now())
tidy_files()
rows = InboundMail.objects.all()
receipts = Delivery.objects.filter(message="ticket_created").values_list("recipient__email", flat=True)
print(json.dumps({
    "outcomes": Counter(rows.values_list("outcome", flat=True)),
    "copies": rows.exclude(copy_of=None).count(),
    "kept": rows.filter(stored_as__isnull=False).count(),
    "linked": rows.filter(ticket__isnull=False).values("ticket").distinct().count(),
    "tickets": Counter(Ticket.objects.values_list("description", flat=True)).most_common(1)[0][1],
    "ticket_count": Ticket.objects.count(),
    "files": Attachment.objects.filter(ticket__isnull=False).count(),
    "receipts": len(receipts),
    "people": len(set(receipts)),
}))
"""


@pytest.fixture
def server():
    """What the desk would send mails by: nobody sends any here."""

    class Nowhere:
        port = 9

    return Nowhere()


@pytest.fixture
def imap():
    server = Dovecot()
    server.start()
    yield server
    server.stop()


def fill(imap: Dovecot) -> int:
    """Put the messages there; return how many files they bring."""
    files = 0
    with MailBoxUnencrypted("127.0.0.1", imap.port).login("killed", PASSWORD) as box:
        for number in range(MESSAGES):
            raw = letter(f"p{number}@example.org", text=f"Message {number}")
            if number % 3 == 0:
                mail = message_from_bytes(raw, policy=policy.default)
                mail.add_attachment(
                    f"File {number}".encode(), maintype="text", subtype="plain", filename="a.txt"
                )
                raw, files = mail.as_bytes(), files + 1
            box.append(raw)
    return files


def test_e25_killed_at_any_step_each_message_comes_to_one_outcome(
    desk: Desk, imap: Dovecot, tmp_path
) -> None:
    desk.env["MEDIA_ROOT"] = str(tmp_path / "media")
    desk.run(SEED, imap.port, PASSWORD)
    files = fill(imap)
    started = time.monotonic()
    workers = desk.start(WORKERS, MESSAGES, 400)
    told, _ = workers.communicate(timeout=60 + 3 * MESSAGES)
    assert workers.returncode == 0
    figures = json.loads(told)
    seconds = time.monotonic() - started
    failed = int(desk.run(READ_AGAIN))
    found = json.loads(desk.run(FOUND))
    print({"messages": MESSAGES, "seconds": round(seconds), **figures, "failed": failed, **found})  # noqa: T201
    assert figures["killed"] >= MESSAGES // 20
    assert failed * 3 <= figures["killed"]
    assert found["outcomes"] == {"ticket": MESSAGES}
    assert found["copies"] == 0
    assert found["kept"] == found["linked"] == found["ticket_count"] == MESSAGES
    assert found["tickets"] == 1  # no text twice
    assert found["files"] == files
    assert found["receipts"] == found["people"] == MESSAGES
