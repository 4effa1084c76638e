"""A mail in; whether a machine wrote it out: a delivery report, a complaint, or an automatic answer.

Order of the tests and their limits: the messaging reference, "Mail we get". A forged report cannot harm anybody: it
counts only at the bounce address of the message it is about.
"""

import re
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from email.policy import compat32

from course.replies import complaint, letter
from course.replies.address import BOUNCE
from course.replies.complaint import Complaint
from course.replies.letter import report_parts
from course.replies.words import ReplyKind

_DAEMON = re.compile(r"^(mailer-daemon|postmaster|mail-daemon)@", re.IGNORECASE)
_REPORT_SUBJECT = re.compile(
    r"undeliver|delivery (status|failure|has failed)|failure notice|returned mail|mail delivery failed|no entregado"
    r"|unzustellbar",
    re.IGNORECASE,
)
_AWAY_SUBJECT = re.compile(
    r"^\s*(out of (the )?office|automatic reply|auto(matic)?[- ]?reply|auto(matic)?[- ]?response"
    r"|respuesta autom[aá]tica|fuera de la oficina|abwesenheit|automatische antwort|absence du bureau"
    r"|r[eé]ponse automatique)",
    re.IGNORECASE,
)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")  # RFC 3464, RFC 6533
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
_BY_CLASS = {"2": "delivered", "4": "delayed", "5": "failed"}
_NULL_PATH = "<>"
_ENOUGH_SIGNS = 2


@dataclass(frozen=True)
class Fate:
    """What became of a mail for one recipient (RFC 3464, section 2.3). ``addresses`` are those it is named by."""

    action: str  # failed, delayed, delivered, relayed, expanded
    code: str  # RFC 3463's, or empty
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """A delivery report: one fate for each recipient it speaks of."""

    fates: tuple[Fate, ...]


def written_by_machine(mail: "Message[str, str]", purpose: str) -> tuple[ReplyKind | None, Report | Complaint | None]:
    """Return what a machine's mail is, and its report when it is one; None for a person's mail."""
    feedback = next(report_parts(mail, "message/feedback-report"), None)
    if feedback is not None:
        return ReplyKind.COMPLAINT, complaint.read(mail, feedback)
    status = next(report_parts(mail, *_STATUS_PARTS), None)
    if status is not None:
        return ReplyKind.BOUNCE, _report(status)
    if _is_automatic(mail):
        return ReplyKind.AUTO_REPLY, None
    null_path = letter.header(mail, "Return-Path") == _NULL_PATH
    if (purpose == BOUNCE and null_path) or _signs(mail, null_path) >= _ENOUGH_SIGNS:
        return ReplyKind.BOUNCE, _in_prose(letter.words(mail))
    return None, None


def _is_automatic(mail: "Message[str, str]") -> bool:
    submitted = (letter.header(mail, "Auto-Submitted") or "no").partition(";")[0].strip().lower()
    return (
        submitted != "no"
        or mail.get("X-Autoreply") is not None
        or str(mail.get("Precedence", "")).strip().lower() == "auto_reply"
        or bool(_AWAY_SUBJECT.match(letter.header(mail, "Subject")))
    )


def _signs(mail: "Message[str, str]", null_path: bool) -> int:
    return sum(
        (
            null_path,
            bool(_DAEMON.match(letter.sender(mail))),
            bool(_REPORT_SUBJECT.search(letter.header(mail, "Subject"))),
            mail.get("X-Failed-Recipients") is not None,
        )
    )


def _report(status: "Message[str, str]") -> Report:
    blocks = letter.children(status) or [status]
    if status.get_content_type() != _STATUS_PARTS[0]:  # the parser makes blocks of RFC 3464's form only
        texts = _EMPTY_LINE.split("\n\n".join(letter.decode(block.as_bytes(), None) for block in blocks))
        blocks = [message_from_string(text, policy=compat32) for text in texts]
    fates = (_fate(block) for block in blocks if block.get("Status") or block.get("Action"))
    return Report(tuple(fates))


def _fate(block: "Message[str, str]") -> Fate:
    action = str(block.get("Action", "")).split("(")[0].strip().lower()
    code = _code(str(block.get("Status", "")))
    named = (_address(str(block.get(name, ""))) for name in ("Original-Recipient", "Final-Recipient"))
    return Fate(action or _BY_CLASS.get(code[:1], ""), code, tuple(filter(None, named)))


def _address(field: str) -> str:
    """Return the address of "rfc822; name@example.org", in small letters; empty when it names none."""
    _kind, semicolon, address = field.partition(";")
    return (address if semicolon else field).strip().strip("<>").lower()


def _in_prose(words: str) -> Report:
    """A report in words only: nobody can say what it is about, but one that speaks of trying again is not final."""
    code = _code(words)
    return Report((Fate("delayed", code) if code.startswith("4") else Fate("failed", ""),))


def _code(text: str) -> str:
    found = _STATUS.search(text)
    return found[1] if found else ""
