"""A stop, a start, a suppression or an erasure in; one line of a file beside the database out, on disk at once.

The file outlives the database: after a restore it says who stopped since the backup. A line is written inside the
transaction that does what it says, before anybody is told that it is done. So no stop that was acknowledged is
missing; a line whose transaction failed only repeats what the person asked for. It holds keyed hashes and ids, never
an address, a name or a word.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from django.conf import settings

from course import clock
from course.people.models import Contact, Subscriber

# A line may stand in the file while its transaction is still open, so that a backup taken then does not hold it.
# Reading starts this much before the place a backup names: some 200 lines, more than can ever be open at once.
OVERLAP_BYTES = 64 * 1024

log = logging.getLogger(__name__)


class Kind(StrEnum):
    """What a line says."""

    STOP = "stop"
    START = "start"
    SUPPRESS = "suppress"
    LIFT = "lift"
    ERASE = "erase"


@dataclass(frozen=True)
class Line:
    """One line. ``addresses`` are (channel, keyed hash); ``at`` is course time, ``machine_at`` machine time."""

    kind: str
    subscriber: int | None
    addresses: tuple[tuple[str, str], ...]
    reason: str
    source: str
    at: str
    machine_at: str


def of_person(kind: Kind, subscriber: Subscriber, source: str, now: datetime) -> None:
    """Write a line about a person and every address of theirs.

    Raises OSError for an erasure that cannot be written, which must then not be done: nobody left in the database
    would say that its line is missing, and a restore would bring the person back.
    """
    pairs = subscriber.contacts.order_by("channel", "pk").values_list("channel", "address_index")
    _write(kind, subscriber.pk, pairs, "", source, now)


def of_address(kind: Kind, channel: str, address_index: str, reason: str, source: str, now: datetime) -> None:
    """Write a line about one address."""
    _write(kind, None, [(channel, address_index)], reason, source, now)


def position() -> int:
    """Return how long the file is, in bytes: the place a backup names."""
    return settings.LEDGER.stat().st_size if settings.LEDGER.exists() else 0


def read(since: int = 0) -> Iterator[Line]:
    """Yield the lines from ``since`` (bytes) on, and those of the overlap before it. A torn line is left out."""
    if not settings.LEDGER.exists():
        return
    with settings.LEDGER.open("rb") as file:
        start = max(0, since - OVERLAP_BYTES)
        if start:
            file.seek(start - 1)
            file.readline()  # to the start of the next line
        for raw in file:
            line = _parse(raw)
            if line:
                yield line


def find(line: Line) -> Subscriber | None:
    """Return who a line is about: ids are given again after a restore, so an address must fit, too."""
    if line.subscriber is None:
        return None
    indexes = [index for _channel, index in line.addresses]
    found: Iterable[Contact] = Contact.objects.filter(subscriber_id=line.subscriber, address_index__in=indexes)
    return next((contact.subscriber for contact in found), None)


def _write(
    kind: Kind, subscriber: int | None, addresses: Iterable[tuple[str, str]], reason: str, source: str, now: datetime
) -> None:
    line = Line(
        kind, subscriber, tuple(addresses), reason, source, now.isoformat(), clock.machine_now().isoformat()
    )  # fmt: skip
    try:
        _append(settings.LEDGER, json.dumps(asdict(line), sort_keys=True).encode() + b"\n")
    except OSError as error:  # a full disk must not keep anybody from stopping; the hourly comparison adds the line
        if kind == Kind.ERASE:
            raise
        log.error("the ledger cannot be written: %s", error.strerror)  # noqa: TRY400  one line says it


def _append(path: Path, raw: bytes) -> None:
    """Append whole lines, in order, and return once they are on disk. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        size = os.fstat(file).st_size
        torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
        whole = b"\n" * torn + raw
        if os.write(file, whole) != len(whole):
            raise OSError(28, "No space left on device")
        os.fsync(file)
    finally:
        os.close(file)
    if size == 0:
        _keep_name(path.parent)


def _keep_name(folder: Path) -> None:
    """Put a new file's name on disk, too (fsync(2))."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _parse(raw: bytes) -> Line | None:
    try:
        values = json.loads(raw)
        pairs = tuple((str(channel), str(index)) for channel, index in values.pop("addresses"))
        return Line(addresses=pairs, **values)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
