"""Tickets of the old system."""

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from operations.legacy.people import PeopleImport
from operations.legacy.report import TWICE, TableReport
from operations.legacy.source import Row
from operations.legacy.values import moment_from, number_from, status_from
from tickets.choices import DONE_STATUSES, Channel, EventType, Priority, Status
from tickets.models import Category, Ticket, TicketEvent
from tickets.models.category import CATEGORY_LENGTH
from tickets.models.ticket import TICKET_PREFIX
from tickets.services import ensure_category
from tickets.services.creation import subject_from

BATCH = 500
NO_TEXT = "(The old system has no text for this ticket.)"


class Refusal(Exception):
    """Why a row can't become a ticket."""


class TicketImport:
    """Takes tickets over, with the events that their dates tell of."""

    def __init__(self, people: PeopleImport, zone: ZoneInfo) -> None:
        """`zone` is where the old system's dates without an offset were written."""
        self.people, self.zone = people, zone
        self.categories: dict[str, tuple[Category | None, str]] = {}
        self.read: set[int] = set()
        self.names = dict(
            User.objects.present().technicians().values_list("name", "pk").order_by("-pk")
        )
        self.former = set(
            User.objects.filter(deleted_at__isnull=False).values_list("pk", flat=True)
        )

    def take(
        self,
        rows: Iterable[Row],
        report: TableReport,
        progress: Callable[[int], None] = lambda done: None,
    ) -> None:
        """Store those of `rows` that are not here yet, a batch a transaction."""
        source = iter(rows)
        while batch := list(islice(source, BATCH)):
            report.read += len(batch)
            with transaction.atomic():
                self._take_batch(batch, report)
            progress(report.read)

    def _take_batch(self, batch: list[Row], report: TableReport) -> None:
        numbers = [number_from(TICKET_PREFIX, row.get("ticket_id")) for row in batch]
        wanted = [number for number in numbers if number]
        here = dict(Ticket.objects.filter(pk__in=wanted).values_list("number", "channel"))
        tickets = []
        for row, number in zip(batch, numbers, strict=True):
            key = row.get("ticket_id")
            if number is None:
                report.leave_out(key, "its id is not of the form TKT0001")
            elif number in self.read:
                report.leave_out(key, TWICE)
            elif number in here:
                self._met_again(key, here[number], report)
            else:
                try:
                    tickets.append(self._ticket(number, row, report))
                except Refusal as refusal:
                    report.leave_out(key, str(refusal))
            self.read |= {number} if number else set()
        self._store(tickets, report)

    def _met_again(self, key: str | None, channel: str, report: TableReport) -> None:
        if channel == Channel.IMPORT:
            report.present += 1
        else:
            report.leave_out(key, "another ticket was raised here with this number")

    def _store(self, tickets: list[Ticket], report: TableReport) -> None:
        try:
            with transaction.atomic():
                self._insert(tickets)
            report.taken += len(tickets)
        except DatabaseError:
            for ticket in tickets:
                self._store_alone(ticket, report)

    def _store_alone(self, ticket: Ticket, report: TableReport) -> None:
        try:
            with transaction.atomic():
                self._insert([ticket])
            report.taken += 1
        except DatabaseError as error:
            sentence = str(error).strip().splitlines()[0]
            report.leave_out(ticket.ticket_id, f"the database refused it ({sentence})")

    def _insert(self, tickets: list[Ticket]) -> None:
        Ticket.objects.bulk_create(tickets)
        TicketEvent.objects.bulk_create(
            [event for ticket in tickets for event in events_of(ticket)]
        )

    # One row ----------------------------------------------------------------------------------

    def _ticket(self, number: int, row: Row, report: TableReport) -> Ticket:
        key, customer = row.get("ticket_id"), self._customer(row, report)
        text = row.get("issue_description") or ""
        if not text.strip():
            report.remark(key, "it has no description")
            text = NO_TEXT
        category, category_text = self._category(row, report)
        technician = self._technician(row, report)
        status = self._status(row, technician, report)
        if technician in self.former and status not in DONE_STATUSES:
            technician, status = None, Status.PENDING
            report.remark(key, "its technician is gone; it is Pending again")
        raised_at = self._moment("raised_date", row, report)
        resolved_at = self._moment("resolved_date", row, report)
        is_done = status in DONE_STATUSES
        if raised_at is None:
            raised_at = resolved_at or timezone.now()
            report.remark(key, "it has no raised date; the next best one was taken")
        return Ticket(
            number=number,
            subject=subject_from(text),
            description=text,
            status=status,
            priority=Priority.NORMAL,
            category=category,
            category_text=category_text,
            customer_id=customer,
            technician_id=technician,
            resolution_summary=row.get("resolution_summary") or "",
            channel=Channel.IMPORT,
            raised_at=raised_at,
            resolved_at=resolved_at if is_done else None,
            closed_at=resolved_at if status == Status.CLOSED else None,
            updated_at=max(raised_at, resolved_at or raised_at),
            awaits_reply=not is_done and status != Status.WAITING,
        )

    def _customer(self, row: Row, report: TableReport) -> int:
        key = (row.get("customer_id") or "").strip()
        if not key:
            raise Refusal("it belongs to no customer")
        known = self.people.find("customers", key)
        if known is None:
            if key in self.people.public_ids:
                raise Refusal(f"its customer {key} could not be taken")
            name = f"Former customer {key}"
            known = self.people.remember_former("customers", key, role=Role.CUSTOMER, name=name)
        if known in self.people.former_keys:
            report.remark(
                row.get("ticket_id"),
                f"its customer {key} is not in the old table; kept under the name of a former one",
            )
        return known

    def _technician(self, row: Row, report: TableReport) -> int | None:
        key = (row.get("technician_id") or "").strip()
        name = (row.get("technician_name") or "").strip()
        if not key and not name:
            return None
        known = self.people.find("technicians", key or f"name {name}")
        known = known or (None if key else self.names.get(name))
        if known is None:
            known = self.people.remember_former(
                "technicians", key, role=Role.TECHNICIAN, name=name or f"Former technician {key}"
            )
            self.former.add(known)
        if known in self.people.former_keys:
            report.remark(
                row.get("ticket_id"),
                f"its technician {key or name} is not in the old table; kept as a former one",
            )
        return known

    def _status(self, row: Row, technician: int | None, report: TableReport) -> Status:
        key, status = row.get("ticket_id"), status_from(row.get("status"))
        if status is None:
            status = Status.CLOSED if (row.get("resolved_date") or "").strip() else Status.PENDING
            if technician and status == Status.PENDING:
                status = Status.ASSIGNED
            report.remark(key, f"its status {row.get('status')!r} is unknown; it is {status}")
        elif status == Status.PENDING and technician:
            status = Status.ASSIGNED
            report.remark(key, "it is Pending with a technician; it is Assigned")
        elif status not in (Status.PENDING, *DONE_STATUSES) and not technician:
            report.remark(key, f"it is {status} without a technician; it is Pending")
            status = Status.PENDING
        return status

    def _moment(self, column: str, row: Row, report: TableReport) -> datetime | None:
        text = row.get(column)
        moment = moment_from(text, self.zone)
        if moment is None and (text or "").strip():
            report.remark(row.get("ticket_id"), f"its {column} {text!r:.60} is not a date")
        return moment

    def _category(self, row: Row, report: TableReport) -> tuple[Category | None, str]:
        text = row.get("issue_category") or ""
        if not text.strip():
            report.remark(row.get("ticket_id"), "it has no category")
            return None, ""
        if len(text) > CATEGORY_LENGTH:
            report.remark(row.get("ticket_id"), "its category is too long; cut")
            text = text[:CATEGORY_LENGTH]
        if text not in self.categories:
            self.categories[text] = filed_under(text)
        return self.categories[text]


def filed_under(text: str) -> tuple[Category, str]:
    """Return the category that `text` means, made where there is none, and `text` if it differs."""
    category = ensure_category(text)
    top = category.parent or category
    return category, "" if text == top.name else text


def events_of(ticket: Ticket) -> list[TicketEvent]:
    """Return what the ticket's dates tell about its life."""
    actor = ticket.technician_id
    events = [
        TicketEvent(
            ticket=ticket, type=EventType.CREATED, actor_id=ticket.customer_id, at=ticket.raised_at
        )
    ]
    if ticket.resolved_at:
        kind = EventType.CLOSED if ticket.status == Status.CLOSED else EventType.RESOLVED
        changes = {
            "status": [Status.ASSIGNED if actor else Status.PENDING, ticket.status],
            "resolution_summary": ticket.resolution_summary,
        }
        end = TicketEvent(ticket=ticket, type=kind, actor_id=actor, at=ticket.resolved_at)
        end.changes = changes
        events.append(end)
    return events
