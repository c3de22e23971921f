"""`manage.py export_audit_head`: the end of the audit chain, to be kept elsewhere."""

from django.core.management.base import BaseCommand

from operations.audit import export_head


class Command(BaseCommand):
    help = "Seal what there is and print the head of the audit log; AUDIT_HEAD_FILE gets it too."

    def handle(self, **options: object) -> None:
        self.stdout.write(export_head() or "The audit log is empty.")
