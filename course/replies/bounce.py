"""A mail in; whether a machine wrote it out: a delivery report, a complaint, or an automatic answer.

Order of the tests and their limits: the messaging reference, "Mail we get". A forged report cannot harm anybody: it
counts only at the bounce address of the message it is about.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Any

from course.replies import letter
from course.replies.address import BOUNCE
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
_STATUS = re.compile(r"\b([45]\.\d{1,3}\.\d{1,3})\b")
_NULL_PATH = "<>"
_ENOUGH_SIGNS = 2


@dataclass(frozen=True)
class Report:
    """A delivery report. ``final`` is False while the other side still tries; ``code`` is RFC 3463's, or empty."""

    code: str
    final: bool


def written_by_machine(mail: "Message[str, str]", purpose: str) -> tuple[ReplyKind | None, Report | None]:
    """Return what a machine's mail is, and its report when it is one; None for a person's mail."""
    if _has_part(mail, "message/feedback-report"):
        return ReplyKind.COMPLAINT, None
    status = next(_parts(mail, "message/delivery-status"), None)
    if status is not None:
        return ReplyKind.BOUNCE, _report(status)
    if _is_automatic(mail):
        return ReplyKind.AUTO_REPLY, None
    null_path = mail.get("Return-Path", "").strip() == _NULL_PATH
    if (purpose == BOUNCE and null_path) or _signs(mail, null_path) >= _ENOUGH_SIGNS:
        return ReplyKind.BOUNCE, Report(_code(letter.words(mail)), final=True)
    return None, None


def _is_automatic(mail: "Message[str, str]") -> bool:
    submitted = mail.get("Auto-Submitted", "no").partition(";")[0].strip().lower()
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
    payload: Any = status.get_payload()
    blocks = payload if isinstance(payload, list) else [status]
    actions = {str(block.get("Action", "")).strip().lower() for block in blocks} - {""}
    codes = [_code(str(block.get("Status", ""))) for block in blocks]
    return Report(next(filter(None, codes), ""), final=not actions or "failed" in actions)


def _code(text: str) -> str:
    found = _STATUS.search(text)
    return found[1] if found else ""


def _has_part(mail: "Message[str, str]", kind: str) -> bool:
    return next(_parts(mail, kind), None) is not None


def _parts(mail: "Message[str, str]", kind: str) -> Iterator["Message[str, str]"]:
    # Only parts of a multipart/report count: a person may forward a report and write about it.
    if mail.get_content_type() == "multipart/report":
        yield from (part for part in letter.leaves(mail) if part.get_content_type() == kind)
