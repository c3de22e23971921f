"""What SQLite's planner knows of the tables; PostgreSQL finds it out by itself (autovacuum)."""

from django.db import connection

# Rows of each index that are looked at: some milliseconds, however large the desk is.
MOST_LOOKED_AT = 1000


def keep_statistics() -> None:
    """Count anew what is in SQLite's indexes (https://www.sqlite.org/lang_analyze.html).

    Without these figures it takes any index for as good as another, and a desk of many tickets
    walks along all of them. On PostgreSQL nothing is done.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {MOST_LOOKED_AT}")
        cursor.execute("ANALYZE")
