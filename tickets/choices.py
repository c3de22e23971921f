"""Closed sets of words about tickets; the texts are those of the REST contract."""

from datetime import UTC, datetime

from django.db import models

# The moment of what has none, in columns that lists are sorted by.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class Status(models.TextChoices):
    PENDING = "Pending", "Pending"
    ASSIGNED = "Assigned", "Assigned"
    IN_PROGRESS = "In Progress", "In progress"
    WAITING = "Waiting on Customer", "Waiting on customer"
    ON_HOLD = "On Hold", "On hold"
    RESOLVED = "Resolved", "Resolved"
    CLOSED = "Closed", "Closed"


# Somebody at the desk still has something to do. The order of the tuple is part of the indexes'
# conditions in `models/ticket.py`.
OPEN_STATUSES = (
    Status.PENDING,
    Status.ASSIGNED,
    Status.IN_PROGRESS,
    Status.WAITING,
    Status.ON_HOLD,
)
DONE_STATUSES = (Status.RESOLVED, Status.CLOSED)
# Which the desk ends by itself in the course of time.
SCHEDULED_STATUSES = (Status.WAITING, Status.RESOLVED)


class Priority(models.IntegerChoices):
    LOW = 1, "Low"
    NORMAL = 2, "Normal"
    HIGH = 3, "High"
    URGENT = 4, "Urgent"

    @classmethod
    def from_label(cls, label: str) -> "Priority":
        """Return the priority written `label` ("Low" ... "Urgent"); raises `ValueError`."""
        for priority in cls:
            if priority.label == label:
                return priority
        raise ValueError(f"{label!r} is not a priority")


class Score(models.IntegerChoices):
    """The five faces of a rating."""

    VERY_BAD = 1, "Very bad"
    BAD = 2, "Bad"
    FAIR = 3, "Fair"
    GOOD = 4, "Good"
    VERY_GOOD = 5, "Very good"


# From this face on a customer counts as satisfied.
SATISFIED = Score.GOOD


class Channel(models.TextChoices):
    PORTAL = "portal", "Portal"
    API = "api", "API"
    STAFF = "staff", "Raised by staff"
    PHONE = "phone", "Phone"
    IMPORT = "import", "Imported"
    EMAIL = "email", "E-mail"


# Raised by the customers themselves, signed in; the other ways say nothing about who owns the
# address.
RAISED_BY_CUSTOMER = (Channel.PORTAL, Channel.API)


class Visibility(models.TextChoices):
    PUBLIC = "public", "Public reply"
    INTERNAL = "internal", "Internal note"


class ParticipantRole(models.TextChoices):
    """How somebody follows a ticket."""

    CC = "cc", "Also following"
    WATCHER = "watcher", "Watching"


class DraftKind(models.TextChoices):
    REPLY = "reply", "Reply"
    NOTE = "note", "Internal note"
    RESOLVE = "resolve", "What was done"


class FileState(models.TextChoices):
    PENDING = "pending", "Being checked"
    CLEAN = "clean", "Clean"
    QUARANTINED = "quarantined", "Blocked by the virus scanner"


