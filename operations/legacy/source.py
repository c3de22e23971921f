"""Reading the old tables. Their columns have had several types over the years, so all is text."""

from collections.abc import Iterator
from typing import Any, Self

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

TABLES = ("admins", "customers", "technicians", "tickets", "counters")
# The column that a row is known by; without it a table can't be taken.
KEYS = {
    "admins": "user_id",
    "customers": "customer_id",
    "technicians": "technician_id",
    "tickets": "ticket_id",
}
BATCH = 1_000

Row = dict[str, str | None]


class UnreadableSource(Exception):
    """The old database can't be reached or is not one; the message is a sentence for a person."""


class LegacyDatabase:
    """One unchanging view of the old database, as a context manager."""

    def __init__(self, url: str) -> None:
        """`url` is a `postgresql://` address. Raises `UnreadableSource`."""
        try:
            self.connection = psycopg.connect(url, connect_timeout=10)
        except (psycopg.Error, UnicodeError) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else "no answer"
            raise UnreadableSource(f"The old database can't be reached: {reason}") from error
        self.connection.read_only = True
        self.connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

    def __enter__(self) -> Self:
        with self.connection.cursor() as cursor:
            cursor.execute("SET datestyle = 'ISO'; SET timezone = 'UTC'")
        self.columns = {table: self._columns(table) for table in TABLES}
        if not (self.columns["customers"] or self.columns["tickets"]):
            self.connection.close()
            raise UnreadableSource(
                "There are no tables of the old system (customers, tickets) in this database."
            )
        for table, key in KEYS.items():
            if self.columns[table] and key not in self.columns[table]:
                self.connection.close()
                raise UnreadableSource(f"The old table {table} has no column {key}.")
        return self

    def __exit__(self, *error: Any) -> None:
        self.connection.close()

    def _columns(self, table: str) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT attname FROM pg_attribute"
                " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped",
                [table],
            )
            return [name for (name,) in cursor.fetchall()]

    def has(self, table: str) -> bool:
        """Whether the table is there."""
        return bool(self.columns[table])

    def count(self, table: str) -> int:
        """Return how many rows the table has, 0 where it is missing."""
        if not self.has(table):
            return 0
        with self.connection.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
            row = cursor.fetchone()
            return int(row[0]) if row else 0

    def rows(self, table: str) -> Iterator[Row]:
        """Yield the rows in the order of their ids (shorter ids first), each value as text."""
        if not self.has(table):
            return
        columns = sql.SQL(", ").join(
            sql.SQL("{0}::text AS {0}").format(sql.Identifier(name)) for name in self.columns[table]
        )
        query = sql.SQL("SELECT {} FROM {}").format(columns, sql.Identifier(table))
        if table in KEYS:
            key = sql.Identifier(table, KEYS[table])
            query += sql.SQL(" ORDER BY length({0}::text), {0}::text").format(key)
        with self.connection.cursor(name=f"legacy_{table}", row_factory=dict_row) as cursor:
            cursor.itersize = BATCH
            cursor.execute(query)
            yield from cursor
