"""Texts that were taken and of whose end nothing was told in; the provider's word, by the way of a callback, out.

A status callback may be lost for good. So a text that is still *accepted* is asked about by its SID when a while has
passed since it was handed over. `Message.lookups` counts how many of these moments are behind it. Machine time.
"""

import logging
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Case, Q, When

from course.delivery import channels, receipts
from course.delivery.models import Message
from course.delivery.words import State
from course.people.words import Channel, MessageClass

AFTER = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
UNTIL = timedelta(days=3)
AT_A_TIME = 200
_SAFETY_FIRST = Case(When(message_class=MessageClass.SAFETY, then=0), default=1)
log = logging.getLogger(__name__)


def due(machine_now: datetime) -> list[int]:
    """Return the texts to ask about now, safety first; the others in any order, so that none is in another's way."""
    passed = [Q(handed_at__lte=machine_now - wait, lookups__lt=count) for count, wait in enumerate(AFTER, 1)]
    silent = Message.objects.filter(
        reduce(or_, passed), state=State.ACCEPTED, channel=Channel.SMS, handed_at__gt=machine_now - UNTIL
    ).exclude(provider_id="")
    return list(silent.order_by(_SAFETY_FIRST, "?").values_list("pk", flat=True)[:AT_A_TIME])


def ask(message_id: int, now: datetime, machine_now: datetime) -> bool:
    """Ask about one text; False when nobody answered: then it stays due. It may wait ten seconds.

    Asked by two at once it changes nothing twice: what is said is a receipt, kept and applied once.
    """
    message = Message.objects.filter(pk=message_id, state=State.ACCEPTED).defer("words").first()
    if message is None or message.handed_at is None:
        return True
    try:
        standing = channels.get(Channel.SMS).status_of(message.provider_id)
    except OSError as error:
        log.warning("the end of message %s is not known: %s", message_id, error)
        return False
    if standing:
        said = {"MessageSid": message.provider_id, "MessageStatus": standing.status, "ErrorCode": standing.code}
        receipts.twilio_status(message.bounce_token, said, now, machine_now)
    passed = sum(message.handed_at + wait <= machine_now for wait in AFTER)
    Message.objects.filter(pk=message_id, fence=message.fence, state=State.ACCEPTED).update(lookups=passed)
    return True
