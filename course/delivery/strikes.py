"""What failed at an address before in; on how many different days it did, out. One failure proves nothing."""

from datetime import datetime, timedelta

from django.db.models import Max, Q

from course.delivery.late import TWILIO
from course.delivery.models import Message, Receipt
from course.delivery.words import Said, State
from course.people.models import Contact

MOST = 3
REMEMBERED = timedelta(days=60)


def of_number(contact: Contact, codes: tuple[str, ...], machine_now: datetime) -> int:
    """Count the days on which Twilio could not reach this number, with one of ``codes``."""
    return _days(contact, Q(provider=TWILIO, code__in=codes), machine_now)


def of_mailbox(contact: Contact, machine_now: datetime) -> int:
    """Count the days on which a mail to this address came back and nobody said why."""
    return _days(contact, Q(status=Said.NOT_DELIVERED), machine_now)


def _days(contact: Contact, what: Q, machine_now: datetime) -> int:
    """Count days (UTC, machine time) since something last arrived there."""
    there = Message.objects.filter(channel=contact.channel, contact__address_index=contact.address_index)
    arrived = there.filter(state=State.DELIVERED).aggregate(last=Max("delivered_at"))["last"]
    since = max(filter(None, (arrived, machine_now - REMEMBERED)))
    failed = Receipt.objects.filter(what, message__in=there, received_at__gt=since)
    return len({received.date() for received in failed.values_list("received_at", flat=True)})
