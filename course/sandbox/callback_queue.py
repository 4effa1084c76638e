"""Status callbacks that wait in the store, so that a sandbox stopped half-way goes on where it was."""

import json
import sqlite3
from collections.abc import Callable

from course.sandbox.database import Database
from course.sandbox.records import Callback

_TOLD, _GAVE_UP = 1, 2


class CallbackQueue:
    """The callbacks of one store; ``machine_seconds`` returns unix seconds."""

    def __init__(self, database: Database, machine_seconds: Callable[[], float]) -> None:
        self._database = database
        self._machine_seconds = machine_seconds

    def add(self, cursor: sqlite3.Cursor, sid: str, url: str, params: dict[str, str], due: float) -> None:
        """Put a callback into the transaction of ``cursor``, due at ``due`` unix seconds."""
        cursor.execute(
            "INSERT INTO callback (sid, url, params, due) VALUES (?, ?, ?, ?)",
            (sid, url, json.dumps(params), due),
        )

    def due(self, limit: int = 50) -> list[Callback]:
        """Return what is due now, the oldest first."""
        rows = self._database.rows(
            "SELECT * FROM callback WHERE done = 0 AND due <= ? ORDER BY due, id LIMIT ?",
            self._machine_seconds(),
            limit,
        )
        return [Callback(r["id"], r["sid"], r["url"], json.loads(r["params"]), r["tries"]) for r in rows]

    def seconds_to_next(self) -> float | None:
        """Return how long until a callback is due (0 when one is), or None when none waits."""
        row = self._database.row("SELECT MIN(due) AS due FROM callback WHERE done = 0")
        if row is None or row["due"] is None:
            return None
        return max(0.0, float(row["due"]) - self._machine_seconds())

    def advance(self, sid: str, status: str) -> None:
        """Set a text's status, and when it was sent if this is the first step past the queue."""
        with self._database.writing() as cursor:
            cursor.execute(
                "UPDATE text SET status = ?, sent_machine = COALESCE(sent_machine, ?) WHERE sid = ?",
                (status, self._machine_seconds(), sid),
            )

    def told(self, callback_id: int) -> None:
        """The course took this callback."""
        self._finish(callback_id, _TOLD)

    def give_up(self, callback_id: int) -> None:
        """The course did not take this callback, and is not asked again."""
        self._finish(callback_id, _GAVE_UP)

    def given_up(self) -> list[str]:
        """Return the SID of each callback that the course never took."""
        rows = self._database.rows("SELECT sid FROM callback WHERE done = ? ORDER BY id", _GAVE_UP)
        return [row["sid"] for row in rows]

    def retry(self, callback_id: int, delay: float) -> None:
        """Try this callback again in ``delay`` seconds."""
        with self._database.writing() as cursor:
            cursor.execute(
                "UPDATE callback SET tries = tries + 1, due = ? WHERE id = ?",
                (self._machine_seconds() + delay, callback_id),
            )

    def _finish(self, callback_id: int, how: int) -> None:
        with self._database.writing() as cursor:
            cursor.execute("UPDATE callback SET done = ?, tries = tries + 1 WHERE id = ?", (how, callback_id))
