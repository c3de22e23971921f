"""`manage.py run_desk`: everything a desk needs, in one command (`make run`)."""

import hashlib
import io
import os
import sys
import time
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, connection, connections

from accounts.models import User
from operations.demo import SIGN_INS
from operations.schema import pending_migrations
from operations.supervisor import Supervisor, is_listening, port_problem
from tickets.models import Ticket

# Any number that no other program takes for its own lock in the same database.
MIGRATION_LOCK = 7_305_771
ASK_AGAIN = 3.0  # seconds between two looks for a database that is away


class Command(BaseCommand):
    help = (
        "Prepare the database (in development with demo data if it is empty), then run the web"
        " server and a worker together until Ctrl-C."
    )
    requires_system_checks: list[str] = []
    prepared = announced = complained = False
    asked_at = 0.0

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--no-demo-data", action="store_true", help="leave an empty database empty"
        )

    def handle(self, *, no_demo_data: bool = False, **options: object) -> None:
        self.wants_demo_data = settings.DEVELOPMENT and not no_demo_data
        if problem := port_problem(settings.HOST, settings.PORT):
            sys.exit(problem)
        try:
            self.before_start()
        except KeyboardInterrupt:
            sys.exit(130)
        self.supervisor = Supervisor(self.say, self.environment())
        self.supervisor.catch_signals()
        self.supervisor.start("web", self.manage("run_web"))
        if self.prepared:
            self.supervisor.start("worker", self.manage("run_worker"))
        code = self.supervisor.watch(self.tick)
        self.say("Stopped.")
        sys.exit(code)

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def manage(self, command: str) -> list[str]:
        return [sys.executable, str(settings.BASE_DIR / "manage.py"), command]

    def environment(self) -> dict[str, str]:
        """Return the environment of the children: ours, with a place to share figures."""
        metrics = settings.METRICS_DIR or str(settings.VAR_DIR / "metrics")
        return {**os.environ, "METRICS_DIR": metrics, "PYTHONUNBUFFERED": "1"}

    def before_start(self) -> None:
        if not settings.DEVELOPMENT:
            self.collect_static()
        self.prepare()

    def collect_static(self) -> None:
        """Collect and compress static files, unless nothing has changed since the last time."""
        mark = Path(settings.STATIC_ROOT) / ".collected"
        now = static_fingerprint()
        if mark.exists() and mark.read_text() == now:
            return
        self.say("Collecting static files.")
        call_command("collectstatic", interactive=False, verbosity=0)
        mark.write_text(now)

    def tick(self) -> None:
        """Prepare a database that was away at the start; say when the desk answers."""
        if not self.prepared and time.monotonic() - self.asked_at > ASK_AGAIN:
            self.prepare()
            if self.prepared:
                self.supervisor.start("worker", self.manage("run_worker"))
                self.announced = False
        if not self.announced and is_listening(settings.HOST, settings.PORT):
            self.announced = True
            self.announce()

    def prepare(self) -> None:
        """Migrate, and fill an empty development desk; one sentence if the database is away."""
        self.asked_at = time.monotonic()
        try:
            connection.ensure_connection()
            self.migrate()
            self.load_demo_data()
            self.sign_ins = self.working_sign_ins()
            self.prepared = True
        except OperationalError as error:
            if not self.complained:
                self.say(
                    f"The database {database_name()} can't be used ({first_line(error)});"
                    " the desk answers 503 until it can, and goes on by itself."
                )
            self.complained = True
        finally:
            connections.close_all()

    def migrate(self) -> None:
        """Bring the database up to date; of several servers that start at once, one does it."""
        pending = pending_migrations()
        if not pending:
            return
        self.say(f"Preparing the database {database_name()} ({len(pending)} migrations).")
        if connection.vendor != "postgresql":
            call_command("migrate", interactive=False, verbosity=0)
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
            call_command("migrate", interactive=False, verbosity=0)
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])

    def load_demo_data(self) -> None:
        """Fill the desk, only in development and only where nobody and nothing is."""
        if not self.wants_demo_data:
            return
        if User.objects.exists() or Ticket.objects.exists():
            return
        self.say("Loading the demo desk.")
        call_command("demo_data", stdout=io.StringIO())  # the sign-ins come last, from here

    def working_sign_ins(self) -> list[str]:
        """Return one line for each demo person that can sign in with the demo password."""
        if not settings.DEVELOPMENT:
            return []
        lines = []
        for entry in SIGN_INS:
            user = User.objects.active().matching_sign_in(entry.user_id_or_email).first()
            if user and user.check_password(entry.password):
                role = entry.role.label.lower()
                lines.append(f"  {role:<12} {entry.user_id_or_email:<26} {entry.password}")
        return lines

    def announce(self) -> None:
        self.say(f"{settings.SITE_NAME} is at {settings.SITE_URL} (Ctrl-C stops it).")
        if self.prepared and self.sign_ins:
            self.say("\n".join(["Sign in as:", *self.sign_ins]))
        if settings.DEVELOPMENT and settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
            self.say(f"The mail it would send is at {settings.SITE_URL}/dev/mail/.")


def static_fingerprint() -> str:
    """Return what changes when a static file is added, removed or edited."""
    found = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            edited = storage.get_modified_time(name).timestamp()
            found.update(f"{name}|{storage.size(name)}|{edited}\n".encode())
    return found.hexdigest()


def database_name() -> str:
    """Return which database is meant, without user or password."""
    config = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(config["NAME"])
    where = f"{config['HOST']}:{config['PORT'] or 5432}" if config["HOST"] else "the local socket"
    return f"{config['NAME']} on {where}"


def first_line(error: Exception) -> str:
    """Return the first line of an error, without the full stop."""
    return str(error).strip().split("\n")[0].rstrip(".")
