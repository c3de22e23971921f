"""H17: a migration that is killed is taken up again, and until it is through the desk isn't ready."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Killed when so many migrations are through: early, in the middle, and late.
STEPS = (1, 25, 60)
ASK = """
import django
django.setup()
from django.test import Client
visitor = Client(raise_request_exception=False, headers={"Host": "localhost"})
answer = visitor.get("/health/ready?checks=database,migrations")
page = visitor.post("/accounts/sign-in/", {"username": "ada", "password": "a long secret"})
print(answer.status_code, page.status_code)
"""

pytestmark = pytest.mark.slow


class Database:
    """An SQLite file, and the processes that use it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "desk.sqlite3"
        self.env = {
            "PATH": os.environ["PATH"],
            "DEBUG": "true",
            "DATABASE_URL": f"sqlite:///{self.path}",
            "DJANGO_SETTINGS_MODULE": "ticketing.settings",
            "PYTHONPATH": str(ROOT),
        }

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(  # noqa: S603
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run(self, *arguments: str) -> str:
        process = self.start(*arguments)
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        return said

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with contextlib.closing(sqlite3.connect(self.path, timeout=10)) as database:
            return list(database.execute(sql))

    def applied(self) -> int:
        """Return how many migrations are through, 0 before there is a table of them."""
        if not self.path.exists():
            return 0
        try:
            return int(str(self.rows("SELECT count(*) FROM django_migrations")[0][0]))
        except sqlite3.OperationalError:
            return 0

    def migrate_until(self, count: int) -> None:
        """Start to migrate, and kill it once so many are through."""
        process = self.start("manage.py", "migrate", "-v0")
        try:
            while self.applied() < count:
                assert process.poll() is None, "it was through before it could be killed"
                time.sleep(0.005)
        finally:
            process.kill()
            process.communicate()

    def answers(self) -> list[int]:
        """Return what a desk on this database answers: is it ready, and can one sign in."""
        return [int(word) for word in self.run("-c", ASK).split()[-2:]]


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path)


def schema(database: Database) -> list[tuple[object, ...]]:
    return sorted(database.rows("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def test_h17_a_killed_migration_is_completed_by_the_next_one(
    database: Database, tmp_path: Path
) -> None:
    assert database.answers() == [503, 503]
    for count in STEPS:
        database.migrate_until(count)
        assert database.rows("PRAGMA integrity_check") == [("ok",)]
        ready, page = database.answers()
        assert ready == 503
        assert page in (503, 422)  # a wrong password, once people have their final table
    database.run("manage.py", "migrate", "-v0")
    assert database.answers() == [200, 422]
    whole = Database(tmp_path / "whole")
    whole.path.parent.mkdir()
    whole.run("manage.py", "migrate", "-v0")
    assert schema(database) == schema(whole)