class EventType(models.TextChoices):
    CREATED = "created", "Raised"
    ASSIGNED = "assigned", "Assigned"
    UNASSIGNED = "unassigned", "Unassigned"
    TEAM_CHANGED = "team_changed", "Team changed"
    AUTO_ASSIGNED = "auto_assigned", "Chosen by the desk"
    MACRO_APPLIED = "macro_applied", "Macro used"
    REPLY_ADDED = "reply_added", "Reply"
    NOTE_ADDED = "note_added", "Internal note"
    STATUS_CHANGED = "status_changed", "Status changed"
    PRIORITY_CHANGED = "priority_changed", "Priority changed"
    CATEGORY_CHANGED = "category_changed", "Category changed"
    SUMMARY_CHANGED = "summary_changed", "Resolution summary changed"
    RESOLVED = "resolved", "Resolved"
    CLOSED = "closed", "Closed"
    REOPENED = "reopened", "Reopened"
    PARTICIPANT_ADDED = "participant_added", "Participant added"
    PARTICIPANT_REMOVED = "participant_removed", "Participant removed"
    WATCHER_ADDED = "watcher_added", "Watcher added"
    WATCHER_REMOVED = "watcher_removed", "Watcher removed"
    CUSTOMER_REMINDED = "customer_reminded", "Customer reminded"
    COURTESY_DISMISSED = "courtesy_dismissed", "Thanks dismissed"
    FOLLOWED_UP = "followed_up", "Followed up"
    RATED = "rated", "Rated"
    CLOSING_ANNOUNCED = "closing_announced", "Closing announced"
    GUEST_LINKS_ENDED = "guest_links_ended", "Guest links ended"
    DELETED = "deleted", "Deleted"
    RESTORED = "restored", "Restored"
    PURGED = "purged", "Texts removed for good"
    MESSAGE_EDITED = "message_edited", "Message edited"
    MESSAGE_WITHDRAWN = "message_withdrawn", "Message withdrawn"
    REDACTED = "redacted", "Text removed"
    LINKED = "linked", "Linked"
    UNLINKED = "unlinked", "Link removed"
    TAGGED = "tagged", "Tag added"
    UNTAGGED = "untagged", "Tag removed"
    SNOOZED = "snoozed", "Snoozed"
    WOKEN = "woken", "Back in the queue"
    REMINDED = "reminded", "Reminder"
    CHECKLIST_CHANGED = "checklist_changed", "Checklist changed"
    TIME_LOGGED = "time_logged", "Time spent"
    REPLY_HELD = "reply_held", "Reply not sent"
    SENT_ANYWAY = "sent_anyway", "Sent anyway"
    FILE_REMOVED = "file_removed", "File removed"
    NOTE_FILE_REMOVED = "note_file_removed", "File of a note removed"
    FILE_BLOCKED = "file_blocked", "File blocked"
    FILE_RELEASED = "file_released", "File released"
    MERGED = "merged", "Merged into another ticket"
    MERGED_IN = "merged_in", "Another ticket merged in"
    UNMERGED = "unmerged", "Merge undone"
    TAKEN_OUT = "taken_out", "Merged ticket taken out"
    SPLIT = "split", "Message continued in another ticket"
    AUTOMATIC_MAIL = "automatic_mail", "Automatic mail received"
    CUSTOMER_CHANGED = "customer_changed", "Customers merged"
    MAIL_BOUNCED = "mail_bounced", "A mail came back"
    MAIL_SUSPENDED = "mail_suspended", "A mail waits for an admin"
    TARGET_WARNED = "target_warned", "Target warning"
    TARGET_MISSED = "target_missed", "Target missed"
    UPDATE_PROMISED = "update_promised", "Update promised"
    TARGETS_CHANGED = "targets_changed", "Targets changed"


class MailPeople(models.TextChoices):
    """Whom a mail to the desk makes take part, of those it goes to as well."""

    OFF = "off", "Nobody"
    SAME = "same", "People at the sender's mail domain or in their organisation"
    KNOWN = "known", "Customers who are known already"


# Never shown to a customer, neither as a row nor by a trace.
STAFF_ONLY_EVENTS = (
    EventType.TEAM_CHANGED,
    EventType.AUTO_ASSIGNED,
    EventType.MACRO_APPLIED,
    EventType.NOTE_ADDED,
    EventType.SUMMARY_CHANGED,
    EventType.WATCHER_ADDED,
    EventType.WATCHER_REMOVED,
    EventType.COURTESY_DISMISSED,
    EventType.GUEST_LINKS_ENDED,
    EventType.DELETED,
    EventType.RESTORED,
    EventType.PURGED,
    # The message itself says that it was corrected; of a note there is no trace.
    EventType.MESSAGE_EDITED,
    EventType.MESSAGE_WITHDRAWN,
    EventType.REDACTED,
    EventType.LINKED,
    EventType.UNLINKED,
    EventType.TAGGED,
    EventType.UNTAGGED,
    EventType.SNOOZED,
    EventType.WOKEN,
    EventType.REMINDED,
    EventType.CHECKLIST_CHANGED,
    EventType.TIME_LOGGED,
    EventType.REPLY_HELD,
    EventType.SENT_ANYWAY,
    EventType.NOTE_FILE_REMOVED,
    EventType.FILE_BLOCKED,
    EventType.FILE_RELEASED,
    EventType.MERGED,
    EventType.MERGED_IN,
    EventType.UNMERGED,
    EventType.TAKEN_OUT,
    EventType.SPLIT,
    EventType.AUTOMATIC_MAIL,
    EventType.CUSTOMER_CHANGED,
    EventType.MAIL_BOUNCED,
    EventType.MAIL_SUSPENDED,
    EventType.TARGET_WARNED,
    EventType.TARGET_MISSED,
    EventType.TARGETS_CHANGED,
)
# What brings a ticket that rests back into the queues; of replies, the customer's.
WAKING_EVENTS = (
    EventType.REPLY_ADDED,
    EventType.ASSIGNED,
    EventType.UNASSIGNED,
    EventType.RESOLVED,
    EventType.CLOSED,
    EventType.REOPENED,
    EventType.MERGED,
    EventType.MERGED_IN,
)
# About a ticket that is shown in another one: that one's own event says it.
OF_MERGED_ITSELF = (EventType.MERGED, EventType.UNMERGED)

