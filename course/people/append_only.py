"""A table's name in; triggers that refuse to change or delete its rows, out (PostgreSQL and SQLite)."""

from typing import Any

_ACTS = ("UPDATE", "DELETE")


def protect(schema_editor: Any, table: str) -> None:
    """Make ``table`` append-only in the database itself."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
        )
    for act in _ACTS:
        schema_editor.execute(trigger(schema_editor.connection.vendor, table, act))


def release(schema_editor: Any, table: str) -> None:
    """Take the protection away again."""
    for act in _ACTS:
        on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER {table}_no_{act.lower()}{on}")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP FUNCTION {table}_append_only()")


def trigger(vendor: str, table: str, act: str) -> str:
    """Return the statement that refuses ``act`` ("UPDATE" or "DELETE") on ``table``."""
    start = f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} FOR EACH ROW"
    if vendor == "postgresql":
        return f"{start} EXECUTE FUNCTION {table}_append_only()"
    return f"{start} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
