"""An SMTP answer in, one of our outcomes out (RFC 5321 section 4.2, RFC 3463 enhanced status codes)."""

import re

from course.delivery.words import Outcome

_ENHANCED = re.compile(r"^\s*([245])\.(\d{1,3})\.(\d{1,3})(?=\s|$)")
_NO_SUCH_ADDRESS = {"1.1", "1.2", "1.3", "1.6", "1.10", "2.1"}


def classify(code: int, text: str, phase: str) -> Outcome:
    """Return the outcome of an answer in ``phase``: "connect", "mail", "rcpt", "data" or "end" (the dot)."""
    if 200 <= code < 300:
        return Outcome.ACCEPTED
    if code < 400:  # no answer that RFC 5321 knows here: after the dot nobody can say what it means
        return Outcome.UNKNOWN if phase == "end" else Outcome.RETRY
    if code < 500:
        return Outcome.RETRY
    found = _ENHANCED.search(text)
    if found:
        return _by_enhanced(found.group(2), f"{found.group(2)}.{found.group(3)}")
    if phase in ("connect", "mail"):
        return Outcome.REFUSED_SENDER
    if phase == "rcpt" and code in (550, 553):
        return Outcome.REFUSED_ADDRESS
    return Outcome.REFUSED_CONTENT


def _by_enhanced(subject: str, detail: str) -> Outcome:
    if detail in _NO_SUCH_ADDRESS:
        return Outcome.REFUSED_ADDRESS
    if subject == "7":
        return Outcome.REFUSED_SENDER
    return Outcome.REFUSED_CONTENT


def enhanced_code(code: int, text: str) -> str:
    """Return "550 5.1.1", or the bare code when the answer has no enhanced one."""
    found = _ENHANCED.search(text)
    return f"{code} {found.group(0)}" if found else str(code)
