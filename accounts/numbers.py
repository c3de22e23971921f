"""Public numbers (`TKT0001`, `CUS0001`, `TEC0001`) from the `counters` table.

The counter moves in the transaction that stores the row which takes the number, so numbers are
unique, in order and without gaps: a rollback or a killed process takes the number back.
"""

from collections.abc import Callable

from django.db import connection, models, transaction

NUMBER_WIDTH = 4
MAX_DIGITS = 18  # what a 64 bit column holds for sure


class Counter(models.Model):
    """The last number that a sequence gave out."""

    name = models.CharField(primary_key=True, max_length=20)
    value = models.BigIntegerField()

    class Meta:
        app_label = "accounts"
        db_table = "counters"

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


def public_id(prefix: str, number: int) -> str:
    """Return e.g. `TKT0042` for ("TKT", 42): the prefix and at least four digits."""
    return f"{prefix}{number:0{NUMBER_WIDTH}d}"


def row_key(text: str) -> int | None:
    """Return the key of a row that an address or a form names, None for what can't be one."""
    is_key = text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
    return int(text) if is_key else None


def number_of(prefix: str, public_id: str) -> int | None:
    """Return 42 for ("TKT", "TKT0042"), None for anything that `public_id` does not write."""
    digits = public_id.removeprefix(prefix)
    if not (public_id.startswith(prefix) and digits.isascii() and digits.isdigit()):
        return None
    is_canonical = len(digits) == NUMBER_WIDTH or (len(digits) > NUMBER_WIDTH and digits[0] != "0")
    return int(digits) if is_canonical and len(digits) <= MAX_DIGITS else None


def next_number(name: str, *, highest_in_use: Callable[[], int]) -> int:
    """Return the next number of the sequence `name` and hold its row until the transaction ends.

    `highest_in_use` is asked only when the counter is missing; counting goes on behind it.
    Raises `TransactionManagementError` outside a transaction, where a number could be lost.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Numbers are taken inside a transaction only.")
    number = _increment(name)
    if number is None:
        Counter.objects.bulk_create(
            [Counter(name=name, value=highest_in_use())], ignore_conflicts=True
        )
        number = _increment(name)
    assert number is not None
    return number


def raise_counter(name: str, value: int) -> None:
    """Let the sequence `name` go on behind `value`, if it stands lower."""
    Counter.objects.bulk_create([Counter(name=name, value=0)], ignore_conflicts=True)
    Counter.objects.filter(name=name, value__lt=value).update(value=value)


def _increment(name: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE counters SET value = value + 1 WHERE name = %s RETURNING value", [name]
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None
