"""A PostgreSQL address in; the address of a database of the demo's own on the same server out."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.errors import DuplicateDatabase


class DatabaseRefusedError(Exception):
    """The server does not let us make a database; the message says what would help."""


@contextmanager
def throwaway_database(url: str) -> Iterator[str]:
    """Yield the address of a new database. Raises DatabaseRefusedError when none can be made."""
    name = f"course_demo_{secrets.token_hex(4)}"
    _run(url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        _run(url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def kept_database(url: str, sandbox: str) -> str:
    """Return the address of the database that the sandbox with this name goes on with, made the first time.

    Raises DatabaseRefusedError when it cannot be made.
    """
    name = _kept(sandbox)
    try:
        _run(url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except DatabaseRefusedError as refusal:
        if not isinstance(refusal.__cause__, DuplicateDatabase):
            raise
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def forget_database(url: str, sandbox: str) -> None:
    """Drop the database of the sandbox with this name. Raises DatabaseRefusedError when that is refused."""
    _run(url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(_kept(sandbox))))


def _kept(sandbox: str) -> str:
    return f"course_sandbox_{sandbox}"


def _run(url: str, statement: sql.Composed) -> None:
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            connection.execute(statement)
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise DatabaseRefusedError(
            f"The demo makes a database of its own beside the one in DATABASE_URL, and could not: {reason}. "
            "Give a user who may create databases, or unset DATABASE_URL to use SQLite."
        ) from error
