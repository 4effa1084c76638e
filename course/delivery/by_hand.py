"""Messages that nobody can say of in; each settled by a person's word out (law 3).

Such a message may or may not have gone, every look-up is spent, and no program touches it any more: it is *unknown* and
has no lease. It still leaves the list by itself when the other side says later what became of it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from course import doorbell
from course.delivery import outcomes
from course.delivery.models import Message
from course.delivery.states import BY_HAND, move
from course.delivery.words import Reason, State
from course.people import audit
from course.people.words import MessageClass


class Word(StrEnum):
    """What a person may say of such a message."""

    WENT = "went"
    AGAIN = "again"  # send it again, though the person may get it twice
    LEAVE = "leave"


class NotUnsure(Exception):
    """The message is not there, or something is known of it by now. The text says which."""


class TooLate(Exception):
    """It ran out, so it cannot be sent again."""


_VERBS = {Word.WENT: "message_went", Word.AGAIN: "message_again", Word.LEAVE: "message_left"}


def unsure() -> QuerySet[Message]:
    """Return the messages of which nobody can say whether they went."""
    return Message.objects.filter(state=State.UNKNOWN, lease_until__isnull=True)


@transaction.atomic
def settle(message_id: int, word: Word, actor: str, now: datetime) -> None:
    """Settle one message by the word of ``actor`` ("staff:3"). Course time. Raises NotUnsure and TooLate.

    One that shall go again is claimed as any other: its consent, window and expiry are looked at then.
    """
    rows = unsure().filter(pk=message_id)
    message = rows.select_related("enrolment__cohort", "enrolment__subscriber", "version").defer("words").first()
    if message is None:
        raise NotUnsure(_what_is_known(message_id))
    if word == Word.AGAIN and message.expires_at <= now:
        raise TooLate(f"Message {message_id} is too late to be sent again.")
    state, columns = _change(message, word, now)
    if not move(rows, state, BY_HAND, **columns):
        raise NotUnsure(_what_is_known(message_id))
    audit.record(actor, _VERBS[word], f"message:{message_id}")
    if word == Word.WENT and message.part < message.parts:
        outcomes.release_next_part(message, now)
    if word == Word.AGAIN:
        doorbell.ring(f"deliver_{message.message_class}")


def _change(message: Message, word: Word, now: datetime) -> tuple[State, dict[str, Any]]:
    match word:
        case Word.WENT:
            return State.ACCEPTED, {"accepted_at": now}
        case Word.LEAVE:
            return State.FAILED, {"reason": Reason.CALLED_OFF}
        case Word.AGAIN:
            return _again(message, now)


def _again(message: Message, now: datetime) -> tuple[State, dict[str, Any]]:
    """Let it go again. A later part waits for the one before, as it did when it was planned.

    What had no window (an answer to somebody, or a row made after a restore) gets the next one: only safety has none.
    """
    fresh = {"possibly_twice": True, "retry_at": None, "lookups": 0}
    if message.enrolment_id and message.part > 1:
        return State.PLANNED, fresh | {"due_at": None, "window_ends_at": None}
    if message.message_class == MessageClass.SAFETY:
        return State.RETRY, fresh
    shut = message.window_ends_at or now  # upkeep moves what stands before a shut window to the next opening
    return State.RETRY, fresh | {"window_ends_at": shut}


def _what_is_known(message_id: int) -> str:
    row = Message.objects.filter(pk=message_id).values_list("state", "lease_until").first()
    if row is None:
        return f"There is no message {message_id}."
    state, lease = row
    if state == State.UNKNOWN and lease:
        return f"Message {message_id} is still being looked up. Wait until that is over."
    return f"Message {message_id} is {state}: only one that nobody can say of can be settled."
