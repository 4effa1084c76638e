"""Everything the sandbox received, and everything typed in it: mail, texts and replies, each stamped when it came."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from course import clock
from course.sandbox.callback_queue import CallbackQueue
from course.sandbox.database import Database
from course.sandbox.records import INBOUND, Mailbox, NewText, ReceivedMail, ReceivedText, TextFilter, Typed

FILE_NAME = "sandbox.sqlite3"
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "UNSTOP", "YES"})

_MAILBOXES = """
SELECT 'email' AS kind, mail.rcpt_to AS address, found.count, mail.course_time AS last
FROM (SELECT COUNT(*) AS count, MIN(id) AS first, MAX(id) AS last FROM mail GROUP BY rcpt_to) AS found
JOIN mail ON mail.id = found.last ORDER BY found.first"""
_PHONES = """
SELECT 'phone' AS kind, text.person AS address, found.count, text.course_time AS last
FROM (SELECT COUNT(*) AS count, MIN(id) AS first, MAX(id) AS last FROM text GROUP BY person) AS found
JOIN text ON text.id = found.last ORDER BY found.first"""
# The newest rows, given back in the order in which they came.
_MAILS = "SELECT * FROM (SELECT * FROM mail WHERE (?1 IS NULL OR rcpt_to = ?1) ORDER BY id DESC LIMIT ?2) ORDER BY id"
_TEXTS = "SELECT * FROM (SELECT * FROM text WHERE (?1 IS NULL OR person = ?1) ORDER BY id DESC LIMIT ?2) ORDER BY id"
# A text that is still queued has no DateSent; its arrival stands in, so that a look-up by time never misses it.
_SEARCH = """
SELECT * FROM text WHERE deleted = 0 AND (?1 = '' OR to_number = ?1) AND (?2 = '' OR from_number = ?2)
AND (?3 IS NULL OR CAST(COALESCE(sent_machine, received_machine) AS INTEGER) >= ?3)
AND (?4 IS NULL OR CAST(COALESCE(sent_machine, received_machine) AS INTEGER) <= ?4)
AND (?5 IS NULL OR id < ?5) ORDER BY id DESC LIMIT ?6"""


class SandboxStore:
    """The sandbox's file at ``path``. Several threads and several processes may use it at once.

    ``course_now`` and ``machine_now`` return aware UTC datetimes.
    """

    def __init__(
        self,
        path: Path,
        course_now: Callable[[], datetime] = clock.course_now,
        machine_now: Callable[[], datetime] = clock.machine_now,
    ) -> None:
        self.course_now = course_now
        self.machine_now = machine_now
        self._database = Database(path)
        self.callbacks = CallbackQueue(self._database, self.machine_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def machine_seconds(self) -> float:
        """Return machine time in unix seconds."""
        return self.machine_now().timestamp()

    def add_mail(
        self, mail_from: str, rcpt_tos: Sequence[str], message_id: str, raw: bytes, queue_id: str
    ) -> None:
        """Keep one row for each recipient; on disk on return. Raises sqlite3.Error when the disk will not have it."""
        stamp = (queue_id, self.machine_seconds(), self.course_now().isoformat(), mail_from)
        with self._database.writing() as cursor:
            cursor.executemany(
                "INSERT INTO mail (queue_id, received_machine, course_time, mail_from, rcpt_to, message_id, raw)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(*stamp, rcpt_to, message_id, raw) for rcpt_to in rcpt_tos],
            )

    def mails(self, address: str | None = None, newest: int = -1) -> list[ReceivedMail]:
        """Return mail in the order in which it came: all of it, one address's, or only the ``newest`` n."""
        return [_mail(row) for row in self._database.rows(_MAILS, address, newest)]

    def mail(self, mail_id: int) -> ReceivedMail | None:
        """Return one mail, or None."""
        row = self._database.row("SELECT * FROM mail WHERE id = ?", mail_id)
        return _mail(row) if row else None

    def add_text(self, new: NewText, steps: Sequence[tuple[float, dict[str, str]]] = ()) -> ReceivedText:
        """Keep a text, and a status callback for each step (seconds from now, parameters); on disk on return.

        An inbound STOP word blocks that pair of numbers and a START word lifts it, as Twilio does by itself.
        """
        now, course_time = self.machine_seconds(), self.course_now().isoformat()
        person, sender = (new.from_number, new.to_number) if new.direction == INBOUND else (new.to_number, "")
        sent = now if new.direction == INBOUND else None
        with self._database.writing() as cursor:
            cursor.execute(
                "INSERT INTO text (sid, received_machine, course_time, to_number, from_number, person, body, status,"
                " status_callback, validity_period, direction, sent_machine, messaging_service_sid, num_media)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (new.sid, now, course_time, new.to_number, new.from_number, person, new.body, new.status)
                + (new.status_callback, new.validity_period, new.direction, sent)
                + (new.messaging_service_sid, new.num_media),
            )
            for delay, params in steps:
                self.callbacks.add(cursor, new.sid, new.status_callback, params, now + delay)
            if new.direction == INBOUND:
                _obey_keyword(cursor, new.body, person, sender)
        kept = self.text(new.sid)
        assert kept is not None  # noqa: S101  it was committed above and rows are never removed
        return kept

    def texts(self, number: str | None = None, newest: int = -1) -> list[ReceivedText]:
        """Return texts both ways in the order in which they came, deleted ones too: the witness forgets none."""
        return [_text(row) for row in self._database.rows(_TEXTS, number, newest)]

    def text(self, sid: str) -> ReceivedText | None:
        """Return one text, or None."""
        row = self._database.row("SELECT * FROM text WHERE sid = ?", sid)
        return _text(row) if row else None

    def search_texts(self, wanted: TextFilter) -> list[ReceivedText]:
        """Return what Twilio's list would show, newest first."""
        rows = self._database.rows(
            _SEARCH,
            *(wanted.to_number, wanted.from_number, wanted.sent_from, wanted.sent_until),
            *(wanted.before_id, wanted.limit),
        )
        return [_text(row) for row in rows]

    def redact_text(self, sid: str, *, delete: bool) -> None:
        """Wipe a text's words; with ``delete`` hide it from the list as well. That it came is never forgotten."""
        with self._database.writing() as cursor:
            cursor.execute("UPDATE text SET body = '', deleted = MAX(deleted, ?) WHERE sid = ?", (delete, sid))

    def is_blocked(self, person: str, sender: str) -> bool:
        """Return whether ``person`` texted a STOP word to ``sender`` and no START word since."""
        found = self._database.row("SELECT 1 FROM opted_out WHERE person = ? AND sender = ?", person, sender)
        return found is not None

    def addresses(self) -> list[Mailbox]:
        """Return each mailbox and each phone, in the order in which they first appeared."""
        rows = self._database.rows(_MAILBOXES) + self._database.rows(_PHONES)
        return [Mailbox(r["kind"], r["address"], r["count"], datetime.fromisoformat(r["last"])) for r in rows]

    def add_typed(
        self, kind: str, address: str, peer: str, body: str, *, accepted: bool, outcome: str, mail_id: int | None = None
    ) -> int:
        """Keep what a person typed from ``address`` to ``peer`` and what came of it. Returns its id."""
        values = (kind, address, peer, body, accepted, outcome, mail_id)
        with self._database.writing() as cursor:
            cursor.execute(
                "INSERT INTO typed (received_machine, course_time, kind, address, peer, body, accepted, outcome, mail_id)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (self.machine_seconds(), self.course_now().isoformat(), *values),
            )
            return int(cursor.lastrowid or 0)

    def typed(self, typed_id: int) -> Typed | None:
        """Return one thing typed, or None."""
        row = self._database.row("SELECT * FROM typed WHERE id = ?", typed_id)
        return _typed(row) if row else None

    def replies_to(self, mail_id: int) -> list[Typed]:
        """Return what was typed in answer to one mail, in order."""
        return [_typed(row) for row in self._database.rows("SELECT * FROM typed WHERE mail_id = ? ORDER BY id", mail_id)]

    def change_count(self) -> int:
        """Return how many messages have come so far, mail and outgoing texts together."""
        row = self._database.row(
            "SELECT (SELECT COUNT(*) FROM mail) + (SELECT COUNT(*) FROM text WHERE direction != ?) AS n", INBOUND
        )
        return int(row["n"]) if row else 0


def _obey_keyword(cursor: sqlite3.Cursor, body: str, person: str, sender: str) -> None:
    word = body.strip().upper()
    if word in STOP_WORDS:
        cursor.execute("INSERT OR IGNORE INTO opted_out (person, sender) VALUES (?, ?)", (person, sender))
    elif word in START_WORDS:
        cursor.execute("DELETE FROM opted_out WHERE person = ? AND sender = ?", (person, sender))


def _fields(row: sqlite3.Row) -> dict[str, Any]:
    return {key: row[key] for key in row.keys()} | {"course_time": datetime.fromisoformat(row["course_time"])}  # noqa: SIM118


def _mail(row: sqlite3.Row) -> ReceivedMail:
    return ReceivedMail(**_fields(row))


def _text(row: sqlite3.Row) -> ReceivedText:
    fields = _fields(row) | {"deleted": bool(row["deleted"])}
    del fields["person"]
    return ReceivedText(**fields)


def _typed(row: sqlite3.Row) -> Typed:
    return Typed(**_fields(row) | {"accepted": bool(row["accepted"])})
