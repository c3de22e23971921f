"""Takes one message from a mail server: `manage.py receive_mail RECIPIENT < message`.

Exit code 0: it is stored for good, the server may forget it. 75 (EX_TEMPFAIL, sysexits.h): it is
not, and the server should try again later.
"""

import os
import sys
import tempfile
from typing import Any, BinaryIO, cast

from django.core.management.base import BaseCommand, CommandParser

from mailboxes.choices import Source
from mailboxes.services import receive

TRY_LATER = os.EX_TEMPFAIL
CHUNK = 1_000_000
IN_MEMORY = 5_000_000


class Command(BaseCommand):
    help = "Take one message from standard input, as a mail server pipes it; 75: try again later."
    # A server that hands mail over wants an answer, not a list of checks.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "recipient", nargs="?", default="", help="Whom the server delivers it to."
        )

    def handle(self, *args: Any, recipient: str, **options: Any) -> None:
        try:
            with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as content:
                while chunk := sys.stdin.buffer.read(CHUNK):
                    content.write(chunk)
                if not content.tell():
                    self.stderr.write("There is no message on standard input.")
                    sys.exit(os.EX_DATAERR)
                content.seek(0)
                receive(cast("BinaryIO", content), source=Source.PIPE, recipient=recipient)
        except Exception as error:
            self.stderr.write(f"Not stored, try again later: {type(error).__name__}: {error}")
            sys.exit(TRY_LATER)
