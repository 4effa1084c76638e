"""The tables, Redis and the disk in; what is late, silent or full out, within a few seconds whatever hangs."""

import shutil
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import redis
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import Min, Q, QuerySet

from course.delivery import heartbeat, holds
from course.delivery.models import Message
from course.delivery.outbox import may_go
from course.delivery.words import State
from course.people import alerts, on_call
from course.people.models import Cohort, Enrolment, NoticeRequest
from course.people.words import Channel, CohortState, EnrolmentState, MessageClass
from course.replies.models import Reply

T = TypeVar("T")
Seconds = float | None

# A message this late was not merely waiting its turn.
LATE = {
    MessageClass.SAFETY: timedelta(seconds=30),  # it should be at the provider within five seconds
    MessageClass.DIRECT: timedelta(minutes=5),  # somebody just wrote to us and waits; one retry takes a minute
    MessageClass.COURSE: timedelta(hours=1),  # a batch of 10,000 at ten a second takes 17 minutes
}
REPLY_WAITS = timedelta(minutes=2)  # a reply may hold a red flag; three failed tries take 14 seconds
ALERT_WAITS = timedelta(minutes=10)  # by then a lead was told, too
UNSEEN = timedelta(seconds=settings.TASK_SECONDS + 10)  # by then a task was ended: a queue silent so long has nobody
UNREAD = timedelta(minutes=10)  # a mailbox or list that is asked every half minute, or every three
LEAST_DISK = 500 * 1024 * 1024  # bytes; a batch of 10,000 messages writes about a fifth of this
ANSWER_WITHIN = 4.0  # seconds for the database, and as many for Redis: together under ten


@dataclass
class Signs:
    """What was found. Ages are seconds, None where there is nothing to be late or nobody was ever seen."""

    database_answers: bool = False
    redis_answers: bool = False
    oldest_due_seconds: dict[str, Seconds] = field(default_factory=dict)
    oldest_reply_seconds: Seconds = None
    oldest_alert_seconds: Seconds = None
    nobody_on_call: bool = False  # and a cohort runs
    seen_seconds: dict[str, Seconds] = field(default_factory=dict)
    fetched_seconds: dict[str, Seconds] = field(default_factory=dict)
    holds: list[dict[str, str]] = field(default_factory=list)
    disk_free_bytes: int = 0

    def faults(self) -> list[str]:
        """Return a sentence for each thing that is wrong. A hold is no fault: somebody meant it."""
        found = (
            []
            if self.database_answers
            else [f"The database did not answer within {ANSWER_WITHIN:.0f} seconds, or has no tables of ours."]
        )
        found += [] if self.redis_answers else [f"Redis did not answer within {ANSWER_WITHIN:.0f} seconds."]
        for name, age in self.oldest_due_seconds.items():
            if age is not None and age > LATE[MessageClass(name)].total_seconds():
                found.append(f"A {name} message that is due has waited for {age:.0f} seconds.")
        if self.oldest_reply_seconds is not None and self.oldest_reply_seconds > REPLY_WAITS.total_seconds():
            found.append(f"A reply has waited to be understood for {self.oldest_reply_seconds:.0f} seconds.")
        if self.oldest_alert_seconds is not None and self.oldest_alert_seconds > ALERT_WAITS.total_seconds():
            found.append(f"An alert to people on call has had no answer for {self.oldest_alert_seconds:.0f} seconds.")
        found += [on_call.NOBODY] if self.nobody_on_call else []
        for name, age in self.seen_seconds.items():
            if age is None:
                found.append(f"Nobody was ever seen at work: {_who(name)}.")
            elif abs(age) > UNSEEN.total_seconds():
                found.append(f"Not seen for {age:.0f} seconds: {_who(name)}.")
        found += [
            f"Replies that have to be fetched ({name}) were not, for ten minutes or ever: see the log of look."
            for name, age in self.fetched_seconds.items()
            if age is None or age > UNREAD.total_seconds()
        ]
        if self.disk_free_bytes < LEAST_DISK:
            found.append(
                f"The disk of the data folder or of the ledger has only {self.disk_free_bytes // 1024**2} MB left."
            )
        return found

    def as_json(self) -> dict[str, Any]:
        """Return everything, and the faults."""
        return {"healthy": not self.faults(), "faults": self.faults(), **asdict(self)}


