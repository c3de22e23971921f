"""The list as it is seen, as CSV or XLSX: row by row, whatever its length.

Short lists are answered at once. Long ones are written by the worker into a private file, which
only who asked for it gets and which is gone after a day. Rights are those of the moment in which
each row is written.
"""

import logging
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Any, BinaryIO

import xlsxwriter
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.csv_files import csv_pieces
from accounts.models import User
from accounts.numbers import public_id
from accounts.paging import keyset_page
from technicians.choices import ExportFormat, ExportState
from technicians.listing import Listing
from technicians.models import ListExport
from tickets import storage
from tickets.choices import Priority
from tickets.models import TicketTag
from tickets.models.ticket import TICKET_PREFIX

logger = logging.getLogger("desk.exports")

# A list of so many rows is answered at once.
MOST_AT_ONCE = 2_000
# What a sheet of XLSX holds, but for its head.
MOST_ROWS = 1_048_575
MOST_WAITING = 5
PIECE = 1_000
LASTS = timedelta(days=1)
LEASE = timedelta(minutes=2)
HEADS = (
    "Ticket",
    "Subject",
    "Status",
    "Priority",
    "Category",
    "Customer",
    "Customer's number",
    "Customer's e-mail",
    "Organisation",
    "Assignee",
    "Team",
    "Tags",
    "Raised",
    "Updated",
    "Resolved",
)
COLUMNS = (
    "number",
    "subject",
    "status",
    "priority",
    "category_text",
    "category__name",
    "category__parent__name",
    "customer__name",
    "customer__public_id",
    "customer__email",
    "customer__organization__name",
    "technician__name",
    "team__name",
    "raised_at",
    "updated_at",
    "resolved_at",
)
PRIORITIES = dict(Priority.choices)


def is_short(listing: Listing) -> bool:
    """Whether the list is answered at once."""
    return int(listing.tickets.order_by()[: MOST_AT_ONCE + 1].count()) <= MOST_AT_ONCE


def rows_of(listing: Listing) -> Iterator[list[Any]]:
    """Yield the rows in the list's order, fetched in pieces; days and times are the reader's.

    Whoever writes them, and whenever: a file has the rows of the page that it was asked from.
    """
    order, cursor, zone = listing.order, "", listing.reader.zone
    more = [key.lstrip("-") for key in order if key.lstrip("-") not in COLUMNS]
    with timezone.override(zone):
        tickets = listing.tickets.values(*COLUMNS, *more)
    while True:
        page = keyset_page(tickets, order=order, cursor=cursor, size=PIECE)
        tags = _tags([values["number"] for values in page.rows])
        for values in page.rows:
            yield _row(values, tags.get(values["number"], []), zone)
        if not page.next:
            return
        cursor = page.next


