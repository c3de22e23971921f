"""What admins see and change of the domain."""

from tickets.admin.attachment import AttachmentAdmin
from tickets.admin.category import CategoryAdmin, DeskSettingsAdmin
from tickets.admin.customer import CustomerMergeAdmin, CustomerNoteAdmin, OrganizationNoteAdmin
from tickets.admin.keeping import (
    ChecklistItemAdmin,
    TicketReminderAdmin,
    TicketSnoozeAdmin,
    TimeEntryAdmin,
)
from tickets.admin.outgoing import OutgoingReplyAdmin
from tickets.admin.rating import RatingAdmin
from tickets.admin.records import (
    CommentAdmin,
    TicketEventAdmin,
    TicketMergeAdmin,
    TicketParticipantAdmin,
    TicketRelationAdmin,
)
from tickets.admin.tag import TagAdmin
from tickets.admin.ticket import TicketAdmin

__all__ = [
    "AttachmentAdmin",
    "CategoryAdmin",
    "ChecklistItemAdmin",
    "CommentAdmin",
    "CustomerMergeAdmin",
    "CustomerNoteAdmin",
    "DeskSettingsAdmin",
    "OrganizationNoteAdmin",
    "OutgoingReplyAdmin",
    "RatingAdmin",
    "TagAdmin",
    "TicketAdmin",
    "TicketEventAdmin",
    "TicketMergeAdmin",
    "TicketParticipantAdmin",
    "TicketRelationAdmin",
    "TicketReminderAdmin",
    "TicketSnoozeAdmin",
    "TimeEntryAdmin",
]
