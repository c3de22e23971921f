"""Links that went out by mail, and addresses that mails come back from."""

import uuid

from django.db import models
from django.utils import timezone

from accounts.choices import LinkPurpose
from accounts.models.person import EMAIL_LENGTH, User


class EmailLink(models.Model):
    """Permission to do one thing once by a link in a mail.

    The token in the link is the signed id of this row, so the database holds nothing that could
    be used without `SECRET_KEY`, and the mail worker can write the same link at each attempt.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="email_links")
    purpose = models.CharField(max_length=20, choices=LinkPurpose.choices)
    # The address that the link was sent to; a link dies when the person's address has changed.
    email = models.EmailField(max_length=EMAIL_LENGTH)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    # Of a link to a new address: the one to the present address, which has to be used as well.
    partner = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, related_name="partner_of"
    )

    class Meta:
        indexes = [models.Index(fields=["user", "purpose"], name="email_link_user")]

    def __str__(self) -> str:
        return f"{self.purpose} for {self.user_id}"


class AddressFault(models.Model):
    """An address that mails come back from for good, in the words of its mail server.

    It ends when a mail arrives from the address, or when the person has another one.
    """

    email = models.EmailField(primary_key=True, max_length=EMAIL_LENGTH)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.email
