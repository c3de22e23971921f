"""`run_desk` as a whole: starts, answers, restarts what dies, stops cleanly, needs no database."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def _get(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310
            return response.status, dict(response.headers), response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read().decode()


def _until(check, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = check()
        except (OSError, urllib.error.URLError):
            found = None
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError("it did not happen in time")


class Desk:
    """A desk that runs in processes of its own, with a database and a port of its own."""

    def __init__(self, folder, **environment):
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = folder / "output.txt"
        self.environment = {
            "PATH": os.environ["PATH"],
            "DEBUG": "true",
            "PORT": str(self.port),
            "DATABASE_URL": f"sqlite:///{folder}/desk.sqlite3",
            "METRICS_DIR": str(folder / "metrics"),
            "EMAIL_URL": "dummymail://",
            **environment,
        }

    def start(self):
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "run_desk", "--no-demo-data"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return self

    def said(self):
        return self.output.read_text()

    def ready(self):
        return _until(lambda: _get(f"{self.url}/health/ready")[0] == 200)

    def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.process.wait(40)


@pytest.fixture
def desk(tmp_path):
    started = []

    def start(**environment):
        started.append(Desk(tmp_path, **environment).start())
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.stop(signal.SIGTERM)


def _children(pid):
    path = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(child) for child in path.read_text().split()] if path.exists() else []
    return found + [below for child in found for below in _children(child)]


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's /proc; CI has it")
def test_it_runs_restarts_what_is_killed_and_stops_cleanly(desk):
    one = desk()
    one.ready()
    assert f"SupportDesk is at {one.url}" in one.said()
    for name in ("granian", "run_worker"):
        victims = [
            pid
            for pid in _children(one.process.pid)
            if name in Path(f"/proc/{pid}/cmdline").read_text()
        ]
        os.kill(victims[0], signal.SIGKILL)
        _until(lambda name=name: "killed by SIGKILL" in one.said())
        one.ready()
    children = _children(one.process.pid)
    assert one.stop() == 0
    assert "Stopped." in one.said()
    _until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in children))
    with socket.create_server(("127.0.0.1", one.port)):
        pass


def test_a_port_in_use_is_one_sentence(desk):
    with socket.create_server(("127.0.0.1", 0)) as server:
        one = desk(PORT=str(server.getsockname()[1]))
        assert one.process.wait(60) == 1
    assert one.said().startswith("Port ")
    assert len(one.said().strip().splitlines()) == 1


def test_without_its_database_it_answers_503_and_heals(desk, tmp_path):
    folder = tmp_path / "later"
    folder.mkdir(mode=0o700)
    blocked = folder / "desk.sqlite3"
    blocked.mkdir()  # a folder where the file should be: SQLite can't open it
    one = desk(DATABASE_URL=f"sqlite:///{blocked}")
    status, headers, body = _until(lambda: _get(f"{one.url}/health/ready"))
    assert status == 503
    assert "the database does not answer" in body
    for address in ("/accounts/sign-in/", "/api/categories"):
        status, headers, body = _get(one.url + address)
        if status == 503:
            assert headers["Retry-After"] == "5"
    assert _get(f"{one.url}/health/live")[0] == 200
    assert _get(f"{one.url}/static/css/desk.css")[0] == 200
    blocked.rmdir()
    one.ready()
    assert "can't be used" in one.said()
    assert "Traceback" not in one.said()


HALF = b"POST /accounts/sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n\r\nusername=half"


def test_clients_that_send_half_a_form_and_wait_hold_up_nobody(desk):
    one = desk(WEB_PROCESSES="1", WEB_THREADS="2")
    one.ready()
    waiting = [socket.create_connection(("127.0.0.1", one.port)) for _ in range(40)]
    try:
        for client in waiting:
            client.sendall(HALF + FORM)
        for _ in range(5):
            assert _get(f"{one.url}/accounts/sign-in/")[0] == 200
    finally:
        for client in waiting:
            client.close()
