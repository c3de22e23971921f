"""manage.py import_legacy: take people and tickets over from the older system."""

import sys
from argparse import ArgumentParser
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.choices import Role
from accounts.models import User
from operations.audit import seal_everything
from operations.legacy.counters import last_numbers, set_counters
from operations.legacy.people import PeopleImport
from operations.legacy.report import Report, TableReport
from operations.legacy.source import LegacyDatabase, UnreadableSource
from operations.legacy.tickets import TicketImport
from tickets.models import Ticket

SOMETHING_LEFT_OUT = 3


class Command(BaseCommand):
    help = (
        "Take admins, customers, technicians, tickets and counters over from the older system's"
        " PostgreSQL database. It is only read; no mail is sent; a second run takes what is new."
        " Exit code 3: some rows could not be taken, each is named with the reason."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("url", help="postgresql://user:password@host:port/name")
        parser.add_argument(
            "--dry-run", action="store_true", help="Tell what would happen and keep nothing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = Report()
        try:
            with LegacyDatabase(options["url"]) as old:
                if options["dry_run"]:
                    with transaction.atomic():
                        counters = self._import(old, report)
                        transaction.set_rollback(True)
                else:
                    counters = self._import(old, report)
                    seal_everything()
        except UnreadableSource as error:
            raise CommandError(str(error)) from error
        self._tell(report, counters, is_dry=options["dry_run"])
        if not report.is_complete:
            sys.exit(SOMETHING_LEFT_OUT)

    def _import(self, old: LegacyDatabase, report: Report) -> dict[str, int]:
        people = PeopleImport()
        roles = {
            "admins": Role.ADMIN,
            "technicians": Role.TECHNICIAN,
            "customers": Role.CUSTOMER,
        }
        for table, role in roles.items():
            self._warn_if_missing(old, table)
            with transaction.atomic():
                people.take(role, old.rows(table), report.table(table))
        self._warn_if_missing(old, "tickets")
        total = old.count("tickets")
        tickets = TicketImport(people, ZoneInfo(settings.TIME_ZONE))
        tickets.take(
            old.rows("tickets"), report.table("tickets"), lambda done: self._progress(done, total)
        )
        with transaction.atomic():
            return set_counters(last_numbers(old.rows("counters")))

    def _warn_if_missing(self, old: LegacyDatabase, table: str) -> None:
        if not old.has(table):
            self.stderr.write(f"The old database has no table {table}.")

    def _progress(self, done: int, total: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done >= total else ""
            self.stderr.write(f"\rtickets: {done:,} of {total:,}{end}", ending="")

    def _tell(self, report: Report, counters: dict[str, int], *, is_dry: bool) -> None:
        for heading, sentences in (
            ("Taken, with a change:", [s for t in report.tables for s in t.remarks]),
            ("Could not be taken:", [s for t in report.tables for s in t.left_out]),
        ):
            if sentences:
                self.stdout.write(heading)
                for sentence in sentences:
                    self.stdout.write(f"  {sentence}")
        columns = ("old", "taken now", "here before", "left out", "in this desk")
        self.stdout.write(f"{'':<12}" + "".join(f"{column:>14}" for column in columns))
        for table in report.tables:
            self.stdout.write(self._line(table))
        numbers = ", ".join(f"{name} {value}" for name, value in sorted(counters.items()))
        self.stdout.write(f"Last numbers: {numbers}")
        if is_dry:
            self.stdout.write("Dry run: nothing was kept.")

    def _line(self, table: TableReport) -> str:
        here = {
            "admins": User.objects.present().admins(),
            "technicians": User.objects.present().technicians(),
            "customers": User.objects.present().customers(),
            "tickets": Ticket.objects.present(),
        }[table.table].count()
        counts = (table.read, table.taken, table.present, len(table.left_out), here)
        return f"{table.table:<12}" + "".join(f"{count:>14,}" for count in counts)
