"""A message that cannot be opened (a lost key) in; when it is a safety message, people told to phone, out (law 4)."""

import logging
from datetime import datetime

from course.delivery.models import Message
from course.people import alerts
from course.people.words import AlertKind, MessageClass

log = logging.getLogger(__name__)


def tell(message_id: int, error: Exception, now: datetime) -> None:
    """Say so in the log, and tell on-call once when it was to keep somebody safe. Opens nothing of the row itself."""
    log.error("message %s cannot be opened: %s", message_id, type(error).__name__)
    safety = Message.objects.filter(pk=message_id, message_class=MessageClass.SAFETY)
    to_people = safety.exclude(request__recipient__startswith="staff:")
    for about in to_people.values_list("request__subject_key", flat=True):
        alerts.begin(AlertKind.PHONE, f"not_reached:{message_id}", now, {"phone": True}, about or "")
