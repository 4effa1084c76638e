"""All that the sandbox received and all that was typed in it, each stamped when it came."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from course import clock
from course.sandbox import queries
from course.sandbox.callback_queue import CallbackQueue
from course.sandbox.database import Database
from course.sandbox.records import INBOUND, Mailbox, NewText, ReceivedMail, ReceivedText, TextFilter, Typed

FILE_NAME = "sandbox.sqlite3"
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "UNSTOP", "YES"})


class SandboxStore:
    """The sandbox's file at ``path``. Several threads and several processes may use it at once.

    ``course_now`` and ``machine_now`` return aware UTC datetimes. With ``blocks_stop_words`` the look-alike blocks a
    number that texted STOP, as Twilio does unless an account asks it not to. The course asks: its one confirmation
    and its safety texts must still go out.
    """

    def __init__(
        self,
        path: Path,
        course_now: Callable[[], datetime] = clock.course_now,
        machine_now: Callable[[], datetime] = clock.machine_now,
        *,
        blocks_stop_words: bool = False,
    ) -> None:
        self.course_now = course_now
        self.machine_now = machine_now
        self._blocks_stop_words = blocks_stop_words
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

    def add_mail(self, mail_from: str, rcpt_tos: Sequence[str], message_id: str, raw: bytes, queue_id: str) -> None:
        """Keep one row for each recipient; on disk on return. Raises sqlite3.Error when the disk fails."""
        stamp = self._stamp()
        with self._database.writing() as cursor:
            for rcpt_to in rcpt_tos:
                self._database.insert(
                    *(cursor, "mail"),
                    **stamp,
                    queue_id=queue_id,
                    mail_from=mail_from,
                    rcpt_to=rcpt_to,
                    message_id=message_id,
                    raw=raw,
                )

    def mails(self, address: str | None = None, newest: int = -1) -> list[ReceivedMail]:
        """Return mail in the order in which it came: all of it, one address's, or only the ``newest`` n."""
        return [_mail(row) for row in self._database.rows(queries.MAILS, address, newest)]

    def mail(self, mail_id: int) -> ReceivedMail | None:
        """Return one mail, or None."""
        row = self._database.row("SELECT * FROM mail WHERE id = ?", mail_id)
        return _mail(row) if row else None

    def add_text(self, new: NewText, steps: Sequence[tuple[float, dict[str, str]]] = ()) -> ReceivedText:
        """Keep a text, and a status callback for each step (seconds from now, parameters); on disk on return.

        With ``blocks_stop_words`` an inbound STOP word blocks that pair of numbers and a START word lifts it.
        """
        stamp = self._stamp()
        now, inbound = float(stamp["received_machine"]), new.direction == INBOUND
        person = new.from_number if inbound else new.to_number
        sent = now if inbound else None
        with self._database.writing() as cursor:
            self._database.insert(cursor, "text", **stamp, **asdict(new), person=person, sent_machine=sent)
            for delay, params in steps:
                self.callbacks.add(cursor, new.sid, new.status_callback, params, now + delay)
            if inbound and self._blocks_stop_words:
                _obey_keyword(cursor, new.body, person, new.to_number)
        kept = self.text(new.sid)
        assert kept is not None  # noqa: S101  it was committed above and rows are never removed
        return kept

    def texts(self, number: str | None = None, newest: int = -1) -> list[ReceivedText]:
        """Return texts both ways in the order in which they came; deleted ones too: it forgets none."""
        return [_text(row) for row in self._database.rows(queries.TEXTS, number, newest)]

    def text(self, sid: str) -> ReceivedText | None:
        """Return one text, or None."""
        row = self._database.row("SELECT * FROM text WHERE sid = ?", sid)
        return _text(row) if row else None

    def search_texts(self, wanted: TextFilter) -> list[ReceivedText]:
        """Return what Twilio's list would show, newest first."""
        rows = self._database.rows(
            queries.SEARCH,
            *(wanted.to_number, wanted.from_number, wanted.sent_from, wanted.sent_until),
            *(wanted.before_id, wanted.limit),
        )
        return [_text(row) for row in rows]

    def redact_text(self, sid: str, *, delete: bool) -> None:
        """Wipe a text's words; with ``delete`` hide it from the list too. That it came is never forgotten."""
        with self._database.writing() as cursor:
            cursor.execute("UPDATE text SET body = '', deleted = MAX(deleted, ?) WHERE sid = ?", (delete, sid))

    def is_blocked(self, person: str, sender: str) -> bool:
        """Return whether ``person`` texted a STOP word to ``sender`` and no START word since."""
        found = self._database.row("SELECT 1 FROM opted_out WHERE person = ? AND sender = ?", person, sender)
        return found is not None

    def addresses(self) -> list[Mailbox]:
        """Return each mailbox and each phone, in the order in which they first appeared."""
        rows = self._database.rows(queries.MAILBOXES) + self._database.rows(queries.PHONES)
        return [Mailbox(r["kind"], r["address"], r["count"], datetime.fromisoformat(r["last"])) for r in rows]

    def add_typed(
        self,
        kind: str,
        address: str,
        peer: str,
        body: str,
        *,
        accepted: bool,
        outcome: str,
        mail_id: int | None = None,
    ) -> int:
        """Keep what a person typed from ``address`` to ``peer`` and what came of it. Returns its id."""
        stamp = self._stamp()
        with self._database.writing() as cursor:
            return self._database.insert(
                *(cursor, "typed"),
                **stamp,
                kind=kind,
                address=address,
                peer=peer,
                body=body,
                accepted=accepted,
                outcome=outcome,
                mail_id=mail_id,
            )

    def typed(self, typed_id: int) -> Typed | None:
        """Return one thing typed, or None."""
        row = self._database.row("SELECT * FROM typed WHERE id = ?", typed_id)
        return _typed(row) if row else None

    def replies_to(self, mail_id: int) -> list[Typed]:
        """Return what was typed in answer to one mail, in order."""
        return [
            _typed(row) for row in self._database.rows("SELECT * FROM typed WHERE mail_id = ? ORDER BY id", mail_id)
        ]

    def _stamp(self) -> dict[str, Any]:
        # Asked before the transaction: the course's own database may make us wait.
        return {"received_machine": self.machine_seconds(), "course_time": self.course_now().isoformat()}

    def change_count(self) -> int:
        """Return how many messages have come so far, mail and outgoing texts together."""
        row = self._database.row(
            "SELECT (SELECT COUNT(*) FROM mail) + (SELECT COUNT(*) FROM text WHERE direction != ?) AS n",
            INBOUND,
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
