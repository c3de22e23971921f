"""Full-text search over subject and description, kept right by the database itself.

PostgreSQL: a stored generated column and a GIN index. SQLite: an FTS5 table beside the tickets,
filled by triggers; a later migration that rebuilds `tickets_ticket` on SQLite drops them and has
to end with `create_again_on_sqlite` (`test_search.py` tells).
"""

from django.db import migrations

# Punctuation parts words here, as it does in `tickets/search.py`; PostgreSQL's parser would keep
# `report.pdf` or `a/b` together as one host or file name.
PUNCTUATION = r"""!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~"""
BLANKS = " " * (len(PUNCTUATION) - 1)

POSTGRESQL = [
    f"""
    ALTER TABLE tickets_ticket ADD COLUMN search tsvector GENERATED ALWAYS AS (
        to_tsvector(
            'simple', translate(subject || ' ' || description, '{PUNCTUATION}', '{BLANKS}')
        )
    ) STORED
    """,
    "CREATE INDEX ticket_search ON tickets_ticket USING gin (search)"
    " WITH (gin_pending_list_limit = 1024)",
]
SQLITE = [
    """
    CREATE VIRTUAL TABLE tickets_search USING fts5 (
        subject, description, content = 'tickets_ticket', content_rowid = 'number',
        tokenize = 'unicode61 remove_diacritics 0'
    )
    """,
    """
    CREATE TRIGGER ticket_search_insert AFTER INSERT ON tickets_ticket BEGIN
        INSERT INTO tickets_search (rowid, subject, description)
        VALUES (new.number, new.subject, new.description);
    END
    """,
    """
    CREATE TRIGGER ticket_search_delete AFTER DELETE ON tickets_ticket BEGIN
        INSERT INTO tickets_search (tickets_search, rowid, subject, description)
        VALUES ('delete', old.number, old.subject, old.description);
    END
    """,
    """
    CREATE TRIGGER ticket_search_update AFTER UPDATE OF subject, description ON tickets_ticket
    BEGIN
        INSERT INTO tickets_search (tickets_search, rowid, subject, description)
        VALUES ('delete', old.number, old.subject, old.description);
        INSERT INTO tickets_search (rowid, subject, description)
        VALUES (new.number, new.subject, new.description);
    END
    """,
    "INSERT INTO tickets_search (tickets_search) VALUES ('rebuild')",
]
DROP = {
    "postgresql": [
        "DROP INDEX IF EXISTS ticket_search",
        "ALTER TABLE tickets_ticket DROP COLUMN IF EXISTS search",
    ],
    "sqlite": [
        "DROP TRIGGER IF EXISTS ticket_search_insert",
        "DROP TRIGGER IF EXISTS ticket_search_delete",
        "DROP TRIGGER IF EXISTS ticket_search_update",
        "DROP TABLE IF EXISTS tickets_search",
    ],
}
CREATE = {"postgresql": POSTGRESQL, "sqlite": SQLITE}


def create(apps, schema_editor):
    drop(apps, schema_editor)
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def drop(apps, schema_editor):
    for statement in DROP[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def create_again_on_sqlite(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        create(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_ticket_submission_key")]

    operations = [migrations.RunPython(create, drop)]
