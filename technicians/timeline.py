"""A ticket's timeline for staff: messages, and between them changes, folded where several meet.

A long thread costs what a short one costs: its beginning, its newest messages, and how many lie
between, which come in pages.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from accounts.models import User
from tickets.choices import EventType, OutgoingState, Status
from tickets.models import OutgoingReply, Ticket, TicketEvent
from tickets.services import news_since

TAIL_MESSAGES = 8
PAGE_MESSAGES = 20
HEAD_EVENTS = 12  # looked at for the first reply or note
MAX_EVENTS = 200  # in one piece of the timeline
MAX_COUNT = 1_000

FOLDED = frozenset(
    {
        EventType.ASSIGNED,
        EventType.UNASSIGNED,
        EventType.TEAM_CHANGED,
        EventType.AUTO_ASSIGNED,
        EventType.MACRO_APPLIED,
        EventType.STATUS_CHANGED,
        EventType.PRIORITY_CHANGED,
        EventType.CATEGORY_CHANGED,
        EventType.SUMMARY_CHANGED,
        EventType.PARTICIPANT_ADDED,
        EventType.PARTICIPANT_REMOVED,
        EventType.WATCHER_ADDED,
        EventType.WATCHER_REMOVED,
        EventType.GUEST_LINKS_ENDED,
        EventType.CUSTOMER_CHANGED,
        EventType.LINKED,
        EventType.UNLINKED,
        EventType.TAGGED,
        EventType.UNTAGGED,
        EventType.SNOOZED,
        EventType.WOKEN,
        EventType.REMINDED,
        EventType.CHECKLIST_CHANGED,
        EventType.TIME_LOGGED,
        EventType.MESSAGE_EDITED,
        EventType.MESSAGE_WITHDRAWN,
        EventType.REDACTED,
        EventType.TARGETS_CHANGED,
    }
)


@dataclass
class Entry:
    """A message (`event`), or one or several changes that stand together (`changes`)."""

    event: TicketEvent | None = None
    changes: list[TicketEvent] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        """The changes in a few words each."""
        return [in_short(event) for event in self.changes]


@dataclass(frozen=True)
class Thread:
    """The pieces of a timeline: its beginning, `hidden` messages, and the entries that follow.

    `before` is the position to ask for the page of hidden messages that ends at `entries`;
    `is_newest` is False on such a page.
    """

    head: list[Entry]
    hidden: int
    entries: list[Entry]
    before: int
    is_newest: bool
    last_event: int

    @property
    def events(self) -> Iterator[TicketEvent]:
        """All that is shown."""
        for entry in (*self.head, *self.entries):
            yield from [entry.event] if entry.event else entry.changes


def load_thread(ticket: Ticket, reader: User, *, before: int | None = None) -> Thread:
    """Return the newest part of the timeline, or the page of messages before the event `before`."""
    events = TicketEvent.objects.of(ticket).visible_to(reader)
    descriptions = Q(type=EventType.CREATED) & ~Q(ticket=ticket)  # of tickets merged in
    messages = events.filter(Q(comment__isnull=False) | descriptions)
    head = _head(events, ticket)
    end = head[-1].pk if head else 0
    size = TAIL_MESSAGES if before is None else PAGE_MESSAGES
    older = messages.filter(pk__gt=end)
    if before is not None:
        older = older.filter(pk__lt=before)
    numbers = list(older.order_by("-id").values_list("pk", flat=True)[: size + MAX_COUNT])
    start = numbers[size - 1] if len(numbers) > size else end + 1
    piece = events.for_timeline().filter(pk__gte=start, pk__gt=end)
    if before is not None:
        piece = piece.filter(pk__lt=before)
    # Newest first and bounded, should somebody have turned one property a thousand times.
    rows = list(reversed(piece.order_by("-id")[:MAX_EVENTS]))
    first = rows[0].pk if rows else start
    return Thread(
        head=list(fold(head, ticket)),
        hidden=sum(number < first for number in numbers),
        entries=list(fold(rows, ticket)),
        before=first,
        is_newest=before is None,
        last_event=rows[-1].pk if rows else end,
    )


def _head(events: QuerySet[TicketEvent], ticket: Ticket) -> list[TicketEvent]:
    """Return the first events, up to the first reply or note (the description is not an event)."""
    rows = []
    for event in events.for_timeline()[:HEAD_EVENTS]:  # type: ignore[attr-defined]
        rows.append(event)
        if event.comment_id or _is_description(event, ticket):
            break
    return rows


def _is_description(event: TicketEvent, ticket: Ticket) -> bool:
    """Whether the event brings the description of a ticket that was merged into this one."""
    return event.type == EventType.CREATED and event.ticket_id != ticket.pk


def fold(events: Iterable[TicketEvent], ticket: Ticket) -> Iterator[Entry]:
    """Put consecutive changes together; a handover is one change, not a loss and a gain."""
    changes: list[TicketEvent] = []
    for event in events:
        if event.type in FOLDED and not event.comment_id:
            if _is_handover(changes, event):
                changes.pop()
            changes.append(event)
            continue
        if changes:
            yield Entry(changes=changes)
            changes = []
        if event.type != EventType.CREATED or _is_description(event, ticket):
            yield Entry(event=event)
    if changes:
        yield Entry(changes=changes)


def _is_handover(changes: list[TicketEvent], event: TicketEvent) -> bool:
    former = event.changes.get("technician", [None])[0]
    return bool(
        event.type == EventType.ASSIGNED
        and former
        and changes
        and changes[-1].type == EventType.UNASSIGNED
        and changes[-1].actor_id == event.actor_id
    )


def in_short(event: TicketEvent) -> str:
    """Return a change in a few words: "assigned to Mei Tanaka", "status On hold"."""
    changes = event.changes
    match event.type:
        case EventType.ASSIGNED:
            taken = event.technician_id == event.actor_id
            name = event.technician.name if event.technician else "somebody"
            return f"{name} took the ticket" if taken else f"assigned to {name}"
        case EventType.UNASSIGNED:
            return "unassigned"
        case EventType.STATUS_CHANGED:
            return f"status {Status(changes['status'][1]).label}"
        case EventType.PRIORITY_CHANGED:
            return f"priority {changes['priority'][1]}"
        case EventType.CATEGORY_CHANGED:
            return f"category {changes['category'][1]}"
    return sharing_in_short(event) or people_in_short(event)


def sharing_in_short(event: TicketEvent) -> str:
    """Return how the desk shares its work in a few words; nothing for any other change."""
    match event.type:
        case EventType.TEAM_CHANGED:
            return f"team {event.changes['team'][1] or 'none'}"
        case EventType.AUTO_ASSIGNED:
            return str(event.changes["reason"])
        case EventType.MACRO_APPLIED:
            return f"macro {event.changes['macro']}"
    return ""


def people_in_short(event: TicketEvent) -> str:
    """Return a change of those who follow the ticket in a few words; its name for any other."""
    match event.type:
        case EventType.PARTICIPANT_ADDED:
            return f"{event.changes['participant'][1]} added"
        case EventType.PARTICIPANT_REMOVED:
            return f"{event.changes['participant'][0]} removed"
        case EventType.WATCHER_ADDED:
            return f"{event.changes['watcher'][1]} watches the ticket"
        case EventType.WATCHER_REMOVED:
            return f"{event.changes['watcher'][0]} watches no more"
        case EventType.LINKED:
            return str(event.changes["link"][1])
    return order_in_short(event)


def order_in_short(event: TicketEvent) -> str:
    """Return how somebody kept order in a few words; its name for any other event."""
    match event.type:
        case EventType.TAGGED:
            return f"tag {event.changes['tag'][1]}"
        case EventType.UNTAGGED:
            return f"tag {event.changes['tag'][0]} removed"
        case EventType.CHECKLIST_CHANGED:
            before, after = event.changes["checklist"]
            return f"checklist, {after or f'removed: {before}'}"
        case EventType.TARGETS_CHANGED:
            now = event.changes.get("policy") or event.changes.get("working_hours")
            return f"targets by {now[1] or 'no policy'}" if now else "targets changed"
        case EventType.TIME_LOGGED:
            taken, spent = event.changes["minutes"]
            return f"{spent} minutes spent" if spent else f"{taken} minutes removed"
    return event.get_type_display().lower()


def changes_since(ticket: Ticket, reader: User, event_id: int) -> list[TicketEvent]:
    """Return what happened after an event, at most ten facts, oldest first."""
    events = TicketEvent.objects.of(ticket).visible_to(reader).for_timeline()
    return list(events.filter(pk__gt=event_id)[:10])


def entries_since(ticket: Ticket, reader: User, event_id: int) -> list[Entry]:
    """Return the entries that follow an event, for a page that shows all before it."""
    events = TicketEvent.objects.of(ticket).visible_to(reader).filter(pk__gt=event_id)
    return list(fold(events.for_timeline()[:MAX_EVENTS], ticket))


@dataclass
class Card:
    """A reply on its way; `news` is what its author (the reader) has not seen, if it was held."""

    row: OutgoingReply
    news: list[TicketEvent] = field(default_factory=list)

    @property
    def newest(self) -> int:
        """The event that counts as seen when the news are shown."""
        return self.news[-1].pk if self.news else self.row.seen_event


@dataclass(frozen=True)
class Outgoing:
    """What is on its way on a ticket; `draft` is the reader's own one in the composer again."""

    cards: list[Card]
    draft: OutgoingReply | None

    @property
    def is_due(self) -> bool:
        """Whether a reply should be out by now."""
        return any(card.row.is_waiting and not card.row.seconds_left for card in self.cards)

    @property
    def delay(self) -> int | None:
        """Seconds until the page has something to ask for; None: nothing waits."""
        left = [card.row.seconds_left for card in self.cards if card.row.is_waiting]
        return min(left) + 1 if left else None


def load_outgoing(ticket: Ticket, reader: User) -> Outgoing:
    """Return the replies on their way on a ticket that `reader` may see.

    What a colleague has taken back is a draft, and theirs alone.
    """
    rows = list(ticket.outgoing.for_card())
    back = [row for row in rows if row.state == OutgoingState.TAKEN_BACK]
    own = [row for row in back if row.author_id == reader.pk]
    draft = max(own, key=lambda row: (row.changed_at, row.pk), default=None)
    cards = [Card(row) for row in rows if row not in back or (row in own and row != draft)]
    held = [card for card in cards if card.row.is_held and card.row.author_id == reader.pk]
    if held:
        oldest = min(card.row.seen_event for card in held)
        news = list(news_since(ticket, reader, oldest)[:MAX_EVENTS])
        for card in held:
            card.news = [event for event in news if event.pk > card.row.seen_event]
    return Outgoing(cards, draft)
