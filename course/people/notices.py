"""Something happened in; a notice request out, written once for each kind, subject and recipient."""

from datetime import datetime, timedelta
from typing import Any

from course import doorbell
from course.people.models import Contact, NoticeRequest, Staff, Subscriber
from course.people.words import ChannelRule, MessageClass, NoticeKind

Recipient = Subscriber | Staff | Contact


def key_of(recipient: Recipient) -> str:
    """Return "subscriber:ID", "staff:ID" or "contact:ID"."""
    return f"{recipient._meta.model_name}:{recipient.pk}"


def request(
    kind: NoticeKind,
    message_class: MessageClass,
    recipient: Recipient,
    subject_key: str,
    now: datetime,
    *,
    words: dict[str, Any] | None = None,
    rule: ChannelRule = ChannelRule.PREFERRED,
    contact: Contact | None = None,
    answers_at: datetime | None = None,
    expires_in: timedelta = timedelta(days=2),
) -> NoticeRequest:
    """Ask for one notice; asked twice, it stays one. ``words`` is plain JSON with no contact details in it.

    ``answers_at`` is when the person wrote what this answers: a direct notice within 10 minutes goes at once
    (law 4). ``now`` is course time.
    """
    if rule == ChannelRule.THIS_CONTACT and contact is None and isinstance(recipient, Contact):
        contact = recipient
    notice, _created = NoticeRequest.objects.get_or_create(
        kind=kind,
        subject_key=subject_key,
        recipient=key_of(recipient),
        defaults={
            "message_class": message_class,
            "channel_rule": rule,
            "contact": contact,
            "words": words or {},
            "answers_at": answers_at,
            "not_before": now,
            "expires_at": now + expires_in,
        },
    )
    doorbell.ring("notices")
    return notice
