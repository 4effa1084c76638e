"""A text that was filtered in; people on call told, once a day, when it is not the only one, out."""

from datetime import datetime, timedelta

from django.conf import settings

from course.delivery.channels.twilio_codes import FILTERED
from course.delivery.models import Message
from course.people import on_call
from course.people.models import NoticeRequest
from course.people.words import Channel, NoticeKind

LEAST = 3
SHARE = 0.01
_CODES = [str(code) for code in FILTERED]


def tell(now: datetime, machine_now: datetime) -> None:
    """Tell on-call when, of a day's texts, at least three and more than one in a hundred were filtered.

    Nothing is held: the others arrive. ``now`` is course time; the day is the last 24 hours of machine time.
    """
    subject_key = f"filtered:{Channel.SMS}.{now.date()}"
    if NoticeRequest.objects.filter(kind=NoticeKind.CHANNEL_DOWN, subject_key=subject_key).exists():
        return
    handed = Message.objects.filter(channel=Channel.SMS, handed_at__gt=machine_now - timedelta(hours=24))
    filtered = handed.filter(receipts__code__in=_CODES).distinct().count()
    if filtered >= LEAST and filtered > SHARE * handed.count():
        words = {"channel": Channel.SMS, "filtered_from": settings.TWILIO_FROM}
        on_call.tell(NoticeKind.CHANNEL_DOWN, subject_key, now, words)
