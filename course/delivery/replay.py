"""The ledger's lines in; the same stops, starts, suppressions and erasures in a restored database out.

The last word counts: of one person, and of one address and reason. Nobody is told a second time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from course.delivery import suppression
from course.delivery.models import Suppression
from course.delivery.words import SuppressionReason
from course.people import ledger
from course.people.ledger import Kind, Line
from course.people.models import Consent, Subscriber
from course.people.words import ConsentKind

SOURCE = "ledger"
Erase = Callable[[Subscriber, str, datetime], None]
_OF_PERSON = (Kind.STOP, Kind.START, Kind.ERASE)


@dataclass
class Replayed:
    """How many of each were done again."""

    stops: int = 0
    starts: int = 0
    suppressions: int = 0
    lifted: int = 0
    erasures: int = 0


@dataclass
class _LastWords:
    persons: dict[tuple[int | None, tuple[tuple[str, str], ...]], Line] = field(default_factory=dict)
    addresses: dict[tuple[str, str, str], Line] = field(default_factory=dict)


def replay(lines: Iterable[Line], now: datetime, erase: Erase) -> Replayed:
    """Do what the lines say where the database does not say it yet. ``now`` is course time."""
    said, done = _last_words(lines), Replayed()
    with transaction.atomic():
        for (channel, index, reason), line in said.addresses.items():
            _address(channel, index, reason, line, now, done)
        for line in said.persons.values():
            _person(line, now, erase, done)
    return done


def add_missing(now: datetime) -> int:
    """Write lines for stops and suppressions that stand in the database and not in the ledger; return how many.

    Asked now and then: a disk that was full, or a file that was lost, leaves a gap. A start is not added: a line
    too few only leaves somebody stopped.
    """
    said, added = _last_words(ledger.read()), 0
    for row in Suppression.objects.filter(lifted_at__isnull=True):
        last = said.addresses.get((row.channel, row.address_index, row.reason))
        if last is None or last.kind == Kind.LIFT:
            ledger.of_address(Kind.SUPPRESS, row.channel, row.address_index, row.reason, row.source, row.created_at)
            added += 1
    newest = {line.subscriber: line for line in said.persons.values()}
    for subscriber in _stopped():
        last_line = newest.get(subscriber.pk)
        if last_line is None or last_line.kind == Kind.START or ledger.find(last_line) is None:
            ledger.of_person(Kind.STOP, subscriber, SOURCE, now)
            added += 1
    return added


def _last_words(lines: Iterable[Line]) -> _LastWords:
    said = _LastWords()
    for line in lines:
        if line.kind in _OF_PERSON:
            key = (line.subscriber, line.addresses)
            said.persons.pop(key, None)  # so that the newest stands last
            said.persons[key] = line
        else:
            for channel, index in line.addresses:
                said.addresses[channel, index, line.reason] = line
    return said


def _address(channel: str, index: str, reason: str, line: Line, now: datetime, done: Replayed) -> None:
    which = Q(channel=channel, address_index=index, reason=reason)
    stands = Suppression.objects.filter(which, lifted_at__isnull=True).exists()
    if line.kind == Kind.SUPPRESS and not stands:
        suppression.suppress_index(channel, index, reason, line.source, now)
        done.suppressions += 1
    elif line.kind == Kind.LIFT and stands:
        suppression.lift_where(which, now)
        done.lifted += 1


def _person(line: Line, now: datetime, erase: Erase, done: Replayed) -> None:
    person = ledger.find(line)
    if person is None:
        _unknown_person(line, now)
    elif line.kind == Kind.STOP:
        done.stops += suppression.stop_silently(person, contact=None, source=SOURCE, now=now)
    elif line.kind == Kind.START:
        done.starts += suppression.start_silently(person, contact=None, source=SOURCE, now=now)
    else:
        erase(person, SOURCE, now)
        done.erasures += 1


def _unknown_person(line: Line, now: datetime) -> None:
    """Somebody who joined after the backup and stopped: added again, they must get nothing before they ask for it."""
    if line.kind == Kind.START:
        return
    for channel, index in line.addresses:
        suppression.suppress_index(channel, index, SuppressionReason.STOPPED, SOURCE, now)


def _stopped() -> QuerySet[Subscriber]:
    course = Consent.objects.filter(kind=ConsentKind.COURSE)
    withdrawn = course.filter(withdrawn_at__isnull=False).values("subscriber")
    return Subscriber.objects.filter(pk__in=withdrawn).exclude(
        pk__in=course.filter(withdrawn_at__isnull=True).values("subscriber")
    )
