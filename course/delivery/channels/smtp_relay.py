"""A relay's URL in; connections to it out: opened, signed in, kept for a while and given again."""

import smtplib
import socket
import ssl
from collections import deque
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.mail.utils import DNS_NAME

from course.delivery.channels.base import Result
from course.delivery.channels.deadline import Deadline
from course.delivery.channels.smtp_answers import Answer
from course.delivery.channels.smtp_link import Link
from course.delivery.words import Outcome

CONNECT_SECONDS = 5  # for each address of the relay, and for TLS
IDLE_SECONDS = 30
_SCHEMES = ("smtp", "smtp+starttls", "smtps")
_LOOKS_LIKE = "COURSE_SMTP_URL must look like smtp://host:25 or smtps://user:password@host:465."


class NoRelay(Exception):
    """There is no connection; certainly nothing was sent. ``result`` says what that means for a message."""

    def __init__(self, outcome: Outcome, code: str, raw: str) -> None:
        super().__init__(code)
        self._outcome, self._code, self._raw = outcome, code, raw

    def result(self, key: int) -> Result:
        return Result(key, self._outcome, self._code, raw=self._raw)


def _relay_url(url: str) -> SplitResult:
    """Read a relay's URL; an @ after its host is a password in which a / # or ? was not written as %2F and so on."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _SCHEMES and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number, or too high
        usable = None
    if not usable or "@" in parts.path + parts.query + parts.fragment:
        raise ValueError(_LOOKS_LIKE)
    return parts


class _Opening(smtplib.SMTP):
    """A connection that waits for the relay's answers no longer than its deadline, while it has one."""

    def __init__(self, deadline: Deadline, host: str, port: int, name: str, **options: Any) -> None:
        self.deadline: Deadline | None = deadline
        super().__init__(host, port, name, **options)

    def getreply(self) -> tuple[int, bytes]:
        if self.deadline and self.sock:
            self.sock.settimeout(self.deadline.left())
        return super().getreply()


class _OpeningTls(_Opening, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class Refused(NoRelay):
    """The relay greeted us with a refusal, or does not know us."""

    def __init__(self, answer: Answer) -> None:
        Exception.__init__(self, answer.code)
        self._answer = answer

    def result(self, key: int) -> Result:
        return self._answer.result(key)


class Relay:
    """A relay at ``url``: smtp, smtp+starttls or smtps://user:password@host:port.

    ``ca_file`` is the PEM file of a certificate authority to trust for it, in place of the system's. Raises ValueError
    for a URL or file that cannot be used.
    """

    def __init__(self, url: str, ca_file: str = "", answer_seconds: float = 60) -> None:
        self._url = _relay_url(url)
        self._user, self._password = unquote(self._url.username or ""), unquote(self._url.password or "")
        if not (self._user + self._password).isascii():
            raise ValueError("COURSE_SMTP_URL has a letter in its user or password that SMTP cannot carry (not ASCII).")
        self._tls = None if self._url.scheme == "smtp" else _trust(ca_file)
        self._answer_seconds = answer_seconds
        self._idle: deque[tuple[Link, Timer]] = deque()  # its own changes are atomic, so that threads may share it

    def kept(self) -> Link | None:
        """Return a connection that waited, or None. It may be gone meanwhile."""
        try:
            link, timer = self._idle.pop()
        except IndexError:
            return None
        timer.cancel()
        return link

    def connect(self, deadline: Deadline) -> Link:
        """Open a connection, signed in before the deadline. Raises NoRelay."""
        try:
            connection = self._greeted(deadline)
            try:
                self._sign_in(connection)
            except BaseException:
                connection.close()
                raise
        except smtplib.SMTPResponseException as error:
            raise Refused(Answer("connect", error.smtp_code, _text(error.smtp_error))) from None
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError) as error:
            raise NoRelay(Outcome.RETRY, type(error).__name__, str(error)) from None
        except (smtplib.SMTPException, ssl.SSLCertVerificationError) as error:  # it cannot do what our settings ask
            raise NoRelay(Outcome.REFUSED_SENDER, type(error).__name__, str(error)) from None
        except OSError as error:
            raise NoRelay(Outcome.RETRY, type(error).__name__, str(error)) from None
        connection.deadline = None
        return Link(connection, self._answer_seconds)

    def keep(self, link: Link) -> None:
        """Keep a connection for the next mails, for IDLE_SECONDS; one that stands inside a mail is closed."""
        if not link.idle:
            link.close()
            return
        timer = Timer(IDLE_SECONDS, self._let_go)
        timer.daemon = True
        timer.args = [(link, timer)]
        self._idle.append((link, timer))
        timer.start()

    def close(self) -> None:
        """Take leave on every connection that waits."""
        while link := self.kept():
            link.quit()

    def _let_go(self, waiting: tuple[Link, Timer]) -> None:
        with suppress(ValueError):  # taken at this moment
            self._idle.remove(waiting)
            waiting[0].quit()

    def _greeted(self, deadline: Deadline) -> _Opening:
        host, port, name = self._url.hostname or "", self._url.port, DNS_NAME.get_fqdn()
        seconds = min(CONNECT_SECONDS, deadline.left())
        if self._url.scheme == "smtps":
            return _OpeningTls(deadline, host, port or 465, name, timeout=seconds, context=self._tls)
        return _Opening(deadline, host, port or 25, name, timeout=seconds)

    def _sign_in(self, connection: smtplib.SMTP) -> None:
        if self._url.scheme == "smtp+starttls":
            connection.starttls(context=self._tls)
        connection.ehlo_or_helo_if_needed()
        if connection.sock:  # each of our writes is whole: the last part of a mail must not wait for an acknowledgement
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._user:
            connection.login(self._user, self._password)


def _trust(ca_file: str) -> ssl.SSLContext:
    if not ca_file:
        return ssl.create_default_context()
    if not Path(ca_file).is_file():
        raise ValueError(f"COURSE_SMTP_CA_FILE is {ca_file}; there is no such file.")
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (ssl.SSLError, OSError):
        raise ValueError(f"COURSE_SMTP_CA_FILE is {ca_file}; it must hold certificates in PEM form.") from None


def _text(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer
