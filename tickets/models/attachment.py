"""Files that people send along."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from tickets.choices import FileState
from tickets.file_types import NAME_LENGTH, RASTER_TYPES, extension_of
from tickets.models.comment import Comment
from tickets.models.outgoing import OutgoingReply
from tickets.models.ticket import Ticket
from tickets.querysets import AttachmentQuerySet

REASON_LENGTH = 300


class Attachment(models.Model):
    """A file: of a message (`comment`), of a ticket's description, or not sent yet (no `ticket`).

    Who may see the message may see the file. `stored_as` is its name in the storage, null once it
    was removed; then the row says who did that and when. Changed by `tickets.services` only.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ticket = models.ForeignKey(
        Ticket, null=True, blank=True, on_delete=models.PROTECT, related_name="attachments"
    )
    comment = models.ForeignKey(
        Comment, null=True, blank=True, on_delete=models.PROTECT, related_name="attachments"
    )
    # The reply on its way that will bring it; while that waits, nothing else may take the file.
    outgoing = models.ForeignKey(
        OutgoingReply, null=True, blank=True, on_delete=models.SET_NULL, related_name="attachments"
    )
    uploader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads"
    )
    name = models.CharField(max_length=NAME_LENGTH + 1)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    # Pixels of an image that can be shown.
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=12, choices=FileState.choices, default=FileState.CLEAN)
    # What the virus scanner called it.
    finding = models.CharField(max_length=200, blank=True)
    stored_as = models.CharField(max_length=100, null=True, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    removed_reason = models.CharField(max_length=REASON_LENGTH, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(comment__isnull=True) | Q(ticket__isnull=False),
                name="attachment_of_comment_has_ticket",
            ),
            models.CheckConstraint(
                condition=Q(state__in=FileState.values), name="attachment_state_known"
            ),
            models.CheckConstraint(
                condition=Q(stored_as__isnull=False) | Q(removed_at__isnull=False),
                name="attachment_stored_or_removed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(ticket__isnull=True, outgoing__isnull=True),
                name="attachment_fresh",
            ),
            models.Index(
                fields=["created_at"], condition=Q(state="pending"), name="attachment_due"
            ),
            models.Index(fields=["-created_at", "-id"], name="attachment_newest"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where who may see the message gets the file."""
        return reverse("tickets:file", args=[self.pk])

    @property
    def is_clean(self) -> bool:
        return self.state == FileState.CLEAN and self.removed_at is None

    @property
    def is_image(self) -> bool:
        """Whether it can be shown as an image that is made anew."""
        return self.content_type in RASTER_TYPES and self.width is not None

    @property
    def icon(self) -> str:
        """The name of its icon."""
        if self.content_type.startswith("image/"):
            return "file-earmark-image"
        kinds = {"application/pdf": "file-earmark-pdf", "application/zip": "file-earmark-zip"}
        if self.content_type.startswith("text/") or extension_of(self.name) in ("doc", "docx"):
            return "file-earmark-text"
        return kinds.get(self.content_type, "file-earmark")


class DoomedFile(models.Model):
    """A stored file that goes when its time comes: its row is gone, or never came.

    Written before a file is stored and in the transaction that gives one up, so that a process
    that is killed in between leaves nothing behind for good.
    """

    name = models.CharField(max_length=100, unique=True)
    due_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.name
