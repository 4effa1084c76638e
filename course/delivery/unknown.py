"""Messages of which nobody knows whether they went in; each settled, or let go again, out (law 3).

The other side is asked where that is possible; where it is not, a message's class decides.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, QuerySet, When

from course.delivery import channels, outbox, outcomes, traces, unopened
from course.delivery.models import Message
from course.delivery.states import move
from course.delivery.words import State
from course.people.words import Channel, MessageClass
from course.vault import VaultError

LOOK_AGAIN = timedelta(seconds=30)
LOOKS = 2  # answered ones, before a message counts as not gone
UNANSWERED = timedelta(minutes=1)
BLIND_TRIES = 4  # how often a safety or direct notice goes again when nobody can say whether it went
EMAIL_WAIT = timedelta(minutes=15)
_SAFETY_FIRST = Case(When(message_class=MessageClass.SAFETY, then=0), default=1)
log = logging.getLogger(__name__)


def resolve(channel: Channel, now: datetime, machine_now: datetime) -> bool:
    """Take up the unknown message of a channel whose turn it is, safety first; False when none is due.

    It may wait ten seconds for the other side.
    """
    message_id = _take(channel, machine_now)
    if message_id is None:
        return False
    try:
        _resolve(outbox.load(message_id), now, machine_now)
    except VaultError as error:
        unopened.tell(message_id, error, now)
    except Exception as error:
        log.error("message %s cannot be resolved: %s", message_id, type(error).__name__)  # noqa: TRY400  a trace may hold words
    return True


def _take(channel: Channel, machine_now: datetime) -> int | None:
    """Take one unknown message whose look-up is due, so that no other asker looks at the same moment.

    One with no lease is settled as far as a program can: it is shown to the coordinator.
    """
    with transaction.atomic():
        due = Message.objects.filter(channel=channel, state=State.UNKNOWN, lease_until__lte=machine_now)
        first = due.select_for_update(skip_locked=True, of=("self",)).order_by(_SAFETY_FIRST, "lease_until")
        message_id: int | None = first.values_list("pk", flat=True).first()
        if message_id is not None:
            Message.objects.filter(pk=message_id).update(lease_until=machine_now + UNANSWERED)
    return message_id


def _resolve(message: Message, now: datetime, machine_now: datetime) -> None:
    channel = channels.get(Channel(message.channel))
    sent = traces.sent(message, traces.words_tried(message), message.handed_at or machine_now)
    if sent is None or not channel.can_look_up:
        _without_look_up(message, now, machine_now)
        return
    try:
        finding = channel.look_up(sent)
    except OSError:
        _unanswered(message, now, machine_now)
        return
    if finding.went:
        outcomes.accepted(message, finding.provider_id, now)
    elif not finding.certain and message.lookups + 1 < LOOKS:
        _still_unknown(message, lease_until=machine_now + LOOK_AGAIN, lookups=message.lookups + 1)
    else:
        _send_again(message, machine_now)


def _unanswered(message: Message, now: datetime, machine_now: datetime) -> None:
    """A look that nobody answered does not count; safety does not wait for a third."""
    handed = message.handed_at or machine_now
    if message.message_class == MessageClass.SAFETY and machine_now > handed + LOOKS * UNANSWERED:
        _without_look_up(message, now, machine_now)


def _without_look_up(message: Message, now: datetime, machine_now: datetime) -> None:
    """Law 3: safety and direct go again at once, a course mail once after 15 minutes; a course text waits."""
    handed = message.handed_at or machine_now
    if message.message_class != MessageClass.COURSE:
        _send_blindly(message, now, machine_now)
    elif message.channel == Channel.SMS or message.possibly_twice:
        _still_unknown(message, lease_until=None)
    elif machine_now < handed + EMAIL_WAIT:
        _still_unknown(message, lease_until=handed + EMAIL_WAIT)
    else:
        _send_again(message, machine_now, possibly_twice=True)


def _send_blindly(message: Message, now: datetime, machine_now: datetime) -> None:
    if message.attempts >= BLIND_TRIES:
        outcomes.not_reached(message, now)
        _still_unknown(message, lease_until=None)
    else:
        _send_again(message, machine_now, at_once=not message.possibly_twice, possibly_twice=True)


def _still_unknown(message: Message, **columns: object) -> None:
    _row(message).update(**columns)


def _send_again(message: Message, machine_now: datetime, *, at_once: bool = True, possibly_twice: bool = False) -> None:
    move(
        _row(message),
        State.RETRY,
        retry_at=None if at_once else outbox.retry_at(message, machine_now),
        possibly_twice=message.possibly_twice or possibly_twice,
    )


def _row(message: Message) -> QuerySet[Message]:
    return Message.objects.filter(pk=message.pk, fence=message.fence, state=State.UNKNOWN)
