"""The server that is measured, with its processes, and the clients that send it requests."""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
PASSWORD = "four-green-lamps"  # noqa: S105  the demo desk's, printed by demo_data


def descendants(pid: int) -> list[int]:
    """Return `pid` and the processes below it."""
    found = [pid]
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += descendants(int(child))
    return found


def cpu_seconds(pids: list[int]) -> dict[int, float]:
    """Return the CPU seconds that each process has used; those that are gone are left out."""
    used = {}
    for pid in pids:
        with suppress(OSError):
            stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used[pid] = (int(stat[11]) + int(stat[12])) / TICK
    return used


def resident_megabytes(pids: list[int]) -> float:
    total = 0
    for pid in pids:
        with suppress(OSError):
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    return total / 1e6


def spent(before: dict[int, float], after: dict[int, float]) -> float:
    return sum(seconds - before.get(pid, 0) for pid, seconds in after.items())


class Server:
    """The web server and, where wanted, the worker, with the settings of production."""

    def __init__(self, *, port: int, with_worker: bool = False, email_url: str = "") -> None:
        self.port = port
        if email_url:
            os.environ["EMAIL_URL"] = email_url
        self.processes = [self._start("run_web")]
        if with_worker:
            self.processes.append(self._start("run_worker"))
        for _ in range(300):
            with suppress(OSError, http.client.HTTPException):
                if Client(port).send("GET", "/health/live").status == 200:
                    return
            time.sleep(0.2)
        self.stop()
        sys.exit("The web server does not come up.")

    def _start(self, command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "manage.py", command],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def web(self) -> list[int]:
        return descendants(self.processes[0].pid)

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(40)


@dataclass
class Answer:
    status: int
    body: bytes
    headers: http.client.HTTPMessage


class Client:
    """One connection that is kept open, with its cookies."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, {}
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def send(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, body: str = ""
    ) -> Answer:
        sent = dict(headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body=body or None, headers=sent)
        response = self.connection.getresponse()
        answer = Answer(response.status, response.read(), response.msg)
        for line in response.msg.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def sign_in(self, name: str) -> None:
        """Sign in by the page, as a person does."""
        page = self.send("GET", "/accounts/sign-in/").body.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, page[:300]
        form = {"username": name, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://127.0.0.1:{self.port}",
        }
        answer = self.send("POST", "/accounts/sign-in/", headers=headers, body=urlencode(form))
        assert answer.status == 302, (name, answer.status)


def token_of(port: int, name: str) -> str:
    body = json.dumps({"user_id_or_email": name, "password": PASSWORD})
    headers = {"Content-Type": "application/json"}
    answer = Client(port).send("POST", "/api/auth/login", headers=headers, body=body)
    assert answer.status == 200, (name, answer.status, answer.body[:200])
    return json.loads(answer.body)["token"]
