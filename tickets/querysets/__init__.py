"""Reads of tickets and of what hangs on them: each starts at `visible_to`."""

from tickets.querysets.catalog import CategoryQuerySet, TagQuerySet
from tickets.querysets.conversation import (
    AttachmentQuerySet,
    CommentQuerySet,
    OutgoingQuerySet,
    TicketEventQuerySet,
)
from tickets.querysets.people import CustomerMergeQuerySet, ParticipantQuerySet, RatingQuerySet
from tickets.querysets.relations import TicketMergeQuerySet, TicketRelationQuerySet
from tickets.querysets.tickets import MOST_URGENT, NEWEST, AnyOf, TicketQuerySet
from tickets.querysets.together import Part, together

__all__ = [
    "MOST_URGENT",
    "NEWEST",
    "AnyOf",
    "AttachmentQuerySet",
    "CategoryQuerySet",
    "CommentQuerySet",
    "CustomerMergeQuerySet",
    "OutgoingQuerySet",
    "Part",
    "ParticipantQuerySet",
    "RatingQuerySet",
    "TagQuerySet",
    "TicketEventQuerySet",
    "TicketMergeQuerySet",
    "TicketQuerySet",
    "TicketRelationQuerySet",
    "together",
]
