"""Writing stories to the database by the quickest road that it offers."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import chain, count, islice
from secrets import token_hex
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Max, Model
from django.utils import timezone

from accounts.facts import audit_keys, digest_of, encode, sign
from operations.demo import upkeep
from operations.demo.story import Roster, Story
from tickets.choices import SCHEDULED_STATUSES, EventType, Visibility
from tickets.models import (
    Comment,
    Rating,
    Tag,
    Ticket,
    TicketEvent,
    TicketEventDetail,
    TicketTag,
)

BATCH = 2_000
# From so many tickets on it is quicker to build the indexes afterwards.
REBUILD_FROM = 20_000
SILENT = (
    EventType.CREATED,
    EventType.NOTE_ADDED,
    EventType.RATED,
    EventType.TAGGED,
    EventType.TEAM_CHANGED,
    EventType.CHECKLIST_CHANGED,
    EventType.TIME_LOGGED,
    EventType.SNOOZED,
)
# What the desk does by itself begins a day after the demo was loaded: nobody gets a mail at once.
REST = timedelta(days=1)

Row = dict[str, Any]


def load_stories(
    stories: Iterable[Story],
    roster: Roster,
    *,
    expected: int,
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Store the stories with their events and comments; return how many tickets they were.

    Call it inside a transaction. No signal is sent, so nobody gets a mail. `progress` is told
    after each batch how many are stored.
    """
    comment_ids, event_ids = _next_ids(Comment), _next_ids(TicketEvent)
    rating_ids, now = _next_ids(Rating), timezone.now()
    source, done = iter(stories), 0
    with _indexes_afterwards(expected):
        while batch := list(islice(source, BATCH)):
            texts = {
                id(event): next(comment_ids) for s in batch for event in s.events if event.body
            }
            _insert(Ticket, [_ticket(story, roster, now) for story in batch])
            _insert(Comment, [row for story in batch for row in _comments(story, texts)])
            _insert_facts(_events(s, texts, event_ids) for s in batch)
            _insert(Rating, [_rating(s, next(rating_ids)) for s in batch if s.score])
            _tag(batch)
            upkeep.store(batch)
            done += len(batch)
            progress(done)
    _reset_sequences(Comment, TicketEvent, Rating)
    return done


def _next_ids(model: type[Model]) -> Iterator[int]:
    highest = model._default_manager.aggregate(highest=Max("pk"))["highest"]
    return count((highest or 0) + 1)


def _ticket(story: Story, roster: Roster, now: datetime) -> Row:
    thanked = story.thanked_at()
    if thanked and thanked < now - REST:
        thanked = None  # somebody has looked at it
    return {
        "number": story.number,
        "subject": story.subject,
        "description": story.description,
        "status": story.status.value,
        "priority": story.priority.value,
        "category_id": roster.categories[story.problem.category],
        "customer_id": story.customer.pk,
        "technician_id": story.technician.pk if story.technician else None,
        "team_id": story.team,
        "resolution_summary": story.summary,
        "channel": story.channel.value,
        "raised_at": story.raised_at,
        "first_answered_at": story.first_answer(),
        "resolved_at": story.finished(EventType.RESOLVED, EventType.CLOSED),
        "closed_at": story.finished(EventType.CLOSED),
        "updated_at": story.last_change(),
        "awaits_reply": story.awaits_reply(),
        "answered_by_note": story.answered_by_note(),
        "waiting_since": story.waits_since(),
        "confirm_since": thanked,
        "next_step_at": now + REST if story.status in SCHEDULED_STATUSES else None,
        "version": 1 + sum(event.type not in SILENT for event in story.events),
    }


def _rating(story: Story, pk: int) -> Row:
    rated_at = next(e.at for e in story.events if e.type == EventType.RATED)
    return {
        "id": pk,
        "ticket_id": story.number,
        "resolved_at": story.finished(EventType.RESOLVED, EventType.CLOSED),
        "customer_id": story.customer.pk,
        "technician_id": story.technician.pk if story.technician else None,
        "score": story.score.value if story.score else None,
        "comment": story.words,
        "rated_at": rated_at,
        "changed_at": rated_at,
    }


