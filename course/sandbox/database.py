"""The sandbox's own SQLite file: its tables, and one connection that threads share behind a lock."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUSY_SECONDS = 20

_SCHEMA = """
CREATE TABLE IF NOT EXISTS mail (
    id INTEGER PRIMARY KEY, queue_id TEXT NOT NULL, received_machine REAL NOT NULL,
    course_time TEXT NOT NULL, mail_from TEXT NOT NULL, rcpt_to TEXT NOT NULL COLLATE NOCASE,
    message_id TEXT NOT NULL, raw BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS mail_of_a_person ON mail (rcpt_to, id);
CREATE TABLE IF NOT EXISTS text (
    id INTEGER PRIMARY KEY, sid TEXT NOT NULL UNIQUE, received_machine REAL NOT NULL,
    course_time TEXT NOT NULL, to_number TEXT NOT NULL, from_number TEXT NOT NULL,
    person TEXT NOT NULL, body TEXT NOT NULL, status TEXT NOT NULL, status_callback TEXT NOT NULL,
    validity_period INTEGER, direction TEXT NOT NULL, sent_machine REAL,
    messaging_service_sid TEXT NOT NULL, num_media INTEGER NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS text_of_a_person ON text (person, id);
CREATE TABLE IF NOT EXISTS opted_out (
    person TEXT NOT NULL, sender TEXT NOT NULL, PRIMARY KEY (person, sender));
CREATE TABLE IF NOT EXISTS callback (
    id INTEGER PRIMARY KEY, sid TEXT NOT NULL, url TEXT NOT NULL, params TEXT NOT NULL, due REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS callback_due ON callback (due) WHERE done = 0;
CREATE TABLE IF NOT EXISTS typed (
    id INTEGER PRIMARY KEY, received_machine REAL NOT NULL, course_time TEXT NOT NULL, kind TEXT NOT NULL,
    address TEXT NOT NULL COLLATE NOCASE, peer TEXT NOT NULL, body TEXT NOT NULL, accepted INTEGER NOT NULL,
    outcome TEXT NOT NULL, mail_id INTEGER);
"""


class Database:
    """A connection to the file, made with its folder on first use. Safe among threads and among processes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        # What was answered 250 or 201 to must survive the machine, not only this process.
        self._connection.execute("PRAGMA synchronous=FULL")
        with self.writing() as cursor:
            for statement in _SCHEMA.split(";")[:-1]:
                cursor.execute(statement)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Cursor]:
        """Yield a cursor inside one transaction; on disk when the block ends, undone after an error."""
        with self._lock:
            cursor = self._connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")

    def insert(self, cursor: sqlite3.Cursor, table: str, **values: object) -> int:
        """Add a row inside the transaction of ``cursor`` and return its id."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        # Tables and columns are written in this package; what people send is bound.
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))  # noqa: S608
        return int(cursor.lastrowid or 0)

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """Return all rows that ``query`` finds."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def row(self, query: str, *values: object) -> sqlite3.Row | None:
        """Return the first row that ``query`` finds, or None."""
        found = self.rows(query, *values)
        return found[0] if found else None

    def close(self) -> None:
        """Close the connection; the file stays."""
        with self._lock:
            self._connection.close()
