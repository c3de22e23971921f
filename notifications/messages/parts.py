"""What the mails about tickets are put together from."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.choices import Role
from accounts.compiled import objects_of
from accounts.models import Team, User
from accounts.templatetags.desk_ui import single_line
from notifications.messages.base import Words, name_of
from notifications.models import Preference
from technicians.models import Absence, Technician
from tickets.choices import (
    DONE_STATUSES,
    OPEN_STATUSES,
    EventType,
    FileState,
    Score,
    Visibility,
)
from tickets.guests import link_path
from tickets.links import rating_path
from tickets.models import (
    Category,
    CategoryTechnician,
    Ticket,
    TicketEvent,
)
from tickets.querysets import AttachmentQuerySet
from tickets.recipients import recipients_of, staff_among

# The resolution and its event are written in one transaction, moments apart.
MOMENT = timedelta(seconds=60)
FACES = {
    Score.VERY_BAD: "\U0001f620",
    Score.BAD: "\U0001f61e",
    Score.FAIR: "\U0001f610",
    Score.GOOD: "\U0001f60a",
    Score.VERY_GOOD: "\U0001f600",
}
# Written out, because each new ticket asks and the ORM takes longer to put the query together
# than the database to answer. %s: category, its parent, both again, a message that they want or "".
MEMBER, SERVED = (field.through._meta.db_table for field in (Team.members, Category.teams))
SERVING = f"""
    SELECT person.* FROM {User._meta.db_table} AS person
    WHERE person.is_active AND person.deleted_at IS NULL AND person.role = '{Role.TECHNICIAN}'
      AND person.id IN (SELECT user_id FROM {CategoryTechnician._meta.db_table}
                        WHERE category_id IN (%s, %s)
                        UNION ALL SELECT member.user_id FROM {MEMBER} AS member
                        JOIN {Team._meta.db_table} AS team ON team.id = member.team_id
                        JOIN {SERVED} AS served ON served.team_id = team.id
                        WHERE team.is_active AND served.category_id IN (%s, %s))
      AND EXISTS (SELECT 1 FROM {Technician._meta.db_table}
                  WHERE user_id = person.id AND is_available)
      AND NOT EXISTS (SELECT 1 FROM {Absence._meta.db_table}
                      WHERE technician_id = person.id AND ended_at IS NULL
                        AND starts_at <= CURRENT_TIMESTAMP AND ends_at > CURRENT_TIMESTAMP)
      AND NOT EXISTS (SELECT 1 FROM {Preference._meta.db_table}
                      WHERE user_id = person.id AND message = %s)
    ORDER BY person.id
"""  # noqa: S608


def serving(ticket: Ticket, *, wanting: str = "") -> Iterable[User]:
    """Return the technicians who are available and serve the ticket's category.

    `wanting` leaves out those who have turned that message off.
    """
    category = ticket.category
    if category is None:
        return []
    family = [category.pk, category.parent_id or category.pk]
    return objects_of(User, SERVING, [*family, *family, wanting])


def handover_note(event: TicketEvent) -> str:
    """Return the note with which the ticket was handed over in the same step, "" for none."""
    notes = event.ticket.events.filter(
        pk__lt=event.pk,
        type=EventType.NOTE_ADDED,
        actor=event.actor_id,
        at__gte=event.at - MOMENT,
    )
    note = notes.select_related("comment", "detail").order_by("-id").first()
    if note is None or note.comment is None or not note.changes.get("handover"):
        return ""
    return "" if note.comment.withdrawn_at else note.comment.body


def reply_before(event: TicketEvent) -> TicketEvent | None:
    """Return the public reply that led to this change of status in the same step, if any."""
    earlier = (
        event.ticket.events.filter(pk__lt=event.pk)
        .select_related("comment", "detail")
        .order_by("-pk")
    ).first()
    if earlier is None or earlier.type != EventType.REPLY_ADDED:
        return None
    return earlier if earlier.changes.get("then_status") == event.changes["status"][1] else None


def ending(event: TicketEvent, recipient: User) -> Words:
    """Return the summary, and the reply that came with the end."""
    reply = reply_before(event)
    return {
        "summary": event.changes.get("resolution_summary", ""),
        "text": public_text(reply) if reply else "",
        **public_files(reply, recipient),
    }


def says_why(event: TicketEvent) -> bool:
    """Whether somebody's words came with the end: a summary, or a reply of the same step."""
    return bool(event.changes.get("resolution_summary")) or reply_before(event) is not None


