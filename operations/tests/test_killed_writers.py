"""H20: whoever writes to SQLite is killed at any moment; what they said was stored is there."""

import contextlib
import os
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KILLS = 12
LONGEST = 0.25  # seconds from the first ticket to the end
SETUP = "import sys, django\ndjango.setup()\n"
MIGRATE = """
from django.core.management import call_command
from django.db import transaction
from accounts.tests.factories import CustomerFactory
call_command("migrate", verbosity=0)
with transaction.atomic():
    CustomerFactory()
"""
# Says each number when its transaction is through, and never before.
WRITER = """
from accounts.models import User
from tickets.services import create_ticket
customer = User.objects.get()
while True:
    ticket = create_ticket(
        customer=customer, actor=customer, description="It burns.", category_text="Fire"
    )
    sys.stdout.write(f"{ticket.ticket_id}\\n")
    sys.stdout.flush()
"""

pytestmark = pytest.mark.slow


class Desk:
    """An SQLite file that processes write to."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "desk.sqlite3"
        self.env = {
            "PATH": os.environ["PATH"],
            "DEBUG": "true",
            "DATABASE_URL": f"sqlite:///{self.path}",
            "DJANGO_SETTINGS_MODULE": "ticketing.settings",
            "EMAIL_URL": "dummymail://",
            "LOG_LEVEL": "ERROR",
            "PYTHONPATH": str(ROOT),
        }

    def start(self, code: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", SETUP + code],
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.PIPE,
            text=True,
        )

    def write_for(self, seconds: float) -> list[str]:
        """Return the numbers that a writer told before it was killed, so long after the first."""
        process = self.start(WRITER)
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(seconds)
        process.kill()
        rest, _ = process.communicate()
        # A line without its end was cut off while it was said.
        return [first.strip(), *(line for line in rest.splitlines(keepends=True) if "\n" in line)]

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with contextlib.closing(sqlite3.connect(self.path, timeout=10)) as database:
            return list(database.execute(sql))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    found = Desk(tmp_path)
    process = found.start(MIGRATE)
    process.communicate(timeout=120)
    assert process.returncode == 0
    return found


def test_h20_what_was_acknowledged_is_there_after_each_kill(desk: Desk) -> None:
    dice, told = random.Random(20), []
    for _ in range(KILLS):
        told += [int(number.strip()[3:]) for number in desk.write_for(dice.uniform(0, LONGEST))]
        stored = {number for (number,) in desk.rows("SELECT number FROM tickets_ticket")}
        assert set(told) <= stored
        assert desk.rows("PRAGMA integrity_check") == [("ok",)]
        assert desk.rows("PRAGMA foreign_key_check") == []
    assert len(told) == len(set(told))
    # Neither a gap nor half a ticket: each has what came with it in its transaction.
    assert sorted(stored) == list(range(1, len(stored) + 1))
    events = desk.rows("SELECT ticket_id FROM tickets_ticketevent WHERE type = 'created'")
    assert sorted(number for (number,) in events) == sorted(stored)
