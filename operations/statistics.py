"""What SQLite's planner knows of the tables; PostgreSQL finds it out by itself (autovacuum)."""

from django.db import connection

# `stat` is "rows of the index, rows with the same first column, ...".
MOSTLY_ONE_VALUE = """
    DELETE FROM sqlite_stat1
    WHERE 2 * CAST(substr(stat, instr(stat, ' ') + 1) AS INTEGER) > CAST(stat AS INTEGER)
"""


def keep_statistics() -> None:
    """Count anew what is in SQLite's indexes (https://www.sqlite.org/lang_analyze.html).

    Without these figures it takes any index for as good as another, and a desk of many tickets
    walks along all of them. Counting a part of each index is not enough: which index has less
    rows is then a matter of luck. An index whose rows are mostly the same, as where nearly every
    ticket follows no other, would count as useless, though it is asked for the rare values only;
    without figures it is used. On PostgreSQL nothing is done.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute(MOSTLY_ONE_VALUE)
        cursor.execute("ANALYZE sqlite_schema")  # reads the figures again, counts nothing
