"""`manage.py check_files`: whether the stored files and their rows agree."""

import sys

from django.core.management.base import BaseCommand

from tickets.services import find_strays

WORDS = {
    "without_row": "file without a row",
    "without_file": "row without its file",
}


class Command(BaseCommand):
    help = "Name files that no row knows, and rows whose file is missing; exits with 1 for any."

    def handle(self, **options: object) -> None:
        strays = find_strays()
        for kind, names in strays.items():
            for name in names:
                self.stdout.write(f"{WORDS[kind]}: {name}")
        if any(strays.values()):
            sys.exit(1)
        self.stdout.write("Every file has its row, and every row its file.")
