"""Rows as CSV files that any spreadsheet opens, whatever people typed into them."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

BLOCK = 65_536
# By this mark spreadsheets know that a file is in UTF-8.
MARK = "\ufeff"
# A spreadsheet takes what begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: Any) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def csv_pieces(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """Yield a CSV file in UTF-8 bit by bit, as the rows come, with no formula in it."""
    held = io.StringIO()
    writer = csv.writer(held)
    held.write(MARK)
    writer.writerow(heads)
    for row in rows:
        writer.writerow(map(harmless, row))
        if held.tell() > BLOCK:
            yield _emptied(held)
    yield _emptied(held)


def _emptied(held: io.StringIO) -> bytes:
    text = held.getvalue()
    held.seek(0)
    held.truncate()
    return text.encode()
