"""G02: web processes are killed while clients raise tickets, with a key, until each has an answer."""

import contextlib
import json
import os
import random
import select
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from operations.tests.test_run_desk import Desk, _children, _until

CLIENTS, KILLS = 4, 5
ACKNOWLEDGED = 15  # tickets between two kills
AGAIN = 0.1  # seconds until a client without an answer asks again
PASSWORD = "a long enough secret"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.django_db,
    pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's /proc; CI has it"),
]


def post(url: str, body: dict[str, str], **headers: str) -> tuple[int, dict[str, Any]]:
    """Send JSON; raises `OSError` or `HTTPException` where no whole answer comes."""
    sent = {"Content-Type": "application/json"} | headers
    request = urllib.request.Request(url, json.dumps(body).encode(), sent)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


class Client(threading.Thread):
    """Raises one ticket after the other; keeps on asking with the same key until it has a number."""

    def __init__(self, url: str, number: int, stop: threading.Event) -> None:
        super().__init__()
        self.url, self.stop = url, stop
        self.raised: list[tuple[str, str]] = []
        self.refused: list[Any] = []
        person = {"name": f"Person {number}", "email": f"p{number}@example.com"}
        status, tokens = post(f"{url}/api/auth/register", person | {"password": PASSWORD})
        assert status == 201
        self.headers = {"Authorization": f"Bearer {tokens['token']}"}
        self.path = f"{url}/api/tickets/customer/CUS{number:04d}"

    def run(self) -> None:
        while not self.stop.is_set() and not self.refused:
            self.raise_one(str(uuid.uuid4()))

    def raise_one(self, key: str) -> None:
        body = {"issue_category": "Network", "issue_description": key}
        headers = self.headers | {"Idempotency-Key": key}
        if len(self.raised) % 3 == 0:
            self.leave(body, headers)
        while not self.refused:
            try:
                status, answer = post(self.path, body, **headers)
            except (OSError, HTTPException, ValueError):
                time.sleep(AGAIN)  # killed while it answered, or nobody listens for a moment
                continue
            if status == 201:
                self.raised.append((key, answer["ticket_id"]))
                return
            if status not in (409, 503):  # still running; the database looks after the killed one
                self.refused.append((status, answer))
            time.sleep(AGAIN)

    def leave(self, body: dict[str, str], headers: dict[str, str]) -> None:
        """Ask, and be gone before the answer: it is lost, whether the ticket is there or not."""
        line = HTTPConnection("127.0.0.1", urlsplit(self.path).port, timeout=10)
        sent = {"Content-Type": "application/json"} | headers
        with contextlib.suppress(OSError, HTTPException):
            line.request("POST", urlsplit(self.path).path, json.dumps(body), sent)
            select.select([line.sock], [], [], 10)  # it has answered, or was killed
        line.close()


@pytest.fixture
def database() -> Iterator[str]:
    name, old = f"killed_{uuid.uuid4().hex[:12]}", connection.settings_dict
    where = f"{old['USER']}:{old['PASSWORD']}@{old['HOST']}:{old['PORT'] or 5432}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield f"postgres://{where}/{name}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def desk(database: str, tmp_path: Path) -> Iterator[Desk]:
    found = Desk(
        tmp_path, DATABASE_URL=database, WEB_PROCESSES="2", RATE_LIMIT_USER="100000/minute"
    )
    found.start()
    yield found
    found.stop(signal.SIGTERM)


def web_processes(desk: Desk) -> list[int]:
    """Return the processes that answer: children of the server that listens."""
    return [
        child
        for pid in _children(desk.process.pid)
        if b"granian" in command_of(pid)
        for child in _children(pid)
        if b"resource_tracker" not in command_of(child)
    ]


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def stored(database: str) -> dict[str, list[str]]:
    """Return the numbers of the stored tickets, by the key that is their text."""
    found: dict[str, list[str]] = {}
    with psycopg.connect(database) as direct:
        for number, text in direct.execute("SELECT number, description FROM tickets_ticket"):
            found.setdefault(text, []).append(f"TKT{number:04d}")
    return found


def test_g02_each_key_is_one_ticket_whoever_is_killed(desk: Desk, database: str) -> None:
    desk.ready()
    stop, dice = threading.Event(), random.Random(2)
    clients = [Client(desk.url, number, stop) for number in range(1, CLIENTS + 1)]
    for client in clients:
        client.start()
    killed: list[int] = []
    try:
        for _ in range(KILLS):
            wanted = sum(len(client.raised) for client in clients) + ACKNOWLEDGED
            _until(lambda wanted=wanted: sum(len(c.raised) for c in clients) >= wanted)
            victim = dice.choice(_until(lambda: web_processes(desk)))
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)
    finally:
        stop.set()
        for client in clients:
            client.join(60)
    assert len(set(killed)) == KILLS
    assert [client.refused for client in clients] == [[]] * CLIENTS
    acknowledged = {key: [number] for client in clients for key, number in client.raised}
    assert stored(database) == acknowledged
    numbers = sorted(number for (number,) in acknowledged.values())
    assert numbers == [f"TKT{number:04d}" for number in range(1, len(numbers) + 1)]
