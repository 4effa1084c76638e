"""The outbox: a message claimed by one worker, handed over once, given back or settled.

Course time is ``now``; leases and back-off are machine time.
"""

import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from course.delivery import holds, unopened
from course.delivery.models import Attempt, Message, Suppression
from course.delivery.states import move
from course.delivery.words import Outcome, Reason, State
from course.people.models import Consent, Contact, Enrolment, NoticeRequest
from course.people.words import Channel, CohortState, ConsentKind, EnrolmentState, MessageClass, NoticeKind
from course.vault import VaultError

BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
_SENDABLE = (State.PLANNED, State.RETRY)
SAFETY_BACK_OFF = (timedelta(seconds=2), timedelta(seconds=5), timedelta(seconds=15), timedelta(minutes=1))
_WHOLE_COURSE = (EnrolmentState.ACTIVE, EnrolmentState.FINISHED)
_AFTER_STOP = (NoticeKind.STOPPED, NoticeKind.HELP, NoticeKind.CONFIRM)


def may_go(now: datetime) -> Q:
    """Law 4: what must hold for a message when it is claimed, and again at the moment it is handed over.

    Written with EXISTS and no joins, so that an UPDATE checks it on the row itself.
    """
    stands = Suppression.objects.filter(
        address_index=OuterRef("address_index"), channel=OuterRef("channel"), lifted_at__isnull=True
    )
    in_use = Exists(Contact.objects.filter(pk=OuterRef("contact_id"), replaced_at__isnull=True))
    suppressed = Exists(Contact.objects.filter(Exists(stands), pk=OuterRef("contact_id")))
    agreed = Exists(
        Consent.objects.filter(
            kind=ConsentKind.COURSE, withdrawn_at__isnull=True, channel=OuterRef("channel"),
            subscriber__contacts=OuterRef("contact_id"),
        )
    )  # fmt: skip
    waits = Exists(
        Contact.objects.filter(pk=OuterRef("contact_id"), subscriber__isnull=False).exclude(subscriber__waits_for="")
    )
    active = Enrolment.objects.filter(
        pk=OuterRef("enrolment_id"), state__in=_WHOLE_COURSE, cohort__state=CohortState.RUNNING
    )
    running = Q(enrolment__isnull=True) | Q(Exists(active))
    after_stop = Exists(NoticeRequest.objects.filter(pk=OuterRef("request_id"), kind__in=_AFTER_STOP))
    safety = Q(message_class=MessageClass.SAFETY)
    nobodys = Exists(Contact.objects.filter(pk=OuterRef("contact_id"), subscriber__isnull=True))
    direct = Q(message_class=MessageClass.DIRECT) & (Q(after_stop) | (Q(~suppressed) & (Q(agreed) | Q(nobodys))))
    course = Q(message_class=MessageClass.COURSE) & Q(~suppressed) & Q(agreed) & Q(~waits) & running
    in_window = Q(window_ends_at__isnull=True) | Q(window_ends_at__gt=now)
    return in_window & Q(in_use) & ~holds.held() & (safety | direct | course)


def claim(
    classes: Sequence[MessageClass],
    channel: Channel,
    worker: str,
    now: datetime,
    machine_now: datetime,
    limit: int,
) -> list[Message]:
    """Take up to ``limit`` due messages for settings.LEASE_SECONDS; nobody else holds them meanwhile."""
    due = _due(classes, channel, now, machine_now).filter(may_go(now)).order_by("due_at", "pk")
    if not due.exists():  # asked without a transaction: an idle look must keep no writer out
        return []
    with transaction.atomic():
        ids = list(due.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:limit])
        move(
            Message.objects.filter(pk__in=ids),
            State.CLAIMED,
            fence=F("fence") + 1,
            lease_until=machine_now + timedelta(seconds=settings.LEASE_SECONDS),
            claimed_by=worker,
            attempts=F("attempts") + 1,
        )
    return [message for message_id in ids if (message := _load(message_id, now))]


def load(message_id: int) -> Message:
    """Load a message with all that rendering needs of it."""
    return Message.objects.select_related(
        "contact__subscriber", "contact__staff", "enrolment__cohort", "enrolment__subscriber", "request", "version"
    ).get(pk=message_id)


