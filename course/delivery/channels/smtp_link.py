"""Mails in, a relay's answers out: the dialogue on one open connection (RFC 5321), pipelined where that is offered.

With PIPELINING (RFC 2920) the envelope of the next mail travels in the same write as the content and dot of the one
before: one round trip a mail. DATA ends each group, so that no more than one mail a connection is ever in doubt.
"""

import re
import smtplib
import weakref

from course.delivery.channels.base import Mail, Result
from course.delivery.channels.deadline import Deadline
from course.delivery.channels.smtp_answers import Answer, Phase
from course.delivery.words import Outcome

_LINE_END = re.compile(rb"\r\n|\r|\n")
_NOT_IN_AN_ADDRESS = re.compile(r"[\s\x00-\x1f\x7f<>]")
_PHASES: tuple[Phase, ...] = ("mail", "rcpt", "data")


class Lost(Exception):
    """The connection is gone. ``code`` is the kind of trouble; ``dot_left``: the mail may have been accepted."""

    def __init__(self, code: str, *, dot_left: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.dot_left = dot_left


class Link:
    """One connection to a relay, greeted and signed in, and where the dialogue on it stands."""

    def __init__(self, connection: smtplib.SMTP, answer_seconds: float) -> None:
        self._smtp = connection
        self._answer_seconds = answer_seconds
        self._open = False  # the relay waits for content
        self._travelling: Mail | None = None  # whose envelope went with the content before it
        self.close = weakref.finalize(self, connection.close)  # a relay drops a mail whose dot did not come

    @property
    def alive(self) -> bool:
        return bool(self.close.alive)

    @property
    def idle(self) -> bool:
        """Whether it stands between two mails."""
        return self.alive and not self._open and self._travelling is None

    @property
    def _pipelining(self) -> bool:
        return self._smtp.has_extn("pipelining")

    def fault_of(self, mail: Mail) -> Result | None:
        """Return why this relay cannot be given this mail, without asking it; None when it can."""
        if _NOT_IN_AN_ADDRESS.search(mail.recipient) or "@" not in mail.recipient:
            return Result(mail.key, Outcome.REFUSED_ADDRESS, "5.1.3", raw="not sent: this is no mail address")
        if not _is_ascii(mail) and not self._smtp.has_extn("smtputf8"):
            return Result(mail.key, Outcome.REFUSED_CONTENT, "SMTPUTF8", raw="not sent: the relay has no SMTPUTF8")
        if not mail.content.isascii() and not self._smtp.has_extn("8bitmime"):
            return Result(mail.key, Outcome.REFUSED_CONTENT, "8BITMIME", raw="not sent: the relay has no 8BITMIME")
        return None

    def begin(self, mail: Mail, deadline: Deadline) -> Answer | None:
        """Open a mail's envelope up to DATA; return the refusal, or None when its content may follow.

        Raises Lost, also when the deadline passes.
        """
        self._smtp_timeout(deadline.left())
        travelled, self._travelling = self._travelling is mail, None
        if self._pipelining and not travelled:
            self._write(b"".join(self._lines(mail)))
        answers = self._answers_to(mail, deadline)
        refusal = _refusal(answers)
        if refusal is None:
            self._open = True
        elif any(answer.last for answer in answers):
            self.close()
        else:
            self._smtp_timeout(deadline.left())
            self._end_refused(answers)
        return refusal

    def finish(self, mail: Mail, following: Mail | None) -> Answer:
        """Send the content and the dot, the next envelope behind them; return the answer to the dot. Raises Lost."""
        content = _stuffed(mail.content)
        behind = b""
        if following and self._pipelining and not self.fault_of(following):
            behind, self._travelling = b"".join(self._lines(following)), following
        self._open = False
        self._smtp_timeout(self._answer_seconds)
        if self._push(content + behind) < len(content):
            raise Lost("ConnectionLost")
        try:
            answer = self._read("end")
        except Lost as lost:
            raise Lost(lost.code, dot_left=True) from None
        if answer.last:
            self.close()
        return answer

    def quit(self) -> None:
        """Take leave without waiting for an answer."""
        if self.idle:
            self._smtp_timeout(1)
            self._push(b"QUIT\r\n")
        self.close()

    def _lines(self, mail: Mail) -> list[bytes]:
        options = "" if mail.content.isascii() else " BODY=8BITMIME"
        options += "" if _is_ascii(mail) else " SMTPUTF8"
        lines = (f"MAIL FROM:<{mail.envelope_from}>{options}", f"RCPT TO:<{mail.recipient}>", "DATA")
        return [f"{line}\r\n".encode() for line in lines]

    def _answers_to(self, mail: Mail, deadline: Deadline) -> list[Answer]:
        """Read the answers to an envelope; without pipelining each line is said when the one before was taken."""
        answers: list[Answer] = []
        try:
            for phase, line in zip(_PHASES, self._lines(mail), strict=True):
                self._smtp_timeout(deadline.left())
                if not self._pipelining:
                    self._write(line)
                answers.append(self._read(phase))
                if answers[-1].last or (not self._pipelining and not answers[-1].positive):
                    break
        except Lost:
            if _refusal(answers) is None:
                raise
            self.close()  # it said why before it went
        return answers

    def _end_refused(self, answers: list[Answer]) -> None:
        """Leave a refused envelope behind. RFC 2920, 3.1: DATA may be taken though nobody would get the mail."""
        waits_for_content = answers[-1].phase == "data" and answers[-1].positive
        if waits_for_content and answers[1].positive:
            self.close()  # a lone dot would bring somebody an empty mail
            return
        try:
            self._write(b".\r\n" if waits_for_content else b"RSET\r\n")
            self._read("end")
        except Lost:
            self.close()

    def _smtp_timeout(self, seconds: float) -> None:
        if self._smtp.sock:
            self._smtp.sock.settimeout(seconds)

    def _write(self, data: bytes) -> None:
        if self._push(data) < len(data):
            raise Lost("ConnectionLost")

    def _push(self, data: bytes) -> int:
        """Write, and return how many bytes left this machine's hands: less than all when the connection broke."""
        left = 0
        try:
            while left < len(data) and self._smtp.sock:
                left += self._smtp.sock.send(data[left:])
        except OSError:
            self.close()
        return left

    def _read(self, phase: Phase) -> Answer:
        try:
            code, text = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Lost(type(error.__context__ or error).__name__) from None
        return Answer(phase, code, text.decode(errors="replace"))


def _is_ascii(mail: Mail) -> bool:
    return mail.recipient.isascii() and mail.envelope_from.isascii()


def _refusal(answers: list[Answer]) -> Answer | None:
    return next((answer for answer in answers if not answer.positive), None)


def _stuffed(content: bytes) -> bytes:
    """Return the content with CRLF line ends, its leading dots doubled and the closing dot (RFC 5321, 4.5.2)."""
    lines = _LINE_END.split(content.removesuffix(b"\r\n"))
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b"\r\n.\r\n"
