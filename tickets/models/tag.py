"""Words that the desk keeps tickets together by; customers never see them."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from tickets.models.ticket import Ticket
from tickets.querysets import TagQuerySet

TAG_LENGTH = 40


class Tag(models.Model):
    """A word; two that differ in capitals only are one."""

    name = models.CharField(max_length=TAG_LENGTH)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(Lower("name"), name="tag_name_unique")]

    def __str__(self) -> str:
        return self.name


class TicketTag(models.Model):
    """A tag on a ticket. Written by the services."""

    ticket = models.ForeignKey(
        Ticket, db_index=False, on_delete=models.CASCADE, related_name="tag_rows"
    )
    tag = models.ForeignKey(Tag, db_index=False, on_delete=models.CASCADE, related_name="rows")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "tag"], name="ticket_tag_unique"),
        ]
        indexes = [models.Index(fields=["tag", "ticket"], name="ticket_tag_tag")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.ticket_id}"
