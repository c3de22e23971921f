"""Measure the desk over HTTP, as production runs it. See README.md beside this file."""

import argparse
import http.client
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from benchmarks.scenarios import Scenario, facts, scenarios
from benchmarks.server import ROOT, Client, Server, cpu_seconds, resident_megabytes, spent

NO_LIMIT = "1000000/minute"


@dataclass
class Result:
    name: str
    clients: int
    per_second: float
    median: float
    slowest: float
    web: float
    database: float
    failed: int
    megabytes: float
    queries: int | None = None

    COLUMNS = (
        "| request | clients | per second | median ms | 95th ms | web CPU ms | database CPU ms"
        " | queries | memory MB | failed |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    )

    def row(self) -> str:
        return (
            f"| {self.name} | {self.clients} | {self.per_second:,.0f} | {self.median:.1f}"
            f" | {self.slowest:.1f} | {self.web:.1f} | {self.database:.1f}"
            f" | {'' if self.queries is None else self.queries} | {self.megabytes:.0f}"
            f" | {self.failed} |"
        )


def backends() -> list[int]:
    """Return the processes of PostgreSQL that serve this database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall()]


def run(scenario: Scenario, server: Server, *, clients: int, seconds: float) -> Result:
    """Send the request from so many clients for so long, after a short warming up."""
    times: list[float] = []
    failures: list[int] = []
    starts, ends = threading.Barrier(clients + 1), threading.Event()

    def work(index: int) -> None:
        client = Client(server.port)
        client.cookies = dict(scenario.cookies)
        mine, bad = [], 0
        request = {"headers": scenario.headers(index), "body": scenario.body(index)}
        path = scenario.path(index)
        client.send(scenario.method, path, **request)
        starts.wait()
        while not ends.is_set():
            began = time.perf_counter()
            try:
                bad += client.send(scenario.method, path, **request).status != scenario.expected
            except (OSError, http.client.HTTPException):
                bad += 1
                client.connection.close()
            mine.append(time.perf_counter() - began)
        times.extend(mine)
        failures.append(bad)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(clients)]
    for thread in threads:
        thread.start()
    starts.wait()
    web, database = cpu_seconds(server.web()), cpu_seconds(backends())
    began = time.perf_counter()
    time.sleep(seconds)
    ends.set()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - began
    after = cpu_seconds(server.web())
    count, milliseconds = len(times), sorted(1000 * t for t in times)
    return Result(
        name=scenario.name,
        clients=clients,
        per_second=count / elapsed,
        median=statistics.median(milliseconds),
        slowest=milliseconds[min(count - 1, int(count * 0.95))],
        web=1000 * spent(web, after) / count,
        database=1000 * spent(database, cpu_seconds(backends())) / count,
        failed=sum(failures),
        megabytes=resident_megabytes(server.web()),
    )


def count_queries(scenario: Scenario) -> int:
    """Return how many queries the request makes at its second time, asked inside this process."""
    from django.db import connection
    from django.test import Client as InProcess

    client = InProcess(headers={"host": "127.0.0.1"})
    client.cookies.load(scenario.cookies)
    counted = 0

    def count(execute, sql, params, many, context):
        nonlocal counted
        counted += not sql.startswith(("SAVEPOINT", "RELEASE"))
        return execute(sql, params, many, context)

    headers = dict(scenario.headers(0))
    content_type = headers.pop("Content-Type", "application/json")
    for _ in range(2):
        counted = 0
        with connection.execute_wrapper(count):
            client.generic(
                scenario.method,
                scenario.path(0),
                scenario.body(0),
                content_type=content_type,
                headers=headers,
            )
    return counted


# Mail servers in trouble ---------------------------------------------------------------------


@contextmanager
def slow_mail_server(seconds: float) -> Iterator[int]:
    """Accept connections and greet after so many seconds; yield the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Timer(seconds, connection.close).start()

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


def measure_mail(port: int, *, seconds: float) -> list[tuple[str, Result]]:
    """Measure "create" with a mail server that is away, and with one that is slow."""
    results = []
    with slow_mail_server(2) as slow, socket.create_server(("127.0.0.1", 0)) as closed:
        away = closed.getsockname()[1]
        closed.close()
        for name, mail in (("away", away), ("2 s slow", slow)):
            server = Server(port=port, with_worker=True, email_url=f"smtp://127.0.0.1:{mail}")
            try:
                create = next(s for s in scenarios(port, facts()) if s.name == "create")
                for clients in (1, 16):
                    results.append((name, run(create, server, clients=clients, seconds=seconds)))
            finally:
                server.stop()
    return results


# The program ---------------------------------------------------------------------------------


def prepare(port: int) -> None:
    """Set the environment of production for the server and for this process."""
    os.environ.update(
        DEBUG="false",
        DESK_DEVELOPMENT="0",
        SECRET_KEY=secrets.token_urlsafe(48),
        JWT_SECRET=secrets.token_urlsafe(48),
        ALLOWED_HOSTS="127.0.0.1",
        SITE_URL=f"http://127.0.0.1:{port}",
        HOST="127.0.0.1",
        PORT=str(port),
        STATIC_ROOT=tempfile.mkdtemp(prefix="static-"),
        RATE_LIMIT_SIGN_IN=NO_LIMIT,
        RATE_LIMIT_ANONYMOUS=NO_LIMIT,
        RATE_LIMIT_USER=NO_LIMIT,
        EMAIL_URL=os.environ.get("EMAIL_URL", "smtp://127.0.0.1:9"),
        LOG_FORMAT="json",
        DJANGO_SETTINGS_MODULE="ticketing.settings",
    )
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], cwd=ROOT, check=True
    )
    import logging

    import django

    django.setup()
    logging.disable(logging.CRITICAL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--only", default="", help="requests whose name has this in it")
    parser.add_argument("--smtp", action="store_true", help="create, with mail in trouble")
    options = parser.parse_args()
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        sys.exit("Set DATABASE_URL to a PostgreSQL database filled by demo_data.")
    prepare(options.port)
    say = sys.stdout.write
    if options.smtp:
        say(f"| mail server {Result.COLUMNS.replace('|---', '|---|---', 1)}\n")
        for name, result in measure_mail(options.port, seconds=options.seconds):
            say(f"| {name} {result.row()}\n")
        return
    server = Server(port=options.port)
    try:
        known = facts()
        load = os.getloadavg()[0]
        say(f"{known.tickets:,} tickets; load of the machine before: {load:.1f}\n\n")
        say(f"{Result.COLUMNS}\n")
        for scenario in scenarios(options.port, known):
            if options.only not in scenario.name:
                continue
            queries = count_queries(scenario)
            for clients in options.clients:
                result = run(scenario, server, clients=clients, seconds=options.seconds)
                result.queries = queries
                say(f"{result.row()}\n")
                sys.stdout.flush()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
