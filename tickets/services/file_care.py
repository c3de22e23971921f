"""What the desk does by the clock with files: check, tidy up, compare rows with the storage."""

import logging
from datetime import timedelta

from django.db import DatabaseError
from django.utils import timezone

from tickets import storage
from tickets.models import Attachment, DoomedFile
from tickets.scanner import ScannerAway, find_virus, is_scanning
from tickets.services.attachments import FRESH_HOURS, STORING_HOURS, _delete, note_scan

logger = logging.getLogger("desk.files")
BATCH = 500
EXAMPLES = 5


def tidy_files() -> int:
    """Remove fresh uploads that nobody sent for a day, and files whose time has come; count them.

    Also what uploads that were cut off have left in the folder for incoming files.
    """
    old = timezone.now() - timedelta(hours=FRESH_HOURS)
    fresh = Attachment.objects.fresh().filter(created_at__lt=old).order_by("created_at")
    count = _delete(
        Attachment.objects.filter(pk__in=list(fresh.values_list("pk", flat=True)[:BATCH]))
    )
    due = DoomedFile.objects.filter(due_at__lte=timezone.now()).order_by("due_at")
    for doomed in due[:BATCH]:
        # A slow upload may have got its row after all.
        if not Attachment.objects.filter(stored_as=doomed.name).exists():
            try:
                storage.delete(doomed.name)
            except DatabaseError:
                raise
            except Exception:
                logger.warning("a file could not be deleted yet", exc_info=True)
                continue
            count += 1
        doomed.delete()
    return count + _sweep_incoming()


def _sweep_incoming() -> int:
    folder, count = storage.incoming_folder(), 0
    if not folder.is_dir():
        return 0
    oldest = timezone.now().timestamp() - STORING_HOURS * 3600
    for path in folder.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            count += 1
    return count


def scan_waiting_files() -> int:
    """Show files that wait to the virus scanner; return how many it has judged.

    While it is away they go on waiting. Without a scanner they are let through.
    """
    count = 0
    for attachment in Attachment.objects.waiting()[:BATCH]:
        try:
            finding = _finding(attachment)
        except ScannerAway as error:
            logger.warning("the virus scanner is away", extra={"error": str(error)})
            break
        except FileNotFoundError:
            logger.error("a file is missing", extra={"file": str(attachment.pk)})
            continue
        note_scan(attachment, finding=finding)
        count += 1
    return count


def _finding(attachment: Attachment) -> str:
    if not is_scanning():
        return ""
    with storage.open_file(attachment.stored_as or "") as file:
        return find_virus(file)


def find_strays() -> dict[str, list[str]]:
    """Return files without a row (`without_row`) and rows without their file (`without_file`).

    Uploads that are under way count as having a row.
    """
    without_row: list[str] = []
    seen: set[str] = set()
    rows = Attachment.objects.filter(stored_as__isnull=False)
    # Rows first: what is stored while we look is then a file that we leave alone below.
    known = set(rows.values_list("stored_as", flat=True).iterator())
    for _, names in storage.stored_names():
        strange = set(names) - known
        seen.update(set(names) & known)
        late = rows.filter(stored_as__in=strange).values_list("stored_as", flat=True)
        doomed = DoomedFile.objects.filter(name__in=strange).values_list("name", flat=True)
        without_row += sorted(strange - set(late) - set(doomed))
    lost = rows.filter(stored_as__in=list(known - seen)[:BATCH])
    return {
        "without_row": without_row,
        "without_file": sorted(str(pk) for pk in lost.values_list("pk", flat=True)),
    }


def report_strays() -> int:
    """Write down what `find_strays` finds; return how many."""
    strays = find_strays()
    for kind, found in strays.items():
        if found:
            facts = {"kind": kind, "count": len(found), "examples": found[:EXAMPLES]}
            logger.error("files and their rows disagree", extra=facts)
    return sum(map(len, strays.values()))
