"""manage.py demo_data: fill an empty desk with people and tickets that look like real ones."""

import sys
import time
from argparse import ArgumentParser
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from accounts.numbers import raise_counter
from operations.audit import seal_everything
from operations.demo import SIGN_INS
from operations.demo.answers import keep_ready
from operations.demo.clock import WorkClock
from operations.demo.keeping import write_notes
from operations.demo.loading import load_stories
from operations.demo.mails import fill_ledger
from operations.demo.staffing import Staffing
from operations.demo.stories import StoryTeller
from operations.demo.targets import promise, wind_up
from operations.statistics import keep_statistics
from tickets.models import Ticket
from tickets.models.ticket import TICKET_PREFIX
from tickets.services.creation import highest_number

DEFAULT_TICKETS = 220
SHORTEST, LONGEST = 75, 6 * 365
BAR = 30


class Command(BaseCommand):
    help = "Fill an empty desk with realistic demo data; the same seed gives the same desk."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tickets", type=int, default=DEFAULT_TICKETS, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S")
        parser.add_argument(
            "--if-empty", action="store_true", help="Do nothing where the desk has data."
        )
        parser.add_argument("--add", action="store_true", help="Add to a desk that has data.")
        parser.add_argument("--yes", action="store_true", help="Load it outside development, too.")

    def handle(self, *args: Any, **options: Any) -> None:
        count = options["tickets"]
        if count < 0:
            raise CommandError("--tickets can't be negative.")
        if not settings.DEVELOPMENT and not options["yes"]:
            raise CommandError(
                "Demo people have a published password. Add --yes to load them all the same."
            )
        if not options["add"] and not is_empty():
            if options["if_empty"]:
                return
            raise CommandError("This desk has data already. Use --add to add demo data to it.")
        started = time.monotonic()
        self._load(count, options["seed"])
        self._analyze()
        seal_everything()
        seconds = time.monotonic() - started
        self.stdout.write(f"Loaded {count:,} tickets in {seconds:.0f} s.")
        for sign_in in SIGN_INS:
            self.stdout.write(
                f"  {sign_in.role.label}: {sign_in.user_id_or_email} / {sign_in.password}"
            )

    @transaction.atomic
    def _load(self, count: int, seed: int) -> None:
        clock = WorkClock(
            until=timezone.now(), days=days_for(count), zone=ZoneInfo(settings.TIME_ZONE)
        )
        roster = Staffing(tickets=count, since=clock.days[0], seed=seed).roster()
        first = highest_number() + 1
        stories = StoryTeller(roster, clock, seed=seed).tell(count, first_number=first)
        bar = ProgressBar(count)
        load_stories(stories, roster, expected=count, progress=bar.show)
        raise_counter(TICKET_PREFIX, first + count - 1)
        promise()
        wind_up()
        write_notes()
        keep_ready()
        fill_ledger()

    def _analyze(self) -> None:
        """Tell the planner what is there now."""
        if connection.in_atomic_block:
            return
        if connection.vendor == "sqlite":
            keep_statistics()
            return
        tables = connection.introspection.django_table_names(only_existing=True)
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM (ANALYZE) {', '.join(tables)}")


class ProgressBar:
    """A bar on standard error, drawn on a terminal only."""

    def __init__(self, total: int) -> None:
        self.total, self.is_shown = max(total, 1), sys.stderr.isatty()

    def show(self, done: int) -> None:
        if not self.is_shown:
            return
        filled = BAR * done // self.total
        bar = "█" * filled + "░" * (BAR - filled)
        end = "\n" if done >= self.total else ""
        sys.stderr.write(f"\r{bar} {done:,} of {self.total:,} tickets{end}")
        sys.stderr.flush()


def is_empty() -> bool:
    """Whether the desk has no ticket and nobody but admins."""
    return not (Ticket.objects.exists() or User.objects.exclude(role=Role.ADMIN).exists())


def days_for(count: int) -> int:
    """Return over how many days so many tickets are spread: weeks for few, years for many."""
    return min(LONGEST, SHORTEST + round(count**0.55))
