"""A subscriber in; nothing of them left but the keyed hash that keeps us from writing to them again."""

from datetime import datetime

from django.db import transaction

from course.delivery import suppression
from course.delivery.words import SuppressionReason
from course.people import audit, ledger, notices
from course.people.ledger import Kind
from course.people.models import NoticeRequest, Subscriber
from course.replies.models import Reply


@transaction.atomic
def erase(subscriber: Subscriber, source: str, now: datetime) -> None:
    """Delete the person, their addresses, agreements, messages, replies and posts. ``source`` is "staff:3".

    Raises OSError, and nothing is deleted, when the ledger cannot be written.
    """
    key = notices.key_of(subscriber)
    for contact in subscriber.contacts.all():
        suppression.suppress(contact, SuppressionReason.STOPPED, source, now)
    ledger.of_person(Kind.ERASE, subscriber, source, now)
    audit.record(source, "erased", key)
    Reply.objects.filter(contact__subscriber=subscriber).delete()
    NoticeRequest.objects.filter(recipient=key).delete()
    subscriber.delete()
