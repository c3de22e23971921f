"""What happened to a ticket: the timeline, and what mails are made from."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.choices import FactKind
from accounts.facts import Fact, FactDetail
from tickets.choices import EventType
from tickets.models.comment import Comment
from tickets.models.ticket import Ticket
from tickets.querysets import TicketEventQuerySet

TYPE_LENGTH = 40


class TicketEvent(Fact):
    """One fact: who, when (UTC), what. Written by the services, refused to change by the database.

    `changes` maps a field to `[before, after]` in words that a person reads (it stands in the
    detail); `actor` is null for what the desk did by itself. The texts of the comment may change:
    only its number is part of the fact.
    """

    ticket = models.ForeignKey(
        Ticket, db_index=False, on_delete=models.PROTECT, related_name="events"
    )
    type = models.CharField(max_length=TYPE_LENGTH, choices=EventType.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    # The message that came with it.
    comment = models.OneToOneField(
        Comment, null=True, on_delete=models.PROTECT, related_name="event"
    )
    # The technician whom an assignment or its end is about.
    technician = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = TicketEventQuerySet.as_manager()

    KIND = FactKind.TICKET
    SEALED = (
        "ticket_id",
        "type",
        "actor_id",
        "at",
        "comment_id",
        "technician_id",
        "request_id",
        "digest",
    )

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["ticket", "id"], name="event_ticket")]

    def __str__(self) -> str:
        return f"{self.get_type_display()} on {self.ticket_id}"

    @property
    def files(self) -> list[Any]:
        """The files of the message that it brought, removed ones too; those of a description."""
        if self.type == EventType.CREATED:
            return list(self.ticket.description_files)
        if self.comment is None or self.comment.withdrawn_at:
            return []
        return list(self.comment.attachments.all())

    def keeps_address(self) -> bool:
        """Raising a ticket is one row: the address stands on the ticket itself."""
        return self.type != EventType.CREATED


class TicketEventDetail(FactDetail):
    """What can be erased of a `TicketEvent`."""

    event = models.OneToOneField(
        TicketEvent, primary_key=True, on_delete=models.PROTECT, related_name="detail"
    )

    def __str__(self) -> str:
        return f"Detail of {self.event_id}"
