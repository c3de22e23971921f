"""How a ticket's status and priority look, for staff and in the customer's words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from html import escape
from typing import Any, NamedTuple

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.models import AddressFault
from accounts.numbers import public_id
from accounts.templatetags.desk_ui import icon, single_line
from tickets.choices import EventType, Priority, Score, Status
from tickets.guests import file_path, upload_path
from tickets.images import THUMBNAIL
from tickets.markup import render
from tickets.models import Attachment, DeskSettings, MailOrigin, Ticket, TicketEvent
from tickets.models.ticket import TICKET_PREFIX
from tickets.queries import Link
from tickets.services import rules_in_words

register = template.Library()

# How a text marks the place of an image, up to its name; and what stands between tags.
PLACE = "[image: "
TAGS = re.compile(r"(<[^>]*>)")


class StatusLook(NamedTuple):
    """The colour class, the icon and the word that a customer reads."""

    css: str
    icon: str
    customer: str


class PriorityLook(NamedTuple):
    """The colour class, the icon, and the sentence by which a customer chooses it."""

    css: str
    icon: str
    sentence: str


STATUS_LOOKS = {
    Status.PENDING: StatusLook("st-new", "circle", "Received"),
    Status.ASSIGNED: StatusLook("st-open", "person-check", "In progress"),
    Status.IN_PROGRESS: StatusLook("st-open", "circle-half", "In progress"),
    Status.WAITING: StatusLook("st-waiting", "hourglass-split", "Waiting for you"),
    Status.ON_HOLD: StatusLook("st-hold", "pause-circle", "On hold"),
    Status.RESOLVED: StatusLook("st-resolved", "check-circle", "Resolved"),
    Status.CLOSED: StatusLook("st-closed", "archive", "Closed"),
}
PRIORITY_LOOKS = {
    Priority.LOW: PriorityLook("pr-low", "chevron-down", "A question, or something small"),
    Priority.NORMAL: PriorityLook("pr-normal", "dash-lg", "It is slow or awkward, but I can work"),
    Priority.HIGH: PriorityLook(
        "pr-high", "chevron-up", "I cannot do an important part of my work"
    ),
    Priority.URGENT: PriorityLook("pr-urgent", "chevron-double-up", "Many people cannot work"),
}
FACES = {
    Score.VERY_BAD: "emoji-angry",
    Score.BAD: "emoji-frown",
    Score.FAIR: "emoji-neutral",
    Score.GOOD: "emoji-smile",
    Score.VERY_GOOD: "emoji-laughing",
}
EVENT_ICONS = {
    EventType.ASSIGNED: "person-check",
    EventType.UNASSIGNED: "person-dash",
    EventType.TEAM_CHANGED: "people",
    EventType.AUTOMATIC_MAIL: "envelope",
    EventType.MAIL_BOUNCED: "envelope",
    EventType.MAIL_SUSPENDED: "envelope",
    EventType.AUTO_ASSIGNED: "person-check",
    EventType.MACRO_APPLIED: "play-circle",
    EventType.PRIORITY_CHANGED: "sort-down",
    EventType.CATEGORY_CHANGED: "tag",
    EventType.SUMMARY_CHANGED: "pencil",
    EventType.RESOLVED: "check-circle",
    EventType.CLOSED: "archive",
    EventType.REOPENED: "arrow-counterclockwise",
    EventType.PARTICIPANT_ADDED: "person-plus",
    EventType.PARTICIPANT_REMOVED: "person-dash",
    EventType.WATCHER_ADDED: "bell",
    EventType.WATCHER_REMOVED: "bell",
    EventType.CUSTOMER_REMINDED: "bell",
    EventType.COURTESY_DISMISSED: "check2",
    EventType.FOLLOWED_UP: "arrow-left-right",
    EventType.CLOSING_ANNOUNCED: "clock",
    EventType.RATED: "emoji-smile",
    EventType.GUEST_LINKS_ENDED: "lock",
    EventType.CUSTOMER_CHANGED: "person",
    EventType.DELETED: "trash",
    EventType.FILE_REMOVED: "trash",
    EventType.NOTE_FILE_REMOVED: "trash",
    EventType.FILE_BLOCKED: "shield-exclamation",
    EventType.FILE_RELEASED: "check-circle",
    EventType.RESTORED: "arrow-counterclockwise",
    EventType.PURGED: "trash",
    EventType.MESSAGE_EDITED: "pencil",
    EventType.MESSAGE_WITHDRAWN: "x-lg",
    EventType.REDACTED: "trash",
    EventType.LINKED: "link-45deg",
    EventType.UNLINKED: "link-45deg",
    EventType.TAGGED: "tag",
    EventType.UNTAGGED: "tag",
    EventType.SNOOZED: "pause-circle",
    EventType.WOKEN: "play-circle",
    EventType.REMINDED: "bell",
    EventType.CHECKLIST_CHANGED: "check2-circle",
    EventType.TIME_LOGGED: "clock",
    EventType.REPLY_HELD: "exclamation-circle",
    EventType.SENT_ANYWAY: "exclamation-triangle",
    EventType.SPLIT: "scissors",
    EventType.MERGED: "sign-merge-right",
    EventType.MERGED_IN: "sign-merge-right",
    EventType.UNMERGED: "arrow-counterclockwise",
    EventType.TAKEN_OUT: "arrow-counterclockwise",
    EventType.TARGET_WARNED: "clock-history",
    EventType.TARGET_MISSED: "exclamation-circle",
    EventType.UPDATE_PROMISED: "clock",
    EventType.TARGETS_CHANGED: "clock",
}


@register.filter
def origin(event: TicketEvent | str | None, ticket: Ticket) -> str:
    """The number of the ticket where an event of a timeline happened, if that was merged in."""
    if not event or event.ticket_id == ticket.pk:  # type: ignore[union-attr]
        return ""
    return public_id(TICKET_PREFIX, event.ticket_id)  # type: ignore[union-attr]


@register.simple_tag(takes_context=True)
def continued_in(context: Any) -> list[Link]:
    """The page's `links` to tickets in which the message of the page's `event` goes on."""
    event = context.get("event")
    number = event.comment_id if event else None
    return [link for link in context.get("links", ()) if number and link.comment == number]


@register.simple_tag(takes_context=True)
def arrived_as(context: Any) -> MailOrigin | None:
    """The mail that the message being shown arrived as, of the page's `mail_origins`."""
    event, comment = context.get("event"), context.get("comment")
    found = context.get("mail_origins") or {}
    if comment:
        return found.get(("comment", comment.pk))
    number = event.ticket_id if event else context["ticket"].pk
    return found.get(("ticket", number))


