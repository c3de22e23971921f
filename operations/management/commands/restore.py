"""`manage.py restore FILE`: the desk as it was when the backup was made."""

import sys
from datetime import timedelta
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from accounts.models import User
from notifications.choices import DeliveryState
from notifications.models import Delivery
from operations.backups import BackupError, restore_backup
from operations.models import Worker
from tickets.models import Ticket


class Command(BaseCommand):
    help = (
        "Bring a backup back. Stop the desk first. Mails that waited in the backup are held:"
        " they have most likely been sent since; the admin sends or drops them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="replace a desk that is not empty, unasked"
        )

    def handle(self, *, file: Path, replace: bool, **options: object) -> None:
        if worker_runs():
            raise CommandError("A worker runs: stop the desk, then restore.")
        if not replace and not self.agreed():
            raise CommandError("Nothing was changed.")
        try:
            manifest = restore_backup(file)
        except BackupError as error:
            raise CommandError(str(error)) from error
        call_command("migrate", interactive=False, verbosity=0)
        held = Delivery.objects.filter(state=DeliveryState.HELD).count()
        self.stdout.write(
            f"Restored the desk of {manifest['made_at']}: {User.objects.count()} people,"
            f" {Ticket.objects.count()} tickets, {len(manifest['sha256']) - 1} files;"
            f" {held} waiting mails are held (send or drop them in the admin)."
        )

    def agreed(self) -> bool:
        """Ask before an existing desk is replaced; an empty one needs no question."""
        try:
            people, tickets = User.objects.count(), Ticket.objects.count()
        except DatabaseError:
            return True  # no tables yet
        if not people and not tickets:
            return True
        self.stdout.write(
            f"This desk has {people} people and {tickets} tickets. They will be gone."
        )
        if not sys.stdin.isatty():
            raise CommandError(
                "Say --replace (make restore FILE=... REPLACE=yes) if that is right."
            )
        return input("Type yes to replace them: ").strip() == "yes"


def worker_runs() -> bool:
    """Return whether a worker was seen within the last half minute."""
    recent = timezone.now() - timedelta(seconds=30)
    try:
        return Worker.objects.filter(seen_at__gt=recent).exists()
    except DatabaseError:
        return False