def _tag(stories: list[Story]) -> None:
    known = {tag.name.lower(): tag.pk for tag in Tag.objects.all()}
    for name in sorted({name for story in stories for name in story.tags}):
        if name.lower() not in known:
            known[name.lower()] = Tag.objects.create(name=name).pk
    TicketTag.objects.bulk_create(
        TicketTag(
            ticket_id=story.number,
            tag_id=known[event.changes["tag"][1].lower()],
            added_by_id=event.actor.pk,
            added_at=event.at or story.raised_at,
        )
        for story in stories
        for event in story.events
        if event.type == EventType.TAGGED
    )


def _comments(story: Story, texts: dict[int, int]) -> Iterator[Row]:
    for event in story.events:
        if event.body:
            visibility = Visibility.INTERNAL if event.internal else Visibility.PUBLIC
            yield {
                "id": texts[id(event)],
                "ticket_id": story.number,
                "author_id": event.actor.pk,
                "visibility": visibility.value,
                "body": event.body,
                "created_at": event.at,
            }


def _events(story: Story, texts: dict[int, int], ids: Iterator[int]) -> Iterator[Row]:
    for event in story.events:
        yield {
            "id": next(ids),
            "ticket_id": story.number,
            "type": event.type.value,
            "actor_id": event.actor.pk,
            "at": event.at,
            "changes": event.changes,
            "comment_id": texts.get(id(event)),
            "technician_id": event.technician.pk if event.technician else None,
        }


def _insert_facts(batches: Iterable[Iterator[Row]]) -> None:
    """Sign and insert events with their details, as `Fact.save` does for one."""
    key, facts, details = audit_keys()[0], [], []
    for row in chain.from_iterable(batches):
        changes = row.pop("changes")
        row |= {"request_id": "", "digest": ""}
        if changes:
            salt = token_hex(16)
            row["digest"] = digest_of(salt, changes, "")
            signed = encode(TicketEvent.KIND, row["id"], salt, changes, "")
            text = json.dumps(changes)
            details.append(
                {"event_id": row["id"], "salt": salt, "changes": text, "mac": sign(signed, key)}
            )
        values = (row[name] for name in TicketEvent.SEALED)
        row["mac"] = sign(encode(TicketEvent.KIND, *values), key)
        facts.append(row)
    _insert(TicketEvent, facts)
    _insert(TicketEventDetail, details)


def _insert(model: type[Model], rows: list[Row]) -> None:
    fields = model._meta.concrete_fields
    defaults = [(f.attname, f.get_default() if f.has_default() else _empty(f)) for f in fields]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    values = ([row.get(name, default) for name, default in defaults] for row in rows)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(fields))
        cursor.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608
            [[_adapt(value) for value in row] for row in values],
        )


def _empty(field: Any) -> Any:
    return None if field.null else field.get_default()


def _adapt(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def _reset_sequences(*models: type[Model]) -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)


@contextmanager
def _indexes_afterwards(expected: int) -> Iterator[None]:
    """Drop the indexes and foreign keys of the empty tables, and make the same ones at the end.

    All of it in the caller's transaction: after a failure everything is as it was.
    """
    tables = [model._meta.db_table for model in (Ticket, Comment, TicketEvent, TicketEventDetail)]
    is_worth_it = connection.vendor == "postgresql" and expected >= REBUILD_FROM
    if not is_worth_it or Ticket.objects.exists():
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute(CONSTRAINTS, [tables])
        constraints = cursor.fetchall()
        for table, name, _ in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute(INDEXES, [tables])
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE contype IN ('f', 'u') AND conrelid::regclass::text = ANY (%s)
    ORDER BY contype DESC, conname
"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index
    WHERE NOT indisprimary AND indrelid::regclass::text = ANY (%s)
    ORDER BY 1
"""
