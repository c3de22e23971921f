"""`manage.py verify_audit`: whether the audit log is as it was written."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations.audit import verify


class Command(BaseCommand):
    help = "Check the chain of the audit log; name the first bad row and exit 1 if there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="SEQ:HASH|FILE",
            help="an exported head, or a file with one in each line, that the chain must contain",
        )

    def handle(self, *, head: list[str], **options: object) -> None:
        report = verify(heads=[line for given in head for line in heads_of(given)])
        if report.problem:
            raise CommandError(report.problem)
        self.stdout.write(
            f"The audit log is intact: {report.seals:,} rows are sealed, {report.unsealed:,} are"
            f" not sealed yet, details of {report.erased:,} were erased."
        )
        if report.head:
            self.stdout.write(f"Head: {report.head}")


def heads_of(given: str) -> list[str]:
    """Return the head itself, or those at the ends of the lines of a file."""
    path = Path(given)
    if ":" in given and not path.exists():
        return [given]
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CommandError(f"{given} can't be read: {error.strerror}.") from error
    return [line.split()[-1] for line in lines if line.strip()]
