"""`manage.py backup [FILE]`: the whole desk in one file, also while it runs."""

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations.backups import BackupError, make_backup


class Command(BaseCommand):
    help = "Save the database and all files into one archive, while the desk runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="default: BACKUP_DIR/supportdesk-<time>.tar.gz")

    def handle(self, *, file: str | None, **options: object) -> None:
        moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        target = Path(file or Path(settings.BACKUP_DIR) / f"supportdesk-{moment}.tar.gz")
        try:
            manifest = make_backup(target)
        except BackupError as error:
            raise CommandError(str(error)) from error
        files = len(manifest["sha256"]) - 1
        size = target.stat().st_size / 1_000_000
        self.stdout.write(f"{target}: the database and {files} files, {size:.1f} MB.")
