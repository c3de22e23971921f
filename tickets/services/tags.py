"""Tags: on tickets by whoever writes notes there; renamed, merged and deleted by admins."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.choices import AccountEventType
from accounts.models import User
from accounts.permissions import require_admin
from accounts.services.events import record as record_for_desk
from accounts.text import check_text
from tickets.choices import EventType
from tickets.models import Tag, Ticket, TicketTag
from tickets.models.tag import TAG_LENGTH
from tickets.permissions import can_tag
from tickets.services.changes import allow, lock, record

NOT_ALLOWED = "Tags are for those who work on the ticket or watch it."
MOST_TAGS = 20


def clean_tag(name: str) -> str:
    """Return the name as it is stored: one line, single blanks, no comma and no leading #."""
    name = re.sub(r"\s+", " ", name).strip().lstrip("#").strip()
    check_text("name", name, max_length=TAG_LENGTH)
    if "," in name:
        raise ValidationError({"name": "A tag can't have a comma. Add one after the other."})
    return name


def ensure_tag(name: str) -> Tag:
    """Return the tag of that name, made new where there is none."""
    name = clean_tag(name)
    known = Tag.objects.named(name).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return Tag.objects.create(name=name)
    except IntegrityError:  # somebody else was quicker
        return Tag.objects.named(name).get()


@transaction.atomic
def add_tag(ticket: Ticket, *, name: str, actor: User) -> Tag:
    """Put the tag of that name on the ticket, made new where there is none; twice is once.

    No change of the ticket's version: nobody's reply depends on it.
    """
    ticket = lock(ticket, actor=actor)
    allow(can_tag(ticket, actor), NOT_ALLOWED)
    tag = ensure_tag(name)
    if ticket.tag_rows.filter(tag=tag).exists():
        return tag
    if ticket.tag_rows.count() >= MOST_TAGS:
        raise ValidationError({"name": f"A ticket has at most {MOST_TAGS} tags. Remove one first."})
    TicketTag.objects.create(ticket=ticket, tag=tag, added_by=actor)
    record(ticket, EventType.TAGGED, actor=actor, changes={"tag": [None, tag.name]})
    return tag


@transaction.atomic
def remove_tag(ticket: Ticket, *, tag: Tag, actor: User) -> bool:
    """Take the tag off the ticket; False where it was off already."""
    ticket = lock(ticket, actor=actor)
    allow(can_tag(ticket, actor), NOT_ALLOWED)
    gone, _ = ticket.tag_rows.filter(tag=tag).delete()
    if gone:
        record(ticket, EventType.UNTAGGED, actor=actor, changes={"tag": [tag.name, None]})
    return bool(gone)


# The words themselves --------------------------------------------------------------------------


@transaction.atomic
def create_tag(*, name: str, actor: User) -> Tag:
    """Make a tag that no ticket has yet."""
    require_admin(actor)
    name = clean_tag(name)
    _refuse_taken(name)
    tag = Tag.objects.create(name=name)
    _told(AccountEventType.TAG_ADDED, tag, actor, name=[None, name])
    return tag


@transaction.atomic
def rename_tag(tag: Tag, *, name: str, actor: User) -> Tag:
    """Call the tag otherwise, on all its tickets."""
    require_admin(actor)
    name = clean_tag(name)
    tag = Tag.objects.select_for_update().get(pk=tag.pk)
    if tag.name == name:
        return tag
    _refuse_taken(name, besides=tag)
    before, tag.name = tag.name, name
    tag.save(update_fields=["name"])
    _told(AccountEventType.TAG_CHANGED, tag, actor, name=[before, name])
    return tag


@transaction.atomic
def merge_tags(tag: Tag, *, into: Tag, actor: User) -> Tag:
    """Give all tickets of `tag` the tag `into` instead, and return that one; `tag` is gone."""
    require_admin(actor)
    if tag.pk == into.pk:
        raise ValidationError({"into": "A tag can't be merged into itself."}, code="self")
    held = Tag.objects.select_for_update().order_by("pk").in_bulk([tag.pk, into.pk])
    if len(held) < 2:
        raise ValidationError({"into": "One of the tags is gone. Look at the list again."}, "gone")
    tag, into = held[tag.pk], held[into.pk]
    both = TicketTag.objects.filter(tag=into).values("ticket")
    tag.rows.exclude(ticket__in=both).update(tag=into)
    tag.delete()
    _told(AccountEventType.TAG_MERGED, into, actor, merged=[tag.name, None])
    return into


@transaction.atomic
def delete_tag(tag: Tag, *, actor: User) -> None:
    """Take the tag off all tickets, for good."""
    require_admin(actor)
    name = tag.name
    if Tag.objects.filter(pk=tag.pk).delete()[0]:
        _told(AccountEventType.TAG_DELETED, tag, actor, name=[name, None])


def _refuse_taken(name: str, besides: Tag | None = None) -> None:
    others = Tag.objects.named(name)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    if others.exists():
        raise ValidationError({"name": "There is such a tag already: merge the two."}, "taken")


def _told(type: AccountEventType, tag: Tag, actor: User, **changes: Any) -> None:
    record_for_desk(None, type, actor=actor, changes={"tag": tag.name, **changes})
