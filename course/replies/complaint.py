"""A complaint in (RFC 5965: "this is spam", pressed by a reader or their provider); the mail it is about, out.

Anybody can write such a report. It counts only with a token of ours that stood in the mail itself, so it comes from
somebody who has that mail.
"""

import re
from dataclasses import dataclass
from email import message_from_string
from email.message import Message as Part
from email.policy import compat32

from course.delivery.models import Message
from course.people.words import Channel
from course.replies import address, letter

# RFC 5965, section 7.3, and RFC 6430: "not-spam" says the opposite, "auth-failure" speaks of our signatures.
_KINDS = ("abuse", "fraud", "opt-out", "opt-out-list", "other")
_RETURNED = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")
_OURS = ("Message-ID", "Reply-To", "List-Unsubscribe", "Return-Path")
_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+")


@dataclass(frozen=True)
class Complaint:
    """``wants_no_more`` is False for a report that is no complaint; ``returned`` are the mail's own headers."""

    wants_no_more: bool
    returned: tuple[str, ...]


def read(mail: "Part[str, str]", feedback: "Part[str, str]") -> Complaint:
    """Read a report whose machine-readable part is ``feedback``."""
    within = letter.children(feedback)
    fields = within[0] if within else message_from_string(letter.body(feedback), policy=compat32)
    kind = str(fields.get("Feedback-Type", feedback.get("Feedback-Type", ""))).strip().lower()
    headers = (_headers(part) for part in letter.report_parts(mail, *_RETURNED))
    return Complaint(kind in _KINDS, tuple(value for values in headers for value in values))


def about(complaint: Complaint) -> Message | None:
    """Return the mail of ours whose token or Message-ID stands in the returned headers, or None."""
    for value in complaint.returned:
        for name in _ADDRESS.findall(value.lower()):
            found = _message(name)
            if found:
                return found
    return None


def _message(name: str) -> Message | None:
    mails = Message.objects.filter(channel=Channel.EMAIL, handed_at__isnull=False).defer("words")
    purpose = address.parse(name)
    if purpose is None:
        return mails.filter(message_id=name).first()
    found = address.find(*purpose)
    if found and found.subscriber:
        return mails.filter(contact__subscriber=found.subscriber).order_by("-handed_at").first()
    return found.message if found else None


def _headers(part: "Part[str, str]") -> list[str]:
    within = letter.children(part)
    returned = within[0] if within else message_from_string(letter.words(part) or letter.body(part), policy=compat32)
    return [str(value) for name in _OURS for value in returned.get_all(name, [])]
