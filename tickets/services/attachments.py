"""Files: taking them in, giving them to a message, blocking and removing them.

A stored file has a row at every moment: an `Attachment`, or a `DoomedFile` that says when it goes.
"""

import contextlib
import hashlib
import logging
import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import DatabaseError, transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require_admin
from accounts.text import check_text
from tickets import storage
from tickets.choices import EventType, FileState
from tickets.file_types import RASTER_TYPES, clean_name, recognise, words_for
from tickets.images import measure
from tickets.models import (
    Attachment,
    Comment,
    DeskSettings,
    DoomedFile,
    OutgoingReply,
    Ticket,
)
from tickets.models.attachment import REASON_LENGTH
from tickets.scanner import is_scanning
from tickets.services.changes import check_actor, record

logger = logging.getLogger("desk.files")

# How long a file may take from the storage to its row, and how long a fresh upload waits.
STORING_HOURS = 1
FRESH_HOURS = 24
# Uploads that wait for a message at the same time; more is no conversation.
MOST_FRESH = 100


class FileRefused(ValidationError):
    """The desk does not take this file; `status` is what HTTP calls it (400, 409 or 413)."""

    def __init__(self, sentence: str, *, status: int = 400, code: str = "file") -> None:
        super().__init__(sentence, code=code)
        self.status, self.code = status, code


def reserve_name() -> str:
    """Return a name to store a file under, which is deleted if no row follows within the hour."""
    soon = timezone.now() + timedelta(hours=STORING_HOURS)
    return DoomedFile.objects.create(name=storage.new_name(), due_at=soon).name


def store_file(
    *, uploader: User, name: str, content: "File[Any]", reserved: str = ""
) -> Attachment:
    """Keep a file as a fresh upload of `uploader`, who can then send it along with a message.

    Who calls it inside a transaction has reserved a name before. Raises `FileRefused` (kind, size,
    quota) and `StorageAway`; then nothing is left of it.
    """
    check_actor(uploader)
    desk = DeskSettings.load()
    attachment = _describe(uploader, clean_name(name), content, desk)
    _check_room(attachment, desk)
    attachment.stored_as = stored_as = reserved or reserve_name()
    try:
        storage.store(stored_as, content)
        with transaction.atomic():
            # One upload of a person at a time from here on: the sum below stays true.
            User.objects.select_for_update(no_key=True).get(pk=uploader.pk)
            _check_room(attachment, desk)
            attachment.save(force_insert=True)
            DoomedFile.objects.filter(name=stored_as).delete()
    except BaseException:
        with contextlib.suppress(DatabaseError):  # then the periodic job finds it
            _give_up([stored_as])
        raise
    return attachment


def _describe(uploader: User, name: str, content: "File[Any]", desk: DeskSettings) -> Attachment:
    """Return the row of a file that may be taken; raises `FileRefused`."""
    size = content.size or 0
    if size > desk.file_bytes:
        raise too_large(name, desk)
    extension, content_type = recognise(name, content)  # type: ignore[arg-type]
    if extension not in desk.extensions:
        raise FileRefused(f"{name} was not added. {rules_in_words(desk)}", code="file_kind")
    if content_type is None:
        raise FileRefused(
            f"{name} was not added: what is in it is not what its name says.", code="file_kind"
        )
    pixels = measure(content) if content_type in RASTER_TYPES else None  # type: ignore[arg-type]
    content.seek(0)
    checksum = hashlib.file_digest(content, "sha256").hexdigest()
    content.seek(0)
    return Attachment(
        uploader=uploader,
        name=name,
        content_type=content_type,
        size=size,
        sha256=checksum,
        width=pixels and pixels[0],
        height=pixels and pixels[1],
        state=FileState.PENDING if is_scanning() else FileState.CLEAN,
    )