def _tags(numbers: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = TicketTag.objects.filter(ticket__in=numbers).order_by("tag__name")
    for number, name in rows.values_list("ticket", "tag__name"):
        found.setdefault(number, []).append(name)
    return found


def _row(values: dict[str, Any], tags: list[str], zone: tzinfo) -> list[Any]:
    names = [values["category__parent__name"], values["category__name"]]
    return [
        public_id(TICKET_PREFIX, values["number"]),
        values["subject"],
        values["status"],
        PRIORITIES[values["priority"]],
        " / ".join(filter(None, names)) or values["category_text"],
        values["customer__name"],
        values["customer__public_id"],
        values["customer__email"],
        values["customer__organization__name"] or "",
        values["technician__name"] or "",
        values["team__name"] or "",
        ", ".join(tags),
        *(_local(values[name], zone) for name in ("raised_at", "updated_at", "resolved_at")),
    ]


def _local(moment: datetime | None, zone: tzinfo) -> datetime | None:
    return moment.astimezone(zone).replace(tzinfo=None, microsecond=0) if moment else None


# The two formats --------------------------------------------------------------------------------


def list_as_csv(
    listing: Listing, *, counted: Callable[[int], None] = lambda count: None
) -> Iterator[bytes]:
    """Yield the list as CSV; `counted` is called for each row."""

    def rows() -> Iterator[list[Any]]:
        for count, row in enumerate(rows_of(listing), 1):
            yield row
            counted(count)

    return csv_pieces(HEADS, rows())


def write_xlsx(
    listing: Listing, file: BinaryIO, *, told: Callable[[int], None] = lambda count: None
) -> int:
    """Write the list as a workbook, one row in memory at a time; return how many rows.

    Texts are written as texts, so none is a formula. `told` is called every thousand rows.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    sheet, bold = book.add_worksheet("Tickets"), book.add_format({"bold": True})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.freeze_panes(1, 0)
    for column, head in enumerate(HEADS):
        sheet.write_string(0, column, head, bold)
    count = 0
    for count, row in enumerate(rows_of(listing), 1):
        for column, value in enumerate(row):
            if isinstance(value, datetime):
                sheet.write_datetime(count, column, value, moment)
            elif value:
                sheet.write_string(count, column, str(value))
        if count % PIECE == 0:
            told(count)
        if count == MOST_ROWS:
            break
    book.close()
    return count


# In the background ------------------------------------------------------------------------------


@transaction.atomic
def ask_for_export(query: str, *, format: str, actor: User) -> ListExport:
    """Let the worker write the list; raises `ValidationError({"field": ...})`."""
    if format not in ExportFormat.values:
        raise ValidationError({"format": f"Use one of: {', '.join(ExportFormat.values)}."})
    Listing(query, reader=actor).check()
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    due = Q(state__in=[ExportState.WAITING, ExportState.RUNNING])
    if ListExport.objects.filter(due, owner=actor).count() >= MOST_WAITING:
        raise ValidationError({"query": f"{MOST_WAITING} files of yours are still being written."})
    return ListExport.objects.create(
        owner=actor, query=query, format=format, expires_at=timezone.now() + LASTS
    )


def write_waiting(stop: Callable[[], bool] = lambda: False) -> int:
    """Write the files that somebody waits for; return how many. One worker takes each."""
    count = 0
    while not stop() and (export := _lease()) is not None:
        write_export(export)
        count += 1
    return count


def _lease() -> ListExport | None:
    now = timezone.now()
    left = Q(state=ExportState.WAITING) | Q(state=ExportState.RUNNING, leased_until__lt=now)
    for export in ListExport.objects.filter(left).order_by("created_at")[:10]:
        free = ListExport.objects.filter(left, pk=export.pk)
        if free.update(state=ExportState.RUNNING, leased_until=now + LEASE, rows=0):
            return ListExport.objects.select_related("owner").get(pk=export.pk)
    return None


def write_export(export: ListExport) -> None:
    """Write one file into the store, or say that it failed."""
    mine = ListExport.objects.filter(pk=export.pk)

    def told(count: int) -> None:
        mine.update(rows=count, leased_until=timezone.now() + LEASE)

    try:
        if not User.objects.still_has_role(export.owner):
            raise ValidationError("The account may not do this any more.")
        listing = Listing(export.query, reader=export.owner)
        listing.check()
        with tempfile.TemporaryFile() as file:
            count = _write(listing, export.format, file, told)
            file.seek(0)
            name = f"exports/{storage.new_name().rpartition('/')[2]}"
            storage.store(name, File(file))
    except (storage.StorageAway, ValidationError) as fault:
        logger.warning("list not exported", extra={"error": type(fault).__name__})
        mine.update(state=ExportState.FAILED, leased_until=None)
        return
    mine.update(state=ExportState.DONE, rows=count, stored_as=name, leased_until=None)


def _write(listing: Listing, format: str, file: Any, told: Callable[[int], None]) -> int:
    if format == ExportFormat.XLSX:
        return write_xlsx(listing, file, told=told)
    written = 0

    def counted(count: int) -> None:
        nonlocal written
        written = count
        if count % PIECE == 0:
            told(count)

    for piece in list_as_csv(listing, counted=counted):
        file.write(piece)
    return written


def purge_old_exports() -> int:
    """Remove files whose day is over; return how many."""
    count = 0
    for export in ListExport.objects.filter(expires_at__lt=timezone.now())[:1_000]:
        if export.stored_as:
            storage.delete(export.stored_as)
        export.delete()
        count += 1
    return count
