"""An SMTP answer in, one of our outcomes out (RFC 5321 section 4.2, RFC 3463 enhanced status codes)."""

import re
from dataclasses import dataclass
from typing import Literal

from course.delivery.channels.base import Result
from course.delivery.words import Outcome

Phase = Literal["connect", "mail", "rcpt", "data", "end"]

_ENHANCED = re.compile(r"^\s*([245])\.(\d{1,3})\.(\d{1,3})(?=\s|$)")
_QUEUED_AS = re.compile(r"queued as (\S+)", re.IGNORECASE)
_NO_SUCH_ADDRESS = {"1.1", "1.2", "1.3", "1.6", "1.10", "2.1"}
_SENDERS_ADDRESS = {"1.7", "1.8"}  # RFC 3463, 3.2: the sender's address, not the patient's


@dataclass(frozen=True)
class Answer:
    """What a relay said, and to what: "connect", "mail", "rcpt", "data", or "end" (the dot)."""

    phase: Phase
    code: int
    text: str

    @property
    def positive(self) -> bool:
        """Whether the dialogue goes on (RFC 5321, 4.3.2): 354 after DATA, a 2xx after all else."""
        return self.code == 354 if self.phase == "data" else 200 <= self.code < 300

    @property
    def last(self) -> bool:
        """Whether the connection is of no use after it: 421 (RFC 5321, 3.8), or an answer no standard knows here."""
        return self.code == 421 or not (self.positive or 400 <= self.code < 600)

    def result(self, key: int) -> Result:
        """Return what this answer means for the message ``key``."""
        queued = _QUEUED_AS.search(self.text)
        return Result(
            key,
            classify(self.code, self.text, self.phase),
            enhanced_code(self.code, self.text),
            provider_id=queued.group(1)[:100] if queued and self.phase == "end" and self.positive else "",
            raw=f"{self.code} {self.text}",
            slow_down=asks_for_less(self.code, self.text),
        )


def classify(code: int, text: str, phase: Phase) -> Outcome:
    """Return the outcome of an answer. Only the answer to the dot can accept a mail."""
    if phase == "end" and 200 <= code < 300:
        return Outcome.ACCEPTED
    if code < 400 or code >= 600:  # no refusal that RFC 5321 knows: after the dot nobody can say what it means
        return Outcome.UNKNOWN if phase == "end" else Outcome.RETRY
    if code < 500:
        return Outcome.RETRY
    if phase == "connect":
        return Outcome.REFUSED_SENDER
    if phase == "mail":
        return _about_us(text)
    found = _ENHANCED.search(text)
    if found:
        return _by_enhanced(found.group(2), f"{found.group(2)}.{found.group(3)}")
    return Outcome.REFUSED_ADDRESS if phase == "rcpt" and code in (550, 553) else Outcome.REFUSED_CONTENT


def asks_for_less(code: int, text: str) -> bool:
    """Return whether to back off for this domain: 421, or a 4.7.x (greylisting, rate limits)."""
    found = _ENHANCED.search(text)
    return code == 421 or (400 <= code < 500 and found is not None and found.group(2) == "7")


def enhanced_code(code: int, text: str) -> str:
    """Return "550 5.1.1", or the bare code when the answer has no enhanced one."""
    found = _ENHANCED.search(text)
    return f"{code} {found.group(0).strip()}" if found else str(code)


def _about_us(text: str) -> Outcome:
    """To MAIL nothing is said of the recipient: a refusal is about us, or about this one mail (too big)."""
    found = _ENHANCED.search(text)
    subject, detail = (found.group(2), found.group(3)) if found else ("", "")
    this_mail = subject in ("4", "5", "6") or (subject, detail) == ("3", "4")
    return Outcome.REFUSED_CONTENT if this_mail else Outcome.REFUSED_SENDER


def _by_enhanced(subject: str, detail: str) -> Outcome:
    if detail in _NO_SUCH_ADDRESS:
        return Outcome.REFUSED_ADDRESS
    if subject == "7" or detail in _SENDERS_ADDRESS:
        return Outcome.REFUSED_SENDER
    return Outcome.REFUSED_CONTENT