# Whoever writes a reply must have seen these first, unless they did it themselves: what was said,
# and where the ticket stands and with whom.
GUARDED_EVENTS = (
    EventType.REPLY_ADDED,
    EventType.NOTE_ADDED,
    EventType.MESSAGE_EDITED,
    EventType.MESSAGE_WITHDRAWN,
    EventType.STATUS_CHANGED,
    EventType.ASSIGNED,
    EventType.UNASSIGNED,
    EventType.RESOLVED,
    EventType.CLOSED,
    EventType.REOPENED,
    EventType.MERGED_IN,
)


class OutgoingState(models.TextChoices):
    WAITING = "waiting", "Goes out in a moment"
    HELD = "held", "Not sent"
    TAKEN_BACK = "taken_back", "Taken back"


class RelationKind(models.TextChoices):
    """What one ticket is to another, read from the first to the second."""

    RELATED = "related", "Related to"
    DUPLICATE_OF = "duplicate_of", "Duplicate of"
    CHILD_OF = "child_of", "Child of"
    BLOCKS = "blocks", "Blocks"
    SPLIT_FROM = "split_from", "Split from"


# Read along any number of these, nobody ever comes back to where they began.
ACYCLIC_KINDS = (RelationKind.DUPLICATE_OF, RelationKind.CHILD_OF, RelationKind.BLOCKS)


class LinkWord(models.TextChoices):
    """A relation as it reads from one of its two ends."""

    RELATED = "related", "Related to"
    DUPLICATE_OF = "duplicate_of", "Duplicate of"
    DUPLICATED_BY = "duplicated_by", "Duplicated by"
    CHILD_OF = "child_of", "Child of"
    PARENT_OF = "parent_of", "Parent of"
    BLOCKS = "blocks", "Blocks"
    BLOCKED_BY = "blocked_by", "Blocked by"
    SPLIT_FROM = "split_from", "Split from"
    SPLIT_INTO = "split_into", "Split into"

    @classmethod
    def of(cls, kind: str, *, turned: bool) -> "LinkWord":
        """Return how `kind` reads from its beginning, or `turned` from its end."""
        return cls(TURNED_WORDS.get(kind, kind)) if turned else cls(kind)

    @property
    def kind(self) -> RelationKind:
        return RelationKind(KINDS_TURNED.get(self, self))

    @property
    def is_turned(self) -> bool:
        """Whether the ticket that says it is the relation's end."""
        return self in KINDS_TURNED

    @property
    def turned(self) -> "LinkWord":
        """Return what the other ticket says."""
        return LinkWord.of(self.kind, turned=not self.is_turned)


TURNED_WORDS: dict[str, str] = {
    RelationKind.DUPLICATE_OF: LinkWord.DUPLICATED_BY,
    RelationKind.CHILD_OF: LinkWord.PARENT_OF,
    RelationKind.BLOCKS: LinkWord.BLOCKED_BY,
    RelationKind.SPLIT_FROM: LinkWord.SPLIT_INTO,
}
KINDS_TURNED: dict[str, str] = {word: kind for kind, word in TURNED_WORDS.items()}
# What people say; a split says the rest by itself.
SAID_WORDS = [word for word in LinkWord if word.kind != RelationKind.SPLIT_FROM]
SAID_CHOICES = [(word.value, word.label) for word in SAID_WORDS]


class FoundIn(models.TextChoices):
    """Where a ticket has the words of a search; the label is what a list says before them."""

    SUBJECT = "subject", ""
    DESCRIPTION = "description", ""
    MESSAGE = "message", "In a message"
    NOTE = "note", "In a note"
    FILE = "file", "A file"
    CUSTOMER = "customer", "Customer"
