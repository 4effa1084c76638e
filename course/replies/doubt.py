"""Words that may be a stop in; that person's lessons held, and a stop or a going on, once, out. Course time.

A person decides on the reply's page; whoever says STOP or START decides it too; what nobody decided within a day
stops the course, and the person is told how to come back. The person's row is locked while one is opened or decided,
so that of two who decide at once the first is heard.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Min, Q, QuerySet

from course.delivery import suppression, waiting
from course.people import audit
from course.people.models import Consent, Subscriber
from course.people.words import ConsentKind
from course.replies.models import Reply, StopDoubt
from course.replies.words import DoubtDecision, ReplyKind

LASTS = timedelta(hours=24)
DEADLINE = "deadline"

log = logging.getLogger(__name__)


@transaction.atomic
def open_for(subscriber: Subscriber | None, reply: Reply, now: datetime) -> bool:
    """Hold this person's lessons until somebody has read ``reply``; False when nobody's are held by it.

    Nobody's are where the writer is not known, or had stopped before.
    """
    if subscriber is None:
        return False
    _lock(subscriber)
    if not _agreed(subscriber) or _started_since(subscriber, reply):
        return False
    if not waiting.waits(subscriber):  # what was open was overtaken: its deadline is not this one's
        _close(_open(subscriber), DoubtDecision.OVERTAKEN, f"reply:{reply.pk}", now)
    earliest = _open(subscriber).aggregate(at=Min("deadline"))["at"]
    deadline = min(earliest, now + LASTS) if earliest else now + LASTS
    _doubt, new = StopDoubt.objects.get_or_create(
        reply=reply, defaults={"subscriber": subscriber, "held_at": now, "deadline": deadline}
    )
    if new:
        waiting.hold(subscriber, f"reply:{reply.pk}", now)
    return new


@transaction.atomic
def decide(doubt: StopDoubt, decision: DoubtDecision, by: str, now: datetime) -> bool:
    """Stop this person, or let their lessons go on; False when that is decided already. ``by`` is "staff:3"."""
    person, reply = doubt.subscriber, doubt.reply
    _lock(person)
    if not waiting.waits(person):  # they stopped or started by another way meanwhile, and that stands
        _close(_open(person), DoubtDecision.OVERTAKEN, by, now)
        return False
    read = _open(person)
    if decision == DoubtDecision.GO_ON:  # about words that came later nobody has decided yet
        read = read.filter(reply_id__lte=reply.pk)
    if not _close(read, decision, by, now):
        return False
    audit.record(by if by.startswith("staff:") else "system", f"doubt_{decision}", f"reply:{reply.pk}")
    if decision == DoubtDecision.STOP:
        contact = reply.contact
        if contact and (contact.subscriber_id != person.pk or contact.replaced_at):
            contact = None  # told at the address in use
        suppression.stop(person, contact=contact, source=f"reply:{reply.pk}", now=now, answers_at=reply.received_at)
    elif not _open(person).exists():
        waiting.go_on(person, now)
    return True


@transaction.atomic
def settle(subscriber: Subscriber, decision: DoubtDecision, reply: Reply, now: datetime) -> bool:
    """Close what is open because the person has said plainly what they want; True when their lessons go on by it."""
    _lock(subscriber)
    waited = waiting.waits(subscriber)
    closed = _close(_open(subscriber), decision, f"reply:{reply.pk}", now)
    if decision == DoubtDecision.GO_ON and waited:
        waiting.go_on(subscriber, now)
    return bool(closed and waited)


def stop_overdue(now: datetime, limit: int = 50) -> int:
    """Stop whoever nobody decided about in time; return how many were. Harmless when two do it at once."""
    over = StopDoubt.objects.filter(decided_at__isnull=True, deadline__lte=now).order_by("deadline", "pk")
    return sum(_stop_overdue(doubt_id, now) for doubt_id in list(over.values_list("pk", flat=True)[:limit]))


def of_replies(replies: Iterable[int | None]) -> dict[int, StopDoubt]:
    """Return the open doubts about these replies, by the reply's id."""
    rows = StopDoubt.objects.filter(reply_id__in=[each for each in replies if each], decided_at__isnull=True)
    return {doubt.reply_id: doubt for doubt in rows}


def of_reply(reply_id: int | None) -> StopDoubt | None:
    """Return the doubt about one reply, open or decided, with whose it is."""
    found = StopDoubt.objects.select_related("subscriber", "reply__contact").defer("reply__raw")
    return found.filter(reply_id=reply_id).first() if reply_id else None


def _stop_overdue(doubt_id: int, now: datetime) -> bool:
    found = StopDoubt.objects.select_related("subscriber", "reply__contact").defer("reply__raw")
    try:
        return decide(found.get(pk=doubt_id), DoubtDecision.STOP, DEADLINE, now)
    except (InterfaceError, OperationalError):
        raise  # a lock or a lost server is not this person's fault
    except Exception as error:  # one that fails keeps nothing from the others, and is tried at the next tick
        log.error("the doubt %s is not decided: %s", doubt_id, type(error).__name__)  # noqa: TRY400  a trace may hold words
        return False


def _close(rows: QuerySet[StopDoubt], decision: DoubtDecision, by: str, now: datetime) -> int:
    return rows.update(decided_at=now, decision=decision, decided_by=by[:40])


def _open(subscriber: Subscriber) -> QuerySet[StopDoubt]:
    return StopDoubt.objects.filter(subscriber=subscriber, decided_at__isnull=True)


def _lock(subscriber: Subscriber) -> None:
    Subscriber.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=subscriber.pk)


def _started_since(subscriber: Subscriber, reply: Reply) -> bool:
    """Return whether a START came after ``reply`` and was obeyed when it was stored."""
    later = Q(received_at__gt=reply.received_at) | Q(received_at=reply.received_at, pk__gt=reply.pk)
    return Reply.objects.filter(later, kind=ReplyKind.START, contact__subscriber=subscriber).exists()


def _agreed(subscriber: Subscriber) -> bool:
    return Consent.objects.filter(subscriber=subscriber, kind=ConsentKind.COURSE, withdrawn_at__isnull=True).exists()
