"""A person whose words may be a stop in; their course messages held, or let go on, out. Course time.

The claim looks at the mark on the person inside its own UPDATE (`outbox.may_go`). The reason on each row is for
readers.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from course import doorbell
from course.delivery.models import Message
from course.delivery.words import Reason, State
from course.people import cohorts
from course.people.models import Subscriber
from course.people.words import MessageClass

_UNSENT = (State.PLANNED, State.RETRY)


@transaction.atomic
def hold(subscriber: Subscriber, source: str, now: datetime) -> None:
    """Let nothing of class course be planned for or handed to this person; ``source`` is "reply:12"."""
    cohorts.wait(subscriber, source, now)
    _unsent(subscriber).filter(reason=Reason.NONE).update(reason=Reason.DOUBT)


@transaction.atomic
def go_on(subscriber: Subscriber, now: datetime) -> None:
    """Let it all go on: what was planned goes in its window, what fell due meanwhile follows the catch-up rule."""
    cohorts.go_on(subscriber, now)
    _unsent(subscriber).filter(reason=Reason.DOUBT).update(reason=Reason.NONE)
    doorbell.ring("deliver_course")


def waits(subscriber: Subscriber) -> bool:
    """Return whether this person's course messages wait."""
    return Subscriber.objects.filter(pk=subscriber.pk).exclude(waits_for="").exists()


def _unsent(subscriber: Subscriber) -> QuerySet[Message]:
    contacts = list(subscriber.contacts.values_list("pk", flat=True))
    return Message.objects.filter(contact_id__in=contacts, message_class=MessageClass.COURSE, state__in=_UNSENT)
