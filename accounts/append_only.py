"""Tables whose rows the database itself neither changes nor deletes.

A migration that rebuilds such a table on SQLite (Django does for many an `AlterField`) drops its
triggers and has to call `append_only` again; a test tells.
"""

from typing import Any

from django.db import migrations

FUNCTION = """
    CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$
"""
POSTGRESQL = (
    "CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER {table}_keep_all BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
)
SQLITE = (
    "CREATE TRIGGER {table}_keep_update BEFORE UPDATE ON {table}"
    " BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    "CREATE TRIGGER {table}_keep_delete BEFORE DELETE ON {table}"
    " BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    # INSERT OR REPLACE deletes without asking the trigger above.
    "CREATE TRIGGER {table}_keep_replace BEFORE INSERT ON {table}"
    " WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
    " BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
)
NAMES = {
    "postgresql": ("{table}_keep", "{table}_keep_all"),
    "sqlite": ("{table}_keep_update", "{table}_keep_delete", "{table}_keep_replace"),
}
DROP = {
    "postgresql": "DROP TRIGGER IF EXISTS {name} ON {table}",
    "sqlite": "DROP TRIGGER IF EXISTS {name}",
}


def drop_statements(vendor: str, table: str) -> list[str]:
    """Return what makes the table writable again."""
    names = (name.format(table=table) for name in NAMES[vendor])
    return [DROP[vendor].format(name=name, table=table) for name in names]


def create_statements(vendor: str, table: str, key: str = "id") -> list[str]:
    """Return what makes the table refuse `UPDATE`, `DELETE` and `TRUNCATE`."""
    if vendor == "postgresql":
        return [FUNCTION, *(statement.format(table=table) for statement in POSTGRESQL)]
    return [statement.format(table=table, key=key) for statement in SQLITE]


def append_only(table: str, *, key: str = "id") -> migrations.RunPython:
    """Return the migration's operation that makes `table` (primary key `key`) append-only."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        vendor = schema_editor.connection.vendor
        for statement in (*drop_statements(vendor, table), *create_statements(vendor, table, key)):
            schema_editor.execute(statement, params=None)

    def backwards(apps: Any, schema_editor: Any) -> None:
        for statement in drop_statements(schema_editor.connection.vendor, table):
            schema_editor.execute(statement, params=None)

    return migrations.RunPython(forwards, backwards)
