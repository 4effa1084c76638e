"""A mailbox's URL in; a connection to it out, that reads mails and marks them as taken. It waits for no answer long."""

import imaplib
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

ANSWER_SECONDS = 15  # for each answer: a task is ended after 30 and COURSE_ANSWER_SECONDS
TAKEN = "CourseTaken"  # our own mark, where the server keeps such: somebody who only reads a mail does not hide it
_LOOKS_LIKE = "COURSE_IMAP_URL must look like imaps://user:password@host:993/INBOX, with %40 for an @ in the user."
_ANSWER = re.compile(rb"\d+ \(")
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")


class NoMailbox(Exception):
    """The mailbox cannot be read now. The message names no secret."""


@dataclass(frozen=True, repr=False)
class Account:
    """Where the mailbox is and who signs in."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    tls: ssl.SSLContext


@dataclass(frozen=True)
class Head:
    """A mail's headers; ``size`` in bytes, ``came_at`` (machine time) when the server took it, if it says so."""

    uid: str
    raw: bytes
    size: int
    came_at: datetime | None


def account(url: str, ca_file: str = "") -> Account:
    """Read COURSE_IMAP_URL. Raises ValueError, one line without the URL, for one that cannot be used."""
    try:
        parts = urlsplit(url)
        port = parts.port or 993
        usable = parts.scheme == "imaps" and parts.hostname and parts.username and parts.password
    except ValueError:  # a port that is no number, or too high
        raise ValueError(_LOOKS_LIKE) from None
    if not usable or "@" in parts.path or parts.query or parts.fragment:
        raise ValueError(_LOOKS_LIKE)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if not all(word.isascii() and word.isprintable() for word in (user, password, folder)):
        raise ValueError("COURSE_IMAP_URL has a letter in its user, password or folder that IMAP cannot carry.")
    return Account(parts.hostname or "", port, user, password, folder, _trust(ca_file))


def _trust(ca_file: str) -> ssl.SSLContext:
    if not ca_file:
        return ssl.create_default_context()
    if not Path(ca_file).is_file():
        raise ValueError(f"COURSE_IMAP_CA_FILE is {ca_file}; there is no such file.")
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (ssl.SSLError, OSError):
        raise ValueError(f"COURSE_IMAP_CA_FILE is {ca_file}; it must hold certificates in PEM form.") from None


@contextmanager
def opened(where: Account) -> Iterator["Mailbox"]:
    """Sign in and open the folder. Raises NoMailbox."""
    try:
        client = imaplib.IMAP4_SSL(where.host, where.port, ssl_context=where.tls, timeout=ANSWER_SECONDS)
    except (OSError, imaplib.IMAP4.error) as error:
        raise NoMailbox(f"it does not answer ({type(error).__name__})") from None
    try:
        yield Mailbox(client, where)
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            client.logout()


class Mailbox:
    """The open folder. Every method raises NoMailbox when the connection is of no use any more."""

    def __init__(self, client: imaplib.IMAP4, where: Account) -> None:
        self._client = client
        try:
            client.login(_quoted(where.user), where.password)
        except imaplib.IMAP4.error:
            raise NoMailbox("it refused the name or the password") from None
        except OSError as error:
            raise NoMailbox(f"it does not answer ({type(error).__name__})") from None
        self._ask("select", _quoted(where.folder))
        _name, flags = client.response("PERMANENTFLAGS")
        self._keeps_marks = any(flag and rb"\*" in flag for flag in flags)

    def waiting(self) -> list[str]:
        """Return the mails that nobody took yet, oldest first."""
        found = self._ask("uid", "SEARCH", "UNDELETED", *(("UNKEYWORD", TAKEN) if self._keeps_marks else ("UNSEEN",)))
        return [uid.decode() for uid in (found[0] or b"").split()] if found else []

    def head(self, uid: str, most: int) -> Head | None:
        """Return up to ``most`` bytes of a mail's headers, or None when it is gone."""
        said, literal = self._fetch(uid, f"(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER]<0.{most}>)")
        size, when = _SIZE.search(said), imaplib.Internaldate2tuple(said)
        if literal is None:
            return None
        came_at = datetime.fromtimestamp(time.mktime(when), UTC) if when else None
        return Head(uid, literal, int(size[1]) if size else 0, came_at)

    def bytes_of(self, uid: str, most: int) -> bytes | None:
        """Return the first ``most`` bytes of a mail, or None when it is gone."""
        return self._fetch(uid, f"(UID BODY.PEEK[]<0.{most}>)")[1]

    def mark_taken(self, uid: str, *, ours: bool) -> None:
        """Mark a mail, so that it is not looked at again. One that is not ours stays unread where it can."""
        if self._keeps_marks:
            flags = rf"(\Seen {TAKEN})" if ours else f"({TAKEN})"
        else:
            flags = r"(\Seen)" if ours else r"(\Seen \Flagged)"
        self._ask("uid", "STORE", uid, "+FLAGS.SILENT", flags)

    def _fetch(self, uid: str, what: str) -> tuple[bytes, bytes | None]:
        """Return what stands around the literal, and the literal; other mails' news may come between."""
        answers: list[tuple[bytes, bytes | None]] = []
        for piece in self._ask("uid", "FETCH", uid, what):
            text, literal = (piece[0], piece[1]) if isinstance(piece, tuple) else (piece or b"", None)
            if not answers or _ANSWER.match(text):
                answers.append((text, literal))
            else:
                said, held = answers[-1]
                answers[-1] = (said + text, literal if held is None else held)
        ours = [each for each in answers if (found := _UID.search(each[0])) and found[1] == uid.encode()]
        return next((each for each in ours if each[1] is not None), (b"", None))

    def _ask(self, command: str, *arguments: str) -> list[Any]:
        try:
            answer, data = getattr(self._client, command)(*arguments)
        except (OSError, imaplib.IMAP4.error) as error:
            raise NoMailbox(f"the connection broke off ({type(error).__name__})") from None
        if answer != "OK":
            raise NoMailbox(f"it refused to {arguments[0].lower() if command == 'uid' else command}")
        return list(data)


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
