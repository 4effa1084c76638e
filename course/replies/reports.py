"""A machine's report about one of our mails in; what delivery is told of it out.

A delivery report counts only at the bounce address of the message it is about, a complaint only with a token of that
message. Whatever else comes in changes nothing and stays as it came, in the stored reply.
"""

from datetime import datetime

from course.delivery import mail_receipts
from course.delivery.mail_receipts import Word
from course.delivery.models import Message
from course.delivery.words import Said
from course.replies import complaint
from course.replies.address import BOUNCE
from course.replies.bounce import Fate, Report
from course.replies.complaint import Complaint
from course.replies.models import Reply
from course.replies.reading import Opened

_PROVIDER = "smtp"
_MOST_RAW = 10_000
_SAID = {"delayed": Said.DELAYED, "delivered": Said.DELIVERED, "relayed": Said.DELIVERED}


def apply(reply: Reply, opened: Opened, message: Message | None, now: datetime, machine_now: datetime) -> bool:
    """Apply a report to its message; False when it counts for nothing. ``message`` is that of the reply's token."""
    report = opened.report
    about = message if reply.purpose == BOUNCE else None
    if about is None and isinstance(report, Complaint):
        about = complaint.about(report)
    if about is None or report is None:
        return False
    raw = opened.text[:_MOST_RAW]
    words = _complained(report, about, raw) if isinstance(report, Complaint) else _reported(report, about, raw)
    told = [mail_receipts.tell(about, word, now, machine_now) for word in words]
    return True in told


def _complained(report: Complaint, about: Message, raw: str) -> list[Word]:
    return [Word(Said.COMPLAINED, _PROVIDER, about.message_id, raw=raw)] if report.wants_no_more else []


def _reported(report: Report, about: Message, raw: str) -> list[Word]:
    said = ((_said(fate), fate) for fate in report.fates)
    return [Word(word, _PROVIDER, about.message_id, fate.code, raw, fate.addresses) for word, fate in said if word]


def _said(fate: Fate) -> Said | None:
    return mail_receipts.failed_with(fate.code) if fate.action == "failed" else _SAID.get(fate.action)
