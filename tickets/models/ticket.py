"""The ticket."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.facts import ADDRESS_LENGTH
from accounts.numbers import public_id
from tickets.choices import DONE_STATUSES, NEVER, OPEN_STATUSES, Channel, Priority, Status
from tickets.models.category import CATEGORY_LENGTH, Category
from tickets.querysets import MOST_URGENT, TicketQuerySet

TICKET_PREFIX = "TKT"
SUBJECT_LENGTH = 200
TEXT_LENGTH = 50_000


def etag_of(number: int, version: int) -> str:
    """Return the entity tag of a version of a ticket (RFC 9110, section 8.8.3)."""
    return f'"{number}-{version}"'


IS_PRESENT = Q(deleted_at__isnull=True)
IS_OPEN = IS_PRESENT & Q(status__in=[str(status) for status in OPEN_STATUSES])


class Ticket(models.Model):
    """A customer's request and where it stands. Changed by `tickets.services` only.

    The primary key is the number that people see (`TKT0042` is 42). Times are UTC. `version`
    grows with each change; who writes says which one they saw.
    """

    number = models.BigIntegerField(primary_key=True)
    subject = models.CharField(max_length=SUBJECT_LENGTH)
    description = models.TextField(max_length=TEXT_LENGTH)
    status = models.CharField(max_length=30, choices=Status.choices, default=Status.PENDING)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.PROTECT, related_name="tickets"
    )
    # The category as an API client wrote it, where that is not the name of `category`.
    category_text = models.CharField(max_length=CATEGORY_LENGTH, blank=True)
    # `db_index=False` here and below: the indexes of the lists begin with the same column, and
    # beside them a shorter one only leads the planner to sort a busy customer's tickets.
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="tickets"
    )
    technician = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.PROTECT,
        related_name="assigned_tickets",
    )
    # Whose queue the ticket is in, with or without a technician who works on it.
    team = models.ForeignKey(
        "accounts.Team",
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.PROTECT,
        related_name="tickets",
    )
    resolution_summary = models.TextField(max_length=TEXT_LENGTH, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.PORTAL)
    raised_at = models.DateTimeField(default=timezone.now)
    # The network address: here, so that raising a ticket writes no detail of its event.
    raised_from = models.CharField(max_length=ADDRESS_LENGTH, null=True, blank=True, editable=False)
    first_answered_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)
    # What the desk does by itself (`tickets/schedule.py`): since when the ticket waits for its
    # customer, when the last notice in this status went out, and when to look at the ticket next;
    # null: nothing happens by itself.
    waiting_since = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    next_step_at = models.DateTimeField(null=True, blank=True)
    # When the first of its running targets is due; `NEVER`, which sorts last on every database and
    # in every cursor, where none runs.
    next_due_at = models.DateTimeField(default=NEVER, db_default=NEVER)
    # Since when a reply that reads like mere thanks waits for somebody at the desk to look at it.
    confirm_since = models.DateTimeField(null=True, blank=True)
    follow_up_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="follow_ups"
    )
    # The last public word is the customer's: somebody at the desk owes an answer.
    awaits_reply = models.BooleanField(default=True)
    # ... and since then there was a note: somebody may believe that the customer has an answer.
    answered_by_note = models.BooleanField(default=False, db_default=False)
    version = models.PositiveIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True, blank=True)
    # Where the ticket goes on since it was merged (never a ticket that was merged itself), and
    # whether others go on here: `TicketMerge` knows the way.
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.PROTECT,
        related_name="merged",
    )
    has_merged = models.BooleanField(default=False, db_default=False)
    # Written into the form that raised the ticket: however often it arrives, it is one ticket.
    submission_key = models.UUIDField(null=True, blank=True, editable=False)

    objects = TicketQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at", "-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="ticket_status_known"
            ),
            models.CheckConstraint(
                condition=Q(priority__in=Priority.values), name="ticket_priority_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.PENDING) | Q(technician__isnull=True),
                name="ticket_pending_has_no_technician",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True)
                | Q(status=Status.CLOSED) & ~Q(merged_into=F("number")),
                name="ticket_merged_is_closed",
            ),
            models.UniqueConstraint(
                fields=["customer", "submission_key"],
                condition=Q(submission_key__isnull=False),
                name="ticket_submission_unique",
            ),
        ]
        indexes = [
            # Newest first, for everybody, a customer, a technician, a status, a category.
            models.Index(
                fields=["-raised_at", "-number"], condition=IS_PRESENT, name="ticket_newest"
            ),
            models.Index(
                fields=["updated_at", "number"], condition=IS_PRESENT, name="ticket_updated"
            ),
            models.Index(fields=["customer", "-raised_at", "-number"], name="ticket_customer"),
            models.Index(fields=["technician", "-raised_at", "-number"], name="ticket_technician"),
            models.Index(
                fields=["status", "-raised_at", "-number"],
                condition=IS_PRESENT,
                name="ticket_status",
            ),
            models.Index(
                fields=["category", "-raised_at", "-number"],
                condition=IS_PRESENT,
                name="ticket_category",
            ),
            # Most urgent first among the open ones: of all, of a technician, of nobody.
            models.Index(fields=MOST_URGENT, condition=IS_OPEN, name="ticket_open"),
            models.Index(
                fields=["technician", *MOST_URGENT],
                condition=IS_OPEN,
                name="ticket_open_technician",
            ),
            models.Index(
                fields=["category", *MOST_URGENT],
                condition=IS_OPEN & Q(technician__isnull=True),
                name="ticket_open_unassigned",
            ),
            models.Index(
                fields=["team", *MOST_URGENT],
                condition=IS_OPEN & Q(team__isnull=False),
                name="ticket_open_team",
            ),
            models.Index(
                fields=["team", "-raised_at", "-number"],
                condition=IS_PRESENT & Q(team__isnull=False),
                name="ticket_team",
            ),
            # Few: open ones whose customer got a note for an answer.
            models.Index(
                fields=MOST_URGENT,
                condition=IS_PRESENT & Q(answered_by_note=True),
                name="ticket_answered_by_note",
            ),
            models.Index(fields=["technician", "resolved_at"], name="ticket_resolved"),
            models.Index(
                fields=["resolved_at"],
                condition=IS_PRESENT & Q(resolved_at__isnull=False),
                name="ticket_resolved_day",
            ),
            models.Index(
                fields=["next_step_at"],
                condition=IS_PRESENT & Q(next_step_at__isnull=False),
                name="ticket_next_step",
            ),
            models.Index(
                fields=["technician", "confirm_since"],
                condition=IS_PRESENT & Q(confirm_since__isnull=False),
                name="ticket_to_confirm",
            ),
            models.Index(
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
                name="ticket_merged",
            ),
            models.Index(
                fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="ticket_deleted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.subject}"

    def get_absolute_url(self) -> str:
        """Where the customer follows the ticket."""
        return reverse("tickets:ticket-detail", args=[self.ticket_id])

    def get_desk_url(self) -> str:
        """Where technicians and admins work on the ticket."""
        return reverse("technicians:ticket-detail", args=[self.ticket_id])

    @property
    def ticket_id(self) -> str:
        """The public number: `TKT0042`."""
        return public_id(TICKET_PREFIX, self.number)

    @property
    def merged_into_public_id(self) -> str | None:
        """The public number of the ticket that this one was merged into."""
        return public_id(TICKET_PREFIX, self.merged_into_id) if self.merged_into_id else None

    @property
    def etag(self) -> str:
        """The entity tag of the present version."""
        return etag_of(self.number, self.version)

    @property
    def issue_category(self) -> str:
        """The category in the words of the REST contract: top level, or the client's own text."""
        if self.category_text or self.category is None:
            return self.category_text
        return self.category.parent.name if self.category.parent else self.category.name

    @property
    def category_label(self) -> str:
        """The category as people read it: `Network / VPN`."""
        return str(self.category) if self.category else self.category_text or "No category"

    @cached_property
    def description_files(self) -> list[Any]:
        """The files of the description, asked for once."""
        return list(self.attachments.filter(comment__isnull=True))

    def family(self) -> list[int]:
        """The ticket's number, then those of the tickets whose story it shows as well."""
        merged = self.merged.present().values_list("pk", flat=True) if self.has_merged else ()
        return [self.pk, *merged]

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def is_done(self) -> bool:
        return self.status in DONE_STATUSES

    @property
    def is_due_ever(self) -> bool:
        """Whether a target runs."""
        return self.next_due_at != NEVER

    @property
    def priority_label(self) -> str:
        return Priority(self.priority).label