@register.simple_tag
def address_fault(email: str) -> AddressFault | None:
    """What is known against sending mails to the address."""
    return AddressFault.objects.filter(pk=email).first()


@register.filter
def customer_status(status: str) -> str:
    """The status in the customer's words: "Waiting for you" for "Waiting on Customer"."""
    return STATUS_LOOKS[Status(status)].customer


@register.filter
def staff_status(status: str) -> str:
    """The status as the desk says it: "Waiting on customer"."""
    return Status(status).label


@register.simple_tag
def status_badge(status: str, *, as_customer: bool = False) -> SafeString:
    """Icon and word of a status; `as_customer` chooses the customer's words."""
    look = STATUS_LOOKS[Status(status)]
    word = look.customer if as_customer else Status(status).label
    return format_html('<span class="st {}">{}{}</span>', look.css, icon(look.icon), word)


@register.simple_tag
def priority_mark(priority: int, *, text: bool = True) -> SafeString:
    """Icon and word of a priority (1 to 4); without `text` the word is the icon's name."""
    look, word = PRIORITY_LOOKS[Priority(priority)], Priority(priority).label
    if text:
        return format_html('<span class="pr {}">{}{}</span>', look.css, icon(look.icon), word)
    return format_html(
        '<span class="pr {}">{}</span>', look.css, icon(look.icon, label=f"{word} priority")
    )


@register.filter
def priority_sentence(priority: int) -> str:
    """What a priority means in the words of the one who is held up."""
    return PRIORITY_LOOKS[Priority(priority)].sentence


