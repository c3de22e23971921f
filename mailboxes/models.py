"""Where mail comes from, and what became of each message."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import EMAIL_LENGTH, NAME_LENGTH, Team
from mailboxes.choices import OPEN_OUTCOMES, Outcome, Security, SignIn, Source
from mailboxes.querysets import InboundMailQuerySet
from tickets.models import Category, Comment, Ticket

HOST_LENGTH = 253
URL_LENGTH = 500
SUBJECT_LENGTH = 250
REASON_LENGTH = 300


class Mailbox(models.Model):
    """An IMAP folder that is read: by UIDVALIDITY and UID, never by the flag of unread mail.

    Nothing in it is changed: other programs may read it as well. `secret` (a password, an access
    token or a refresh token), `client_secret` and `access_token` are encrypted
    (`mailboxes/secrets.py`).
    """

    name = models.CharField(max_length=NAME_LENGTH, unique=True)
    is_active = models.BooleanField("is read", default=True)
    address = models.EmailField(
        max_length=EMAIL_LENGTH,
        unique=True,
        help_text="Customers write to it, and answers come back to it with a plus sign in it.",
    )
    host = models.CharField("server", max_length=HOST_LENGTH)
    port = models.PositiveIntegerField(
        default=993, validators=[MinValueValidator(1), MaxValueValidator(65_535)]
    )
    security = models.CharField(max_length=10, choices=Security.choices, default=Security.TLS)
    username = models.CharField(max_length=EMAIL_LENGTH)
    sign_in = models.CharField(max_length=10, choices=SignIn.choices, default=SignIn.PASSWORD)
    secret = models.BinaryField(editable=False, default=b"")
    token_url = models.CharField(
        "address that renews tokens",
        max_length=URL_LENGTH,
        blank=True,
        help_text="Only for a refresh token, as are the next three.",
    )
    client_id = models.CharField("client id", max_length=300, blank=True)
    client_secret = models.BinaryField(editable=False, default=b"")
    scope = models.CharField(
        max_length=500, blank=True, help_text="Empty: what the refresh token was given for."
    )
    access_token = models.BinaryField(editable=False, default=b"")
    access_until = models.DateTimeField(null=True, editable=False)
    folder = models.CharField(max_length=200, default="INBOX")
    trusted_server = models.CharField(
        "server whose checks count",
        max_length=HOST_LENGTH,
        blank=True,
        help_text=(
            "The name that your own mail server puts first into Authentication-Results."
            " Empty: no such header is believed."
        ),
    )
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="New tickets go into its queue.",
    )
    takes_older = models.BooleanField(
        "also read what is in it already",
        default=False,
        help_text="Otherwise only mail that arrives from the first look on.",
    )
    uidvalidity = models.BigIntegerField(null=True, editable=False)
    last_uid = models.BigIntegerField(default=0, editable=False)
    first_read_at = models.DateTimeField(null=True, editable=False)
    last_read_at = models.DateTimeField(null=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    # UIDs that were gone before they could be read, in words; the newest first.
    gaps = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name_plural = "mailboxes"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class MailDay(models.Model):
    """A day on which the mail of the last 24 hours was counted, for whoever runs the desk: once."""

    day = models.DateField(unique=True)

    def __str__(self) -> str:
        return f"Mail of {self.day}"


class InboundMail(models.Model):
    """One message that arrived, and what became of it.

    The raw bytes are stored before the row, and the row is committed before anything else happens.
    A worker leases the row; the outcome is written in the transaction of the change that it names,
    so that there is one of both or none. `trace` says how it was decided, line by line.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.CharField(max_length=10, choices=Source.choices)
    mailbox = models.ForeignKey(
        Mailbox, null=True, blank=True, on_delete=models.SET_NULL, related_name="mails"
    )
    uidvalidity = models.BigIntegerField(null=True, blank=True)
    uid = models.BigIntegerField("UID", null=True, blank=True)
    # To whom the mail server handed it, where it says so.
    recipient = models.CharField(max_length=EMAIL_LENGTH, blank=True)
    # The name in the storage; null once the content was deleted by its age, or for a copy.
    stored_as = models.CharField(max_length=100, null=True, unique=True, editable=False)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    # Equal for copies of one message, by whichever door they come.
    fingerprint = models.CharField(max_length=64)
    copy_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="copies"
    )
    sender = models.CharField(max_length=EMAIL_LENGTH, blank=True)
    subject = models.CharField(max_length=SUBJECT_LENGTH, blank=True)
    outcome = models.CharField(
        max_length=10, choices=Outcome.choices, default=Outcome.RECEIVED, db_index=False
    )
    # The sentence that decided, and how it came to that.
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    trace = models.TextField(blank=True)
    ticket = models.ForeignKey(
        Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="mails"
    )
    comment = models.OneToOneField(
        Comment, null=True, blank=True, on_delete=models.SET_NULL, related_name="mail"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    # Who released or dismissed it; null: the desk decided by itself.
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = InboundMailQuerySet.as_manager()

    class Meta:
        verbose_name = "incoming mail"
        verbose_name_plural = "incoming mails"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=Q(copy_of__isnull=True),
                name="inbound_mail_once",
            ),
            models.UniqueConstraint(
                fields=["mailbox", "uidvalidity", "uid"],
                condition=Q(uid__isnull=False),
                name="inbound_mail_uid_unique",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="inbound_mail_outcome_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(outcome="received"),
                name="inbound_mail_due",
            ),
            models.Index(fields=["outcome", "-id"], name="inbound_mail_outcome"),
            models.Index(fields=["sender", "-id"], name="inbound_mail_sender"),
            models.Index(fields=["received_at", "outcome"], name="inbound_mail_day"),
            models.Index(
                fields=["received_at"],
                condition=Q(stored_as__isnull=False),
                name="inbound_mail_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"Mail {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether a person has to decide."""
        return self.outcome in OPEN_OUTCOMES

    @property
    def trace_lines(self) -> list[str]:
        return self.trace.splitlines()
