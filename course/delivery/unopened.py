"""A message that cannot be opened (a lost key) in; when it is a safety message, people told to phone, out (law 4)."""

import logging
from datetime import datetime

from course.delivery.models import Message
from course.people import on_call
from course.people.words import MessageClass, NoticeKind

log = logging.getLogger(__name__)


def tell(message_id: int, error: Exception, now: datetime) -> None:
    """Say so in the log, and tell on-call once when it was to keep somebody safe. Opens nothing of the row itself."""
    log.error("message %s cannot be opened: %s", message_id, type(error).__name__)
    safety = Message.objects.filter(pk=message_id, message_class=MessageClass.SAFETY)
    if safety.exclude(request__recipient__startswith="staff:").exists():
        on_call.tell(NoticeKind.URGENT, f"not_reached:{message_id}", now, {"phone": True})