def take(folders: Iterable[Path], redis_url: str, course_now: Callable[[], datetime], machine_now: datetime) -> Signs:
    """Look at everything; of the disks the fullest counts. ``course_now`` is asked where the database is asked."""
    signs = within(ANSWER_WITHIN, lambda: from_database(course_now, machine_now)) or Signs()
    signs.redis_answers = within(ANSWER_WITHIN, lambda: _redis_answers(redis_url)) or False
    signs.disk_free_bytes = min(_disk_free(folder) for folder in folders)
    return signs


def within(seconds: float, ask: Callable[[], T]) -> T | None:
    """Return the answer, or None when there was none in time; what hangs stays behind in a thread that ends with us."""
    answers: list[T] = []

    def answer() -> None:
        try:
            answers.append(ask())
        finally:
            connection.close()  # this thread's own, if it made one

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    thread.join(seconds)
    return answers[0] if answers else None


def from_database(course_now: Callable[[], datetime], machine_now: datetime) -> Signs | None:
    """Return what the tables say, or None when they cannot be read."""
    try:
        now, seen = course_now(), heartbeat.seen()
        waiting = Reply.objects.filter(understood_at__isnull=True).aggregate(at=Min("stored_at"))["at"]
        return Signs(
            database_answers=True,
            oldest_due_seconds={str(name): _oldest_due(name, now, machine_now) for name in MessageClass},
            oldest_reply_seconds=_age(waiting, machine_now),
            oldest_alert_seconds=_age(_first(alerts.standing(), "opened_at"), machine_now),
            nobody_on_call=_nobody_on_call(),
            seen_seconds={name: _age(seen.get(name), machine_now) for name in (heartbeat.BEAT, *heartbeat.QUEUES)},
            fetched_seconds={
                name: _age(seen.get(f"fetched {name}"), machine_now)
                for name in (Channel.EMAIL.value, Channel.SMS.value)
                if f"fetch {name}" in seen  # somebody tried
            },
            holds=[
                {"scope": hold.scope, "reason": hold.reason, "since": hold.since.isoformat()}
                for hold in holds.standing()
            ],
        )
    except DatabaseError:
        return None


def _oldest_due(message_class: MessageClass, now: datetime, machine_now: datetime) -> Seconds:
    """Return how late the oldest is that may go: in the outbox, or still to be planned.

    What only waits for its turn is late by its due time. What was tried and refused is late by its next try, but for
    safety, which nobody may keep waiting.
    """
    waiting = Message.objects.filter(
        may_go(now), message_class=message_class, state__in=(State.PLANNED, State.RETRY), due_at__lte=now,
        expires_at__gt=now,
    )  # fmt: skip
    refused = Q(state=State.RETRY, retry_at__isnull=False)
    by_due_time = waiting if message_class == MessageClass.SAFETY else waiting.exclude(refused)
    first = _first(by_due_time, "due_at")
    again = _first(waiting.filter(refused, retry_at__lte=machine_now), "retry_at")
    unplanned = NoticeRequest.objects.filter(message_class=message_class, planned_at__isnull=True, not_before__lte=now)
    ages = [_age(first, now), _age(again, machine_now), _age(_first(unplanned, "not_before"), now)]
    if message_class == MessageClass.COURSE:
        due = Q(state=EnrolmentState.ACTIVE, cohort__state=CohortState.RUNNING, next_due_at__lte=now)
        ages.append(_age(_first(Enrolment.objects.filter(due), "next_due_at"), now))
    return max((age for age in ages if age is not None), default=None)


def _nobody_on_call() -> bool:
    runs = Cohort.objects.filter(state=CohortState.RUNNING).exists()
    return runs and not on_call.listed(on_call.staff())


def _first(rows: QuerySet[Any], column: str) -> datetime | None:
    found: datetime | None = rows.aggregate(at=Min(column))["at"]
    return found


def _age(moment: datetime | None, now: datetime) -> Seconds:
    return None if moment is None else round((now - moment).total_seconds(), 1)


def _redis_answers(url: str) -> bool:
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=ANSWER_WITHIN, socket_timeout=ANSWER_WITHIN)
        return bool(client.ping())
    except (redis.RedisError, ValueError, OSError):
        return False


def _disk_free(folder: Path) -> int:
    there = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    return shutil.disk_usage(there).free


def _who(name: str) -> str:
    return "the tick (beat)" if name == heartbeat.BEAT else f"a worker on the queue {name}"
