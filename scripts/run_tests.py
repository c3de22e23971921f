"""Runs the whole suite: on SQLite, on PostgreSQL where one is reachable, in a browser where found.

In CI (`CI=true`) PostgreSQL and a browser are required. What was left out is said at the end.
Arguments are handed to pytest, for example `make test` or `scripts/run_tests.py tickets -x`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The usual places of a server on this machine: the socket, then the loopback address.
USUAL_SERVERS = (
    "postgres:///postgres",
    "postgres://postgres@127.0.0.1:5432/postgres",
)
CAN_MAKE_DATABASES = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


def say(text: str) -> None:
    """Print at once, in order with what pytest prints."""
    print(text, flush=True)  # noqa: T201


def usable(url: str) -> bool:
    """Return whether the server answers and lets us make test databases."""
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute(CAN_MAKE_DATABASES).fetchone()
    except psycopg.Error:
        return False
    return bool(row and row[0])


def postgresql_url() -> str:
    """Return the URL of the database beside which the test database is made, or an empty text."""
    named = os.environ.get("TEST_DATABASE_URL", "")
    if named:
        return named
    return next((url for url in USUAL_SERVERS if usable(url)), "")


def browser_path() -> str:
    """Return the first Chromium on PATH, or an empty text."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), "")


def imap_server() -> str:
    """Return the path of dovecot, which the tests start for themselves, or an empty text."""
    return shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin") or ""


def run(name: str, url: str, arguments: list[str], *, first: bool) -> bool:
    """Run pytest once; coverage of all runs is added up. Returns whether all passed."""
    say(f"\n== {name}")
    environment = os.environ | {"TEST_DATABASE_URL": url, "TEST_LEGACY_URL": postgresql_url()}
    processes = str(max(1, min(os.cpu_count() or 1, 4)))
    # What is demanded is demanded of all runs together, at the end.
    coverage = ["--cov", "--cov-report=", "--cov-fail-under=0"] + (
        [] if first else ["--cov-append"]
    )
    command = [sys.executable, "-m", "pytest", "-q", "-n", processes, *coverage, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0  # noqa: S603


def main() -> int:
    """Run everything that can run here; return the exit code."""
    arguments = sys.argv[1:]
    os.environ.pop("DATABASE_URL", None)  # the suite never touches the desk's own database
    browser, postgresql = browser_path(), postgresql_url()
    left_out = []
    if not browser:
        left_out.append("browser tests (no Chromium on PATH)")
    if not postgresql:
        left_out.append("PostgreSQL (none reachable; set TEST_DATABASE_URL)")
    if not imap_server():
        left_out.append("IMAP tests (no dovecot; Debian: dovecot-imapd)")
    if IN_CI and left_out:
        say(f"CI needs what is missing here: {'; '.join(left_out)}.")
        return 1
    results = {"SQLite": run("SQLite", "", arguments, first=True)}
    if postgresql:
        # The pages are the same on both databases, and so is what asks none: those ran once.
        again = ["-m", "not browser", "--database-only"]
        results["PostgreSQL"] = run("PostgreSQL", postgresql, [*again, *arguments], first=False)
    covered = True
    if not arguments:
        say("\n== Coverage of all runs")
        command = [sys.executable, "-m", "coverage", "report"]
        covered = subprocess.run(command, cwd=ROOT, check=False).returncode == 0  # noqa: S603
    say("")
    for name, passed in results.items():
        say(f"{name}: {'passed' if passed else 'FAILED'}.")
    say(f"Left out: {'; '.join(left_out)}." if left_out else "Nothing was left out.")
    return 0 if all(results.values()) and covered else 1


if __name__ == "__main__":
    sys.exit(main())