def rules_in_words(desk: DeskSettings) -> str:
    """Return the rules as people read them before they choose a file."""
    kinds = words_for(desk.extensions)
    many = desk.files_per_message
    files = f"Up to {many} files of {desk.file_mb} MB each" if many > 1 else "One file"
    return f"{files}: {kinds}." if many > 1 else f"{files} of up to {desk.file_mb} MB: {kinds}."


def too_large(name: str, desk: DeskSettings) -> FileRefused:
    """Return the refusal of a file above the limit."""
    sentence = f"{clean_name(name)} was not added: a file may have up to {desk.file_mb} MB."
    return FileRefused(sentence, status=413, code="file_too_large")


def too_many(desk: DeskSettings) -> FileRefused:
    """Return the refusal of more files than a message may bring."""
    many = desk.files_per_message
    words = f"{many} files" if many > 1 else "one file"
    return FileRefused(f"A message may bring up to {words}.", status=413, code="too_many_files")


def _check_room(attachment: Attachment, desk: DeskSettings) -> None:
    """Raise `FileRefused` where the uploader's files would be more than allowed."""
    own = Attachment.objects.filter(uploader=attachment.uploader_id)
    if own.fresh().count() >= MOST_FRESH:
        raise FileRefused(
            "Too many files wait to be sent: send some first.", status=409, code="quota"
        )
    if not attachment.uploader.is_customer:
        return
    used = own.stored().aggregate(sum=Sum("size"))["sum"] or 0
    if used + attachment.size > desk.file_quota_bytes:
        sentence = (
            f"{attachment.name} was not added: all your files together may have up to"
            f" {desk.file_quota_mb} MB, and there is no room left for it."
        )
        raise FileRefused(sentence, status=409, code="quota")


def own_uploads(ids: Iterable[str | uuid.UUID], *, uploader: User) -> list[Attachment]:
    """Return those of the files that are the uploader's own, sent ones too, in their order."""
    wanted = [found for found in map(_as_uuid, ids) if found]
    rows = Attachment.objects.filter(pk__in=wanted, uploader=uploader).in_bulk() if wanted else {}
    return [rows[pk] for pk in dict.fromkeys(wanted) if pk in rows]


def fresh_uploads(ids: Iterable[str | uuid.UUID], *, uploader: User) -> list[Attachment]:
    """Return those of the uploads that are the uploader's own and can be sent, in their order."""
    own = own_uploads(ids, uploader=uploader)
    can = Attachment.objects.filter(pk__in=[file.pk for file in own]).sendable()
    waiting = set(can.values_list("pk", flat=True)) if own else set()
    return [file for file in own if file.pk in waiting]


def _as_uuid(text: str | uuid.UUID) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None


def attach(
    files: Sequence[Attachment], *, actor: User, ticket: Ticket, comment: Comment | None
) -> None:
    """Give fresh uploads to a message (no comment: to the description), in its transaction.

    Raises `FileRefused` where they are too many, or one has gone or was sent already.
    """
    _give(files, actor, {"ticket": ticket, "comment": comment, "outgoing": None})


def keep_for(outgoing: OutgoingReply, files: Sequence[Attachment]) -> None:
    """Let a reply on its way have exactly these uploads of its author; raises `FileRefused`."""
    outgoing.attachments.update(outgoing=None)
    _give(files, outgoing.author, {"outgoing": outgoing})


def _give(files: Sequence[Attachment], actor: User, place: dict[str, Any]) -> None:
    if not files:
        return
    desk = DeskSettings.load()
    if len(files) > desk.files_per_message:
        raise too_many(desk)
    own = Attachment.objects.filter(pk__in=[file.pk for file in files], uploader=actor)
    # Locked and asked in one step: of two messages with the same file one gets it.
    free = list(own.select_for_update(of=("self",)).sendable().values_list("pk", flat=True))
    if Attachment.objects.filter(pk__in=free).update(**place) != len(files):
        raise FileRefused(
            "A file is no longer there: it was sent, or it waited for more than a day.",
            status=409,
            code="file_gone",
        )


