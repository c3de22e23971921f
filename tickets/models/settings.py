"""What an admin decides about the desk."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.memory import once
from tickets.choices import MailPeople
from tickets.file_types import DEFAULT_EXTENSIONS, parse_extensions

DAYS_LIMIT = 365
HOURS_LIMIT = 24 * 30
UNDO_SECONDS_LIMIT = 120
CORRECTION_MINUTES_LIMIT = 1440
DRAFT_DAYS_LIMIT = 365
GUEST_LINK_DAYS_LIMIT = 365
FILE_MB_LIMIT = 2048
FILES_LIMIT = 100
MB = 1_000_000


def check_extensions(text: str) -> None:
    """Raise `ValidationError` for what is no list of file extensions."""
    try:
        found = parse_extensions(text)
    except ValueError as error:
        raise ValidationError(f"“{error}” is not a file extension.") from error
    if not found:
        raise ValidationError("Name at least one extension, for example: png pdf txt")


def _days(default: int, label: str, help_text: str) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(
        label,
        default=default,
        db_default=default,
        validators=[MaxValueValidator(DAYS_LIMIT)],
        help_text=help_text,
    )


class DeskSettings(models.Model):
    """One row of product settings (the rest is in the environment)."""

    reopen_days = models.PositiveSmallIntegerField(
        default=14,
        validators=[MaxValueValidator(DAYS_LIMIT)],
        help_text="For how many days after closing a customer can reopen a ticket.",
    )
    undo_seconds = models.PositiveSmallIntegerField(
        default=10,
        validators=[MaxValueValidator(UNDO_SECONDS_LIMIT)],
        help_text="For how many seconds a reply that staff send from a page can be taken back;"
        " 0 sends at once.",
    )
    close_after_days = _days(
        7,
        "close after (days)",
        "A resolved ticket closes by itself after so many days. 0: never.",
    )
    close_reminder_days = _days(
        2,
        "tell before closing (days)",
        "The customer is told so many days before it closes. 0: no reminder.",
    )
    waiting_first_days = _days(
        3,
        "first reminder (days)",
        "A ticket that waits for its customer reminds them after so many days. 0: no reminder.",
    )
    waiting_second_days = _days(
        7, "second reminder (days)", "Once more after so many days. 0: no second reminder."
    )
    waiting_resolve_days = _days(
        10,
        "resolve unanswered (days)",
        "Without an answer it is resolved after so many days. 0: never.",
    )

    courtesy_hours = models.PositiveSmallIntegerField(
        "reopen after thanks (hours)",
        default=48,
        db_default=48,
        validators=[MinValueValidator(1), MaxValueValidator(HOURS_LIMIT)],
        help_text="A reply that only says thanks reopens a ticket after so many hours, unless"
        " somebody dismisses it.",
    )

    rating_ask_days = _days(
        30,
        "ask for a rating every (days)",
        "A customer is asked by mail at most once in so many days. 0: after each ticket.",
    )

    guest_links = models.BooleanField(
        default=True,
        help_text="Mails to customers bring a link that opens their ticket without a sign-in.",
    )
    guest_link_days = models.PositiveSmallIntegerField(
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(GUEST_LINK_DAYS_LIMIT)],
        help_text="For how many days such a link works.",
    )
    correction_minutes = models.PositiveSmallIntegerField(
        default=15,
        validators=[MaxValueValidator(CORRECTION_MINUTES_LIMIT)],
        help_text="For how many minutes people can edit or withdraw what they wrote.",
    )
    draft_days = models.PositiveSmallIntegerField(
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(DRAFT_DAYS_LIMIT)],
        help_text="For how many days a text that nobody sends is kept as a draft.",
    )
    track_time = models.BooleanField(
        "time spent",
        default=False,
        db_default=False,
        help_text="Technicians write down minutes that they spend on a ticket.",
    )
    mail_people = models.CharField(
        "people in To and Cc of a mail",
        max_length=10,
        choices=MailPeople.choices,
        default=MailPeople.OFF,
        db_default=MailPeople.OFF,
        help_text="Whom a customer's mail adds to their ticket, if it is sure who sent it.",
    )
    file_mb = models.PositiveIntegerField(
        "size of a file",
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(FILE_MB_LIMIT)],
        help_text="Megabytes that one file may have.",
    )
    files_per_message = models.PositiveSmallIntegerField(
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(FILES_LIMIT)],
        help_text="How many files one message may bring.",
    )
    file_quota_mb = models.PositiveIntegerField(
        "files of a customer",
        default=500,
        help_text="Megabytes that all files of one customer may have together.",
    )
    file_extensions = models.TextField(
        "kinds of files",
        default=DEFAULT_EXTENSIONS,
        validators=[check_extensions],
        help_text="The extensions of files that are taken. Their content must agree with them.",
    )

    class Meta:
        verbose_name_plural = "desk settings"

    def __str__(self) -> str:
        return "Desk settings"

    @classmethod
    def load(cls) -> "DeskSettings":
        """Return the one row, or the defaults where nobody has saved any."""
        return once("desk settings", lambda: cls.objects.first() or cls())

    @property
    def file_bytes(self) -> int:
        """Bytes that one file may have."""
        return self.file_mb * MB

    @property
    def file_quota_bytes(self) -> int:
        """Bytes that the files of one customer may have together."""
        return self.file_quota_mb * MB

    @property
    def extensions(self) -> list[str]:
        """The extensions of files that are taken."""
        return parse_extensions(self.file_extensions)
