"""What tickets are to each other."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from tickets.choices import LinkWord, RelationKind
from tickets.models.comment import Comment
from tickets.models.ticket import Ticket
from tickets.querysets import TicketRelationQuerySet


class TicketRelation(models.Model):
    """`from_ticket` relates to `to_ticket`: duplicate, child, blocker, or split from it.

    "Related" has no direction: it is stored from the lower number to the higher. Written by the
    services, which also see to it that the other kinds make no circle.
    """

    kind = models.CharField(max_length=20, choices=RelationKind.choices)
    from_ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="relations_out")
    to_ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="relations_in")
    # The message of `to_ticket`, or of one merged into it, that goes on in `from_ticket`.
    comment = models.ForeignKey(
        Comment, null=True, blank=True, on_delete=models.SET_NULL, related_name="continuations"
    )
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = TicketRelationQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["from_ticket", "to_ticket", "kind"], name="relation_unique"
            ),
            models.CheckConstraint(
                condition=~Q(from_ticket=F("to_ticket")), name="relation_not_to_itself"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=RelationKind.values), name="relation_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind=RelationKind.RELATED) | Q(from_ticket__lt=F("to_ticket")),
                name="relation_related_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_ticket_id} {self.get_kind_display()} {self.to_ticket_id}"

    def other_end(self, number: int) -> int:
        """Return the number of the ticket that is not `number`."""
        return self.from_ticket_id if self.to_ticket_id == number else self.to_ticket_id

    def word_from(self, number: int) -> LinkWord:
        """Return how the relation reads from the ticket `number`."""
        return LinkWord.of(self.kind, turned=self.to_ticket_id == number)