def _load(message_id: int, now: datetime) -> Message | None:
    """Load a claimed message; one that cannot be opened (a lost key) is settled, so that it holds up no other."""
    try:
        return load(message_id)
    except Message.DoesNotExist:  # erased since it was claimed
        return None
    except (VaultError, ValueError) as error:
        unopened.tell(message_id, error, now)
        move(Message.objects.filter(pk=message_id), State.FAILED, reason=Reason.CONTENT)
        return None


def _due(classes: Sequence[MessageClass], channel: Channel, now: datetime, machine_now: datetime) -> QuerySet[Message]:
    return Message.objects.filter(
        Q(retry_at__isnull=True) | Q(retry_at__lte=machine_now),
        message_class__in=classes, channel=channel, state__in=_SENDABLE, due_at__lte=now, expires_at__gt=now,
    )  # fmt: skip


def hand(message: Message, now: datetime, machine_now: datetime, words_hash: str = "") -> bool:
    """Write down that this message is about to go on the wire; False when it must not go (stopped, lease lost).

    The last look at consent and suppression is inside the UPDATE itself: laws 3 and 5. The lease now outlasts the
    longest wait for an answer. ``words_hash`` is what a look-up knows a text by.
    """
    with transaction.atomic():
        mine = _mine(message).filter(may_go(now), lease_until__gt=machine_now)
        lease = machine_now + timedelta(seconds=settings.LEASE_SECONDS + 2 * settings.ANSWER_SECONDS)
        if not move(mine, State.HANDED, handed_at=machine_now, lease_until=lease, has_turn=False, lookups=0):
            return False
        Attempt.objects.create(
            message=message,
            fence=message.fence,
            worker=message.claimed_by,
            started_at=machine_now,
            on_wire=True,
            words_hash=words_hash,
        )
    return True


def release(messages: Iterable[Message]) -> None:
    """Give back what was claimed and not handed over."""
    ours = [Q(pk=message.pk, fence=message.fence) for message in messages]
    if ours:
        move(Message.objects.filter(reduce(or_, ours)), State.PLANNED, attempts=F("attempts") - 1)


def put_off(message: Message, until: datetime, *, has_turn: bool) -> None:
    """Give back a claimed message that has to wait; ``until`` is machine time, and its turn when ``has_turn``."""
    move(_mine(message), State.PLANNED, attempts=F("attempts") - 1, retry_at=until, has_turn=has_turn)


def settle(message: Message, to: State, **columns: Any) -> bool:
    """Record what became of a message, if it is still ours by its fence; False when it is not.

    An answer that comes late still tells the truth about the try it answers, unless a newer try has begun.
    """
    return bool(move(_mine(message), to, **columns))


def _mine(message: Message) -> QuerySet[Message]:
    return Message.objects.filter(pk=message.pk, fence=message.fence)


def end_attempt(message: Message, outcome: Outcome, code: str, raw: str, machine_now: datetime) -> None:
    """Keep the other side's own answer beside our word for it (law 13)."""
    Attempt.objects.update_or_create(
        message=message,
        fence=message.fence,
        defaults={"outcome": outcome, "code": code[:20], "raw_answer": raw, "ended_at": machine_now},
        create_defaults={
            "worker": message.claimed_by, "started_at": machine_now, "ended_at": machine_now,
            "outcome": outcome, "code": code[:20], "raw_answer": raw,
        },
    )  # fmt: skip


def retry_at(message: Message, machine_now: datetime, retry_after: float | None = None) -> datetime:
    """Return when to try again: 1, 5, 15, then 60 minutes, each with up to a fifth more so that rows spread out.

    Safety does not wait that long: 2, 5, 15, then 60 seconds. ``retry_after`` (seconds) is the least the other side
    asks for; it does not hold safety up.
    """
    if message.message_class == MessageClass.SAFETY:
        steps, least = SAFETY_BACK_OFF, timedelta()
    else:
        steps, least = BACK_OFF, timedelta(seconds=retry_after or 0)
    pause = max(steps[min(max(message.attempts, 1), len(steps)) - 1], least)
    return machine_now + pause * (1 + random.random() / 5)  # noqa: S311  jitter, not a secret
