"""Where a message came from that arrived by mail."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import EMAIL_LENGTH
from tickets.models.comment import Comment
from tickets.models.ticket import Ticket

MESSAGE_ID_LENGTH = 500
QUOTED_LENGTH = 100_000


class MailOrigin(models.Model):
    """The mail that a reply (`comment`) or a ticket's description (no comment) arrived as.

    Our own mails refer to its `message_id` and ask for answers at `reply_address`, so that the
    sender's mail program shows one thread. `quoted` is what the mail repeated of earlier ones, and
    its signature: shown folded, to staff and to its sender.
    """

    ticket = models.ForeignKey(
        Ticket, db_index=False, on_delete=models.CASCADE, related_name="mail_origins"
    )
    comment = models.OneToOneField(
        Comment, null=True, blank=True, on_delete=models.CASCADE, related_name="mail_origin"
    )
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    # As it stood in the mail, with the angle brackets; "" where it had none.
    message_id = models.CharField(max_length=MESSAGE_ID_LENGTH, blank=True)
    reply_address = models.EmailField(max_length=EMAIL_LENGTH, blank=True)
    quoted = models.TextField(blank=True)
    # Files that the desk did not take, and why, a line each.
    left_out = models.TextField(blank=True)
    # The row of the ledger of incoming mails, where the mail itself is kept for a time.
    mail = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"],
                condition=models.Q(comment__isnull=True),
                name="mail_origin_description_unique",
            ),
        ]
        indexes = [models.Index(fields=["ticket", "id"], name="mail_origin_ticket")]

    def __str__(self) -> str:
        return f"Mail on {self.ticket_id}"
