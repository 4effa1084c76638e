"""Mail in, a relay's answer out, by SMTP (RFC 5321)."""

import re
import smtplib
import ssl
from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urlsplit

from course.delivery.channels.base import AboutTo, Finding, Mail, Outgoing, Result, Sent
from course.delivery.channels.relay_log import RelayLog
from course.delivery.channels.smtp_answers import classify, enhanced_code
from course.delivery.words import Outcome

CONNECT_SECONDS = 10
_QUEUED_AS = re.compile(r"queued as (\S+)", re.IGNORECASE)
_LINE_END = re.compile(rb"\r\n|\r|\n")


class SmtpChannel:
    """A relay at ``url``: smtp, smtp+starttls or smtps://user:password@host:port.

    With ``relay_log`` (a Postfix log this machine can read) it can say what went before a crash.
    """

    def __init__(self, url: str, relay_log: str = "", answer_seconds: float = 60) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtp+starttls", "smtps") or not parts.hostname:
            raise ValueError("COURSE_SMTP_URL must look like smtp://host:25 or smtps://user:password@host:465.")
        self._url = parts
        self._answer_seconds = answer_seconds
        self._log = RelayLog(relay_log) if relay_log else None
        self.can_look_up = self._log is not None

    def send(self, batch: Iterable[Outgoing], about_to: AboutTo) -> Iterator[Result]:
        """Send each mail over one connection; a lost connection is opened again for the next mail."""
        connection: smtplib.SMTP | None = None
        try:
            for mail in batch:
                if not isinstance(mail, Mail):
                    raise TypeError("The smtp channel carries mail only.")
                try:
                    connection = connection or self._connect()
                except smtplib.SMTPResponseException as answer:
                    yield _result(mail, answer.smtp_code, _text(answer.smtp_error), "connect")
                    continue
                except OSError as error:
                    yield Result(mail.key, Outcome.RETRY, type(error).__name__, raw=str(error))
                    continue
                result, usable = _hand_over(connection, mail, about_to)
                if result:
                    yield result
                if not usable:
                    connection.close()
                    connection = None
        finally:
            if connection:
                connection.close()

    def look_up(self, sent: Sent) -> Finding:
        """Look the Message-ID up in the relay's own log."""
        if self._log is None:
            raise OSError("This relay has no log to look in.")
        return self._log.find(sent.message_id)

    def _connect(self) -> smtplib.SMTP:
        host, port = self._url.hostname or "", self._url.port
        connection: smtplib.SMTP
        if self._url.scheme == "smtps":
            context = ssl.create_default_context()
            connection = smtplib.SMTP_SSL(host, port or 465, timeout=CONNECT_SECONDS, context=context)
        else:
            connection = smtplib.SMTP(host, port or 25, timeout=CONNECT_SECONDS)
        if self._url.scheme == "smtp+starttls":
            connection.starttls(context=ssl.create_default_context())
        if self._url.username:
            connection.login(unquote(self._url.username), unquote(self._url.password or ""))
        connection.ehlo_or_helo_if_needed()
        if connection.sock:
            connection.sock.settimeout(self._answer_seconds)
        return connection


def _hand_over(connection: smtplib.SMTP, mail: Mail, about_to: AboutTo) -> tuple[Result | None, bool]:
    """Return the result, and whether the connection can carry another mail.

    A connection lost before the dot was not accepted (retry); one lost after it may have been (RFC 1047).
    """
    try:
        refused = _envelope(connection, mail)
        if refused:
            connection.rset()
            return refused, True
        if not about_to(mail):
            connection.rset()
            return None, True
        code, answer = connection.docmd("DATA")
        if code != 354:
            return _result(mail, code, _text(answer), "data"), False
        connection.send(_stuffed(mail.content))
    except (OSError, smtplib.SMTPException) as error:
        return Result(mail.key, Outcome.RETRY, type(error).__name__, raw=str(error)), False
    try:
        code, answer = connection.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Result(mail.key, Outcome.UNKNOWN, type(error).__name__, raw=str(error)), False
    return _result(mail, code, _text(answer), "end"), True


def _envelope(connection: smtplib.SMTP, mail: Mail) -> Result | None:
    options = ["SMTPUTF8"] if not mail.recipient.isascii() else []
    code, answer = connection.mail(mail.envelope_from, options)
    if code >= 300:
        return _result(mail, code, _text(answer), "mail")
    code, answer = connection.rcpt(mail.recipient)
    return _result(mail, code, _text(answer), "rcpt") if code >= 300 else None


def _result(mail: Mail, code: int, text: str, phase: str) -> Result:
    queued = _QUEUED_AS.search(text)
    return Result(
        mail.key,
        classify(code, text, phase),
        enhanced_code(code, text),
        provider_id=queued.group(1)[:100] if queued else "",
        raw=f"{code} {text}",
    )


def _stuffed(content: bytes) -> bytes:
    """Return the content with CRLF line ends, its leading dots doubled and the closing dot (RFC 5321, 4.5.2)."""
    lines = _LINE_END.split(content.removesuffix(b"\r\n"))
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b"\r\n.\r\n"


def _text(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer
