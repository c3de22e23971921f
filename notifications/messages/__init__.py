"""What people are told: one class for each message.

A message says to whom it goes (`recipients`, asked in the transaction of the change, so it reads
next to nothing) and with which words its templates are filled (`words`, asked by the worker). The
words are plain values, never rows: a template can't reach what its reader must not see. The
templates are `notifications/email/<name>.txt` (its first line is the subject) and `.html`.
"""

from accounts.choices import Role
from accounts.models import User
from notifications.messages.accounts import (
    AccountExists,
    AccountMessage,
    CustomerWelcome,
    EmailChangeConfirm,
    EmailChanged,
    EmailChangedAway,
    EmailChangeNotice,
    PasswordChanged,
    PasswordReset,
    SignInBlocked,
    StaffWelcome,
    TokenReused,
    VerifyEmail,
)
from notifications.messages.base import Event, Message, NotWanted, Words
from notifications.messages.endings import Announcement, ClosingSoon, TicketRated, WaitingReminder
from notifications.messages.following import (
    FollowedReply,
    FollowedTicketEnded,
    FollowedTicketReopened,
    FollowUpReminder,
    MentionedInNote,
    NoteFromColleague,
    ParticipantAdded,
    ReplyFromColleague,
    WatcherAdded,
)
from notifications.messages.mail import MailCameBack, MailOfTheDay
from notifications.messages.targets import SlaMissed, SlaWarning, TargetMessage
from notifications.messages.tickets import (
    NewTicketInCategory,
    ReplyFromCustomer,
    ReplyFromDesk,
    ReplyHeld,
    TeamGotTicket,
    TechnicianNamed,
    TicketAssigned,
    TicketClosed,
    TicketCreated,
    TicketEnded,
    TicketMerged,
    TicketMessage,
    TicketReopened,
    TicketResolved,
    TicketUnassigned,
    WaitingOnCustomer,
    WorkResumed,
)

__all__ = [
    "MESSAGES",
    "AccountExists",
    "AccountMessage",
    "ClosingSoon",
    "CustomerWelcome",
    "EmailChangeConfirm",
    "EmailChangeNotice",
    "EmailChanged",
    "EmailChangedAway",
    "Event",
    "FollowUpReminder",
    "FollowedReply",
    "FollowedTicketEnded",
    "FollowedTicketReopened",
    "MailCameBack",
    "MailOfTheDay",
    "MentionedInNote",
    "Message",
    "NewTicketInCategory",
    "NotWanted",
    "NoteFromColleague",
    "ParticipantAdded",
    "PasswordChanged",
    "PasswordReset",
    "ReplyFromColleague",
    "ReplyFromCustomer",
    "ReplyFromDesk",
    "ReplyHeld",
    "SignInBlocked",
    "SlaMissed",
    "SlaWarning",
    "StaffWelcome",
    "TeamGotTicket",
    "TechnicianNamed",
    "TicketAssigned",
    "TicketClosed",
    "TicketCreated",
    "TicketEnded",
    "TicketMerged",
    "TicketMessage",
    "TicketRated",
    "TicketReopened",
    "TicketResolved",
    "TicketUnassigned",
    "TokenReused",
    "VerifyEmail",
    "WaitingOnCustomer",
    "WaitingReminder",
    "WatcherAdded",
    "Words",
    "WorkResumed",
    "optional_for",
]

MESSAGES: dict[str, TicketMessage | AccountMessage] = {
    message.name: message()
    for base in (TicketMessage, Announcement, TargetMessage, AccountMessage)
    for message in base.__subclasses__()
    if message not in (Announcement, TargetMessage)
}


def optional_for(user: User) -> list[Message]:
    """Return the messages that this person gets and can turn off."""
    return [m for m in MESSAGES.values() if m.optional and Role(user.role) in m.roles]