def faces(event: TicketEvent) -> list[Words]:
    """Return the links that rate this end of the ticket, where its customer is asked."""
    ticket = event.ticket
    ends_now = event.changes["status"][0] in OPEN_STATUSES
    if not ends_now or ticket.resolved_at is None or abs(ticket.resolved_at - event.at) > MOMENT:
        return []
    asked = ticket.ratings.filter(resolved_at=ticket.resolved_at, asked_at__isnull=False)
    if not asked.exists():
        return []
    return [
        {
            "word": score.label,
            "mark": FACES[score],
            "url": settings.SITE_URL + rating_path(ticket, score),
        }
        for score in Score
    ]


def by_customer(event: TicketEvent) -> bool:
    """Whether the requester did it, or another customer who takes part."""
    return event.actor is not None and event.actor.is_customer


def by_staff(event: TicketEvent) -> bool:
    """Whether somebody at the desk did it, and not the desk by itself."""
    return event.actor is not None and not event.actor.is_customer


def ends(event: TicketEvent) -> bool:
    """Whether the reply ended the ticket in the same step: the mail about that end brings it."""
    return event.changes.get("then_status") in DONE_STATUSES


def staff_told(event: TicketEvent) -> list[User]:
    """Return the technician and the watchers, without the one who did it."""
    told = staff_among(recipients_of(event.ticket, author=event.actor))
    return [recipient.user for recipient in told]


def public_files(event: TicketEvent | None, recipient: User) -> Words:
    """Return the files that came with the event, if everybody on the ticket may read it.

    The mail names them and links to them; it carries none, so that they stay behind the sign-in,
    or behind the link that opens the ticket without one.
    """
    comment = event.comment if event else None
    if event and event.type == EventType.CREATED:
        files = event.ticket.attachments.filter(comment__isnull=True)
    elif event and comment and comment.visibility == Visibility.PUBLIC:
        files = comment.attachments.filter(comment__withdrawn_at__isnull=True)
    else:
        return {"files": []}
    return {"files": linked(files, event, recipient)}


def linked(files: AttachmentQuerySet, event: TicketEvent, recipient: User) -> list[tuple[str, str]]:
    """Return the names of files, with where the recipient of a mail about the event gets them."""
    shown = list(files.stored().exclude(state=FileState.QUARANTINED))
    guest = guest_link(event, recipient) if shown else ""
    paths = [f"{guest}?file={file.pk}" if guest else file.get_absolute_url() for file in shown]
    links = [settings.SITE_URL + path for path in paths]
    return list(zip([single_line(file.name) for file in shown], links, strict=True))


def guest_link(event: TicketEvent, recipient: User) -> str:
    """Return the path that opens the ticket without a sign-in; "" for staff or where it is off."""
    if not recipient.is_customer:
        return ""
    return link_path(event.ticket, recipient, issued_at=event.at)


def public_text(event: TicketEvent) -> str:
    """Return the text that came with the event, if everybody on the ticket may read it."""
    comment = event.comment
    return comment.body if comment and comment.visibility == Visibility.PUBLIC else ""


def facts(ticket: Ticket) -> Words:
    """Return what staff want to know at a glance."""
    return {
        "customer": name_of(ticket.customer),
        "category": single_line(ticket.category_label),
        "priority": ticket.priority_label,
        "waiting_since": timezone.localtime(ticket.raised_at),
        "description": ticket.description,
    }