def discard_file(attachment: Attachment, *, actor: User) -> bool:
    """Throw a fresh upload of one's own away; returns False where it was sent or is gone."""
    own = Attachment.objects.filter(pk=attachment.pk, uploader=actor)
    return _delete(own.fresh()) > 0


@transaction.atomic
def remove_attachment(attachment: Attachment, *, actor: User, reason: str = "") -> Attachment:
    """Delete the content of a message's file; its row says who did it, when and why (admins).

    Raises `PermissionDenied`. Returns the row; what was removed before stays as it is.
    """
    require_admin(actor)
    check_text("reason", reason, max_length=REASON_LENGTH, required=False)
    file = _locked(attachment)
    if file.removed_at is not None:
        return file
    name = file.stored_as
    file.stored_as, file.removed_at, file.removed_by = None, timezone.now(), actor
    file.removed_reason, file.width, file.height = reason.strip(), None, None
    file.save(
        update_fields=[
            "stored_as", "removed_at", "removed_by", "removed_reason", "width", "height",
        ]
    )  # fmt: skip
    _doom([name] if name else [])
    if file.ticket is not None:
        internal = file.comment is not None and file.comment.is_internal
        type = EventType.NOTE_FILE_REMOVED if internal else EventType.FILE_REMOVED
        record(file.ticket, type, actor=actor)  # without its name, which may be what was wrong
    return file


@transaction.atomic
def release_file(attachment: Attachment, *, actor: User) -> Attachment:
    """Let a blocked file through: an admin knows better than the scanner."""
    require_admin(actor)
    file = _locked(attachment)
    if file.state != FileState.QUARANTINED or file.removed_at is not None:
        return file
    file.state = FileState.CLEAN
    file.save(update_fields=["state"])
    if file.ticket is not None:
        changes = {"file": [file.name, file.finding]}
        record(file.ticket, EventType.FILE_RELEASED, actor=actor, changes=changes)
    return file


@transaction.atomic
def note_scan(attachment: Attachment, *, finding: str) -> Attachment:
    """Store what the scanner says: nothing found lets the file through, a finding blocks it."""
    file = _locked(attachment)
    if file.state != FileState.PENDING or file.removed_at is not None:
        return file
    file.state = FileState.QUARANTINED if finding else FileState.CLEAN
    file.finding = finding[:200]
    file.save(update_fields=["state", "finding"])
    if finding and file.ticket is not None:
        changes = {"file": [file.name, file.finding]}
        record(file.ticket, EventType.FILE_BLOCKED, actor=None, changes=changes)
    return file


def _locked(attachment: Attachment) -> Attachment:
    rows = Attachment.objects.select_for_update(of=("self",)).select_related("comment", "ticket")
    return rows.get(pk=attachment.pk)


def delete_files(files: QuerySet[Attachment]) -> int:
    """Delete rows and contents for good, in the caller's transaction; return how many."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("delete_files needs a transaction")
    return _delete(files)


@transaction.atomic
def _delete(files: QuerySet[Attachment]) -> int:
    rows = list(files.select_for_update(of=("self",)).values_list("pk", "stored_as"))
    Attachment.objects.filter(pk__in=[pk for pk, _ in rows]).delete()
    _doom([name for _, name in rows if name])
    return len(rows)


def _doom(names: Sequence[str]) -> None:
    """Delete the contents once the transaction is through, whatever happens to this process."""
    DoomedFile.objects.bulk_create([DoomedFile(name=name) for name in names])
    transaction.on_commit(lambda: _give_up(names))


def _give_up(names: Sequence[str]) -> None:
    """Delete contents now; what can't be deleted now is left to the periodic job."""
    for name in names:
        try:
            storage.delete(name)
        except Exception:
            logger.warning("a file could not be deleted yet", exc_info=True)
        else:
            DoomedFile.objects.filter(name=name).delete()
