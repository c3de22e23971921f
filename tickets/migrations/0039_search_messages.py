"""Full-text search over messages and names of files, kept right by the database itself.

As `0003_search` does for tickets. A later migration that rebuilds `tickets_comment` or
`tickets_attachment` on SQLite drops the triggers and has to end with `create_again_on_sqlite`
(`test_search_messages.py` tells).
"""

from django.db import migrations

PUNCTUATION = r"""!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~"""
BLANKS = " " * (len(PUNCTUATION) - 1)
TOKENIZE = "tokenize = 'unicode61 remove_diacritics 0'"


def generated(table, column, index):
    words = f"translate({column}, '{PUNCTUATION}', '{BLANKS}')"
    return [
        f"ALTER TABLE {table} ADD COLUMN search tsvector"
        f" GENERATED ALWAYS AS (to_tsvector('simple', {words})) STORED",
        f"CREATE INDEX {index} ON {table} USING gin (search) WITH (gin_pending_list_limit = 1024)",
    ]


POSTGRESQL = [
    *generated("tickets_comment", "body", "comment_search"),
    *generated("tickets_attachment", "name", "attachment_search"),
]
SQLITE = [
    "CREATE VIRTUAL TABLE tickets_comment_search USING fts5"
    f" (body, content = 'tickets_comment', content_rowid = 'id', {TOKENIZE})",
    """
    CREATE TRIGGER comment_search_insert AFTER INSERT ON tickets_comment BEGIN
        INSERT INTO tickets_comment_search (rowid, body) VALUES (new.id, new.body);
    END
    """,
    """
    CREATE TRIGGER comment_search_delete AFTER DELETE ON tickets_comment BEGIN
        INSERT INTO tickets_comment_search (tickets_comment_search, rowid, body)
        VALUES ('delete', old.id, old.body);
    END
    """,
    """
    CREATE TRIGGER comment_search_update AFTER UPDATE OF body ON tickets_comment BEGIN
        INSERT INTO tickets_comment_search (tickets_comment_search, rowid, body)
        VALUES ('delete', old.id, old.body);
        INSERT INTO tickets_comment_search (rowid, body) VALUES (new.id, new.body);
    END
    """,
    "INSERT INTO tickets_comment_search (tickets_comment_search) VALUES ('rebuild')",
    # Files have no number that lasts, so their ids stand beside the words. Only files of a ticket:
    # uploads come and go, and taking a row out by its id means to look at all.
    f"CREATE VIRTUAL TABLE tickets_file_search USING fts5 (name, file UNINDEXED, {TOKENIZE})",
    """
    CREATE TRIGGER file_search_insert AFTER INSERT ON tickets_attachment
    WHEN new.ticket_id IS NOT NULL BEGIN
        INSERT INTO tickets_file_search (name, file) VALUES (new.name, new.id);
    END
    """,
    """
    CREATE TRIGGER file_search_delete AFTER DELETE ON tickets_attachment
    WHEN old.ticket_id IS NOT NULL BEGIN
        DELETE FROM tickets_file_search WHERE file = old.id;
    END
    """,
    """
    CREATE TRIGGER file_search_took AFTER UPDATE OF ticket_id ON tickets_attachment
    WHEN old.ticket_id IS NULL AND new.ticket_id IS NOT NULL BEGIN
        INSERT INTO tickets_file_search (name, file) VALUES (new.name, new.id);
    END
    """,
    """
    CREATE TRIGGER file_search_freed AFTER UPDATE OF ticket_id ON tickets_attachment
    WHEN old.ticket_id IS NOT NULL AND new.ticket_id IS NULL BEGIN
        DELETE FROM tickets_file_search WHERE file = old.id;
    END
    """,
    """
    CREATE TRIGGER file_search_update AFTER UPDATE OF name ON tickets_attachment
    WHEN old.ticket_id IS NOT NULL AND new.name <> old.name BEGIN
        UPDATE tickets_file_search SET name = new.name WHERE file = old.id;
    END
    """,
    "INSERT INTO tickets_file_search (name, file)"
    " SELECT name, id FROM tickets_attachment WHERE ticket_id IS NOT NULL",
]
TRIGGERS = [
    *(f"comment_search_{name}" for name in ("insert", "delete", "update")),
    *(f"file_search_{name}" for name in ("insert", "delete", "took", "freed", "update")),
]
DROP = {
    "postgresql": [
        "ALTER TABLE tickets_comment DROP COLUMN IF EXISTS search",
        "ALTER TABLE tickets_attachment DROP COLUMN IF EXISTS search",
    ],
    "sqlite": [
        *(f"DROP TRIGGER IF EXISTS {name}" for name in TRIGGERS),
        "DROP TABLE IF EXISTS tickets_comment_search",
        "DROP TABLE IF EXISTS tickets_file_search",
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
    dependencies = [("tickets", "0038_organization_notes")]

    operations = [migrations.RunPython(create, drop)]
