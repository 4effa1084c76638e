"""A write to SQLite in; the same write, after those that cannot wait, out. PostgreSQL needs none of this.

SQLite has one writer at a time, and who finds it busy sleeps and asks again (https://sqlite.org/c3ref/busy_timeout.html).
Planning and sending a batch write without a pause, and would keep a safety text waiting for many seconds (law 4).
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from django.db.backends.signals import connection_created
from django.db.backends.sqlite3.base import DatabaseWrapper

LONGEST_SECONDS = 2.0  # who gives way gets on for all that: a flood of replies must not stop the lessons
_POLL_SECONDS = 0.005
_WRITES = ("BEGIN", "INSERT", "UPDATE", "DELETE")
_gives_way: ContextVar[bool] = ContextVar("gives_way", default=False)


@contextmanager
def giving_way(*, yes: bool = True) -> Iterator[None]:
    """Let every other writer go first, at each transaction that begins inside; without ``yes``, no longer."""
    before = _gives_way.set(yes)
    try:
        yield
    finally:
        _gives_way.reset(before)


def install() -> None:
    """Watch the writes of every connection that is opened from now on."""
    connection_created.connect(_watch, dispatch_uid="right_of_way")


def _watch(connection: Any, **_signal: Any) -> None:
    if not isinstance(connection, DatabaseWrapper) or connection.is_in_memory_db():
        return
    if _in_turn not in connection.execute_wrappers:  # they stay when a connection is opened again
        connection.execute_wrappers.append(_in_turn)


def _in_turn(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    connection = context["connection"]
    if connection.in_atomic_block or not sql.startswith(_WRITES):
        return execute(sql, params, many, context)
    with _turn(Path(f"{connection.settings_dict['NAME']}-waiting")):
        return execute(sql, params, many, context)


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    """Hold a shared lock while waiting to write. Who gives way queues up, and begins when nobody else holds one."""
    with _opened(path) as waiting:
        if not _gives_way.get():
            fcntl.flock(waiting, fcntl.LOCK_SH)
            yield
            return
        with _opened(path.with_name(f"{path.name}-last")) as queue:
            fcntl.flock(queue, fcntl.LOCK_EX)
            _until_nobody_waits(waiting)
            yield


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    # To be read by all: it holds nothing, and root may have made it before the service came.
    opened = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        yield opened
    finally:
        os.close(opened)


def _until_nobody_waits(waiting: int) -> None:
    ends = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < ends:
        try:
            fcntl.flock(waiting, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_POLL_SECONDS)
        else:
            fcntl.flock(waiting, fcntl.LOCK_UN)
            return
