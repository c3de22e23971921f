"""`manage.py run_web`: the web server, until SIGTERM. It needs no database to come up."""

import os
import shutil
import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections

from operations.health import migrations_problem
from operations.supervisor import port_problem

# The server's threads only receive, WEB_THREADS of our own answer: see `ticketing/bodies.py`.
RECEIVING = 128


class Command(BaseCommand):
    help = "Serve the pages and the REST interface on HOST and PORT (granian, WSGI)."
    requires_system_checks: list[str] = []

    def handle(self, **options: object) -> None:
        if problem := port_problem(settings.HOST, settings.PORT):
            sys.exit(problem)
        if settings.SECURE_SITE and not settings.DEVELOPMENT and not settings.TRUSTED_PROXY_COUNT:
            self.stderr.write(
                "SITE_URL is https, but TRUSTED_PROXY_COUNT is 0: behind a proxy that ends TLS,"
                " set TRUSTED_PROXY_COUNT=1."
            )
        if problem := self.schema_problem():
            self.stderr.write(
                f"The database is not ready, pages answer 503 until it is: migrations, {problem}."
            )
        if settings.METRICS_DIR:
            shutil.rmtree(settings.METRICS_DIR, ignore_errors=True)
            Path(settings.METRICS_DIR).mkdir(parents=True, exist_ok=True)
        os.execv(sys.executable, [sys.executable, "-m", "granian", *granian_arguments()])  # noqa: S606

    def schema_problem(self) -> str:
        """Return what is missing in a database that answers; one that is away comes back."""
        try:
            return migrations_problem()
        except DatabaseError:
            return ""
        finally:
            connections.close_all()


def granian_arguments() -> list[str]:
    """Return granian's command line: worker processes that die are replaced, requests finish."""
    options = {
        "interface": "wsgi",
        "host": settings.HOST,
        "port": settings.PORT,
        "workers": settings.WEB_PROCESSES,
        "blocking-threads": RECEIVING,
        "workers-kill-timeout": 20,
        "http": "1",
        "log-level": "error",
        "respawn-interval": 0.5,
    }
    flags = ["--no-ws", "--respawn-failed-workers"]
    pairs = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    return [*pairs, *flags, "ticketing.wsgi:application"]
