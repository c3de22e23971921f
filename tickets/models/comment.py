"""What people write on a ticket."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from tickets.choices import Visibility
from tickets.models.ticket import TEXT_LENGTH, Ticket
from tickets.querysets import CommentQuerySet


class Comment(models.Model):
    """A public reply or an internal note; reached through its ticket, shown on its timeline."""

    ticket = models.ForeignKey(
        Ticket, db_index=False, on_delete=models.CASCADE, related_name="comments"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="comments"
    )
    visibility = models.CharField(max_length=10, choices=Visibility.choices)
    body = models.TextField(max_length=TEXT_LENGTH)
    created_at = models.DateTimeField(default=timezone.now)
    # Written into the form that sent the reply: however often it arrives, it is one reply.
    submission_key = models.UUIDField(null=True, blank=True, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True)
    # By its author; the text is gone from here.
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["author", "submission_key"],
                condition=models.Q(submission_key__isnull=False),
                name="comment_submission_unique",
            ),
        ]
        indexes = [
            models.Index(fields=["ticket", "id"], name="comment_ticket"),
            models.Index(fields=["author", "created_at"], name="comment_author"),
        ]

    def __str__(self) -> str:
        return f"{self.get_visibility_display()} on {self.ticket_id}"

    @property
    def anchor(self) -> str:
        """Where a page that shows it can be entered: `#m-12`."""
        return f"m-{self.pk}"

    @property
    def is_internal(self) -> bool:
        return self.visibility == Visibility.INTERNAL


class CommentVersion(models.Model):
    """What a message said before it was edited or withdrawn; for admins only."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="versions")
    body = models.TextField(max_length=TEXT_LENGTH)
    # Until when the message said so.
    until = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Former text of {self.comment_id}"