@register.simple_tag(takes_context=True)
def written(context: Context, text: str, files: Iterable[Attachment] = ()) -> SafeString:
    """What somebody wrote, as HTML; the page's `ticket_links` say which numbers become links.

    An image of `files` stands where the text says `[image: NAME]`, as mails have it.
    """
    html = render(text, context.get("ticket_links"))
    if PLACE not in html:
        return html
    shown = {
        f"{PLACE}{escape(file.name, quote=False)}]": format_html(
            '<a class="thumb in-text" href="{}"><img src="{}" alt="{}" loading="lazy" {}></a>',
            file_url(context, file, "shown"),
            file_url(context, file, "thumbnail"),
            single_line(file.name),
            thumbnail_size(file),
        )
        for file in files or ()
        if file.is_image and file.is_clean and file.removed_at is None
    }
    if not shown:
        return html
    places = re.compile("|".join(map(re.escape, sorted(shown, key=len, reverse=True))))
    # Between the tags only, never within one, and in one go: never within an image's own tag.
    pieces = TAGS.split(html)
    for number in range(0, len(pieces), 2):
        pieces[number] = places.sub(lambda place: shown[place[0]], pieces[number])
    return mark_safe("".join(pieces))  # noqa: S308  sanitised, and our own images


@register.simple_tag
def face_icon(score: int | str, *, label: str = "") -> SafeString:
    """The face of a score (1 to 5); the word stands beside it, or is its `label`."""
    return icon(FACES[Score(int(score))], label=label)


@register.simple_tag
def event_icon(event: TicketEvent) -> SafeString:
    """The icon of a line of the timeline; a change of status shows the new one."""
    if event.type == EventType.STATUS_CHANGED:
        return icon(STATUS_LOOKS[Status(event.changes["status"][1])].icon)
    return icon(EVENT_ICONS.get(EventType(event.type), "circle"))


@register.filter
def as_moment(text: str | None) -> datetime | None:
    """The moment that an event wrote down in ISO 8601, None for none."""
    return datetime.fromisoformat(text) if text else None


@register.filter
def next_step(ticket: Ticket) -> str:
    """What happens next, in a sentence for the customer."""
    name = ticket.technician.name if ticket.technician else "The desk"
    if ticket.merged_into_id:
        return f"It goes on as {ticket.merged_into_public_id}"
    match ticket.status:
        case Status.PENDING:
            return "We are finding the right person for it"
        case Status.ASSIGNED:
            return f"{name} will look at it"
        case Status.IN_PROGRESS:
            done = "is working on it" if ticket.awaits_reply else "replied and is working on it"
            return f"{name} {done}"
        case Status.WAITING:
            return f"{name} needs an answer from you"
        case Status.ON_HOLD:
            return f"{name} waits for something else. You need do nothing"
        case Status.RESOLVED:
            return "Tell us whether it is solved"
    return "It is done"


class FileRules(NamedTuple):
    """What may be attached: a sentence, and the `accept` of a file field."""

    words: str
    accept: str


@register.simple_tag(takes_context=True)
def file_rules(context: template.Context) -> FileRules:
    """Return what the desk takes, for people and for the browser; asked once for a page."""
    request = context.get("request")
    known: FileRules | None = getattr(request, "file_rules", None)
    if known is None:
        desk = DeskSettings.load()
        accept = ",".join(f".{extension}" for extension in desk.extensions)
        known = FileRules(rules_in_words(desk), accept)
        if request is not None:
            request.file_rules = known
    return known


@register.simple_tag(takes_context=True)
def file_url(context: template.Context, file: Attachment, what: str = "") -> str:
    """Return the reader's address of a file: its content, `shown`, `thumbnail` or `discard`."""
    return file_path(file.pk, context["request"].user, what)


@register.simple_tag(takes_context=True)
def upload_url(context: template.Context) -> str:
    """Return where the reader's files go before they are sent."""
    return upload_path(context["request"].user)


@register.simple_tag
def thumbnail_size(file: Attachment) -> SafeString:
    """Return the attributes that keep an image's place free until it is there."""
    width, height = file.width or 1, file.height or 1
    scale = min(1, THUMBNAIL[0] / width, THUMBNAIL[1] / height)
    return format_html(
        'width="{}" height="{}"', max(1, round(width * scale)), max(1, round(height * scale))
    )
