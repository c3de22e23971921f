"""The tables of the domain, one noun a file."""

from tickets.models.attachment import Attachment, DoomedFile
from tickets.models.category import Category, CategoryTechnician
from tickets.models.comment import Comment, CommentVersion
from tickets.models.customer import CustomerNote, OrganizationNote
from tickets.models.customer_merge import CustomerMerge
from tickets.models.draft import TicketDraft
from tickets.models.event import TicketEvent, TicketEventDetail
from tickets.models.guest import GuestEpoch
from tickets.models.keeping import ChecklistItem, TicketReminder, TicketSnooze, TimeEntry
from tickets.models.mail_origin import MailOrigin
from tickets.models.merge import TicketMerge
from tickets.models.outgoing import OutgoingReply
from tickets.models.participant import TicketParticipant
from tickets.models.rating import Rating
from tickets.models.relation import TicketRelation
from tickets.models.settings import DeskSettings
from tickets.models.tag import Tag, TicketTag
from tickets.models.ticket import Ticket

__all__ = [
    "Attachment",
    "Category",
    "CategoryTechnician",
    "ChecklistItem",
    "Comment",
    "CommentVersion",
    "CustomerMerge",
    "CustomerNote",
    "DeskSettings",
    "DoomedFile",
    "GuestEpoch",
    "MailOrigin",
    "OrganizationNote",
    "OutgoingReply",
    "Rating",
    "Tag",
    "Ticket",
    "TicketDraft",
    "TicketEvent",
    "TicketEventDetail",
    "TicketMerge",
    "TicketParticipant",
    "TicketRelation",
    "TicketReminder",
    "TicketSnooze",
    "TicketTag",
    "TimeEntry",
]
