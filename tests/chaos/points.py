"""The named points of the path of a message: a process that passes an armed one is killed there, or held there.

A point is armed by a file in the folder CHAOS_POINTS. Removing the file is what claims it: one process, one time.
"""

import importlib
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection, transaction

FUNCTIONS = (
    "course.delivery.planning.plan_due",
    "course.delivery.notice_planning.plan_notices",
    "course.delivery.outbox.claim",
    "course.delivery.outbox.hand",
    "course.delivery.outcomes.record",
    "course.delivery.recovery.sweep",
    "course.delivery.unknown.resolve",
)
NO_TRANSACTION = ("sweep",)  # each of its statements stands alone
PLACES = ("enter", "before commit", "after commit", "leave")
WIRE = ("before the dot", "after the dot", "before the post", "after the post")
_NAMED = tuple((name.rpartition(".")[2], place) for name in FUNCTIONS for place in PLACES)
POINTS = (*(f"{n} {p}" for n, p in _NAMED if not (n in NO_TRANSACTION and "commit" in p)), *WIRE)
HELD = ".held"
LONGEST_HOLD = 15.0
_KILL, _HOLD = "kill", "hold"


def arm(folder: Path, point: str, *, hold: bool = False) -> None:
    """Let the next process that passes ``point`` die there, or wait there until ``let_go``."""
    part = folder / "arming"
    part.write_text(_HOLD if hold else _KILL)
    part.replace(folder / _file(point))


def disarm(folder: Path, point: str) -> bool:
    """Take the order back; False when some process has passed the point meanwhile."""
    try:
        (folder / _file(point)).unlink()
    except FileNotFoundError:
        return False
    return True


def passed(folder: Path, point: str) -> bool:
    """Return whether a process has come to an armed point."""
    return not (folder / _file(point)).exists()


def let_go(folder: Path, point: str) -> None:
    """Let a held process go on."""
    (folder / (_file(point) + HELD)).unlink(missing_ok=True)


def install(folder: Path) -> None:
    """Wrap the named functions, commits and sockets of this process. Raises AttributeError for a name that is gone."""
    passing = _Passing(folder)
    for name in FUNCTIONS:
        module_name, _, function_name = name.rpartition(".")
        module = importlib.import_module(module_name)
        setattr(module, function_name, passing.around(function_name, getattr(module, function_name)))
    passing.watch_commits()
    passing.watch_sockets()


class _Passing:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._inside: list[str] = []

    def look(self, point: str) -> None:
        armed = self._folder / _file(point)
        held = self._folder / (_file(point) + HELD)
        try:
            armed.rename(held)
        except FileNotFoundError:
            return
        if held.read_text() == _KILL:
            held.unlink()
            os.killpg(os.getpgrp(), signal.SIGKILL)
        ends = time.monotonic() + LONGEST_HOLD
        while held.exists() and time.monotonic() < ends:
            time.sleep(0.01)

    def around(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.look(f"{name} enter")
            self._inside.append(name)
            try:
                answer = function(*args, **kwargs)
            finally:
                self._inside.pop()
            self.look(f"{name} leave")
            return answer

        return wrapped

    def watch_commits(self) -> None:
        leave = transaction.Atomic.__exit__

        def wrapped(atomic: Any, kind: Any, error: Any, trace: Any) -> None:
            commits = bool(self._inside) and kind is None and not connection.savepoint_ids
            if commits:
                self.look(f"{self._inside[-1]} before commit")
            leave(atomic, kind, error, trace)
            if commits:
                self.look(f"{self._inside[-1]} after commit")

        transaction.Atomic.__exit__ = wrapped  # type: ignore[method-assign]  a tap on this process only

    def watch_sockets(self) -> None:
        self._watch_mails()
        self._watch_texts()

    def _watch_mails(self) -> None:
        send = socket.socket.send

        def wrapped(self_: socket.socket, data: Any, *flags: int) -> int:
            has_dot = b"\r\n.\r\n" in bytes(data)
            if has_dot:
                self.look("before the dot")
            sent = send(self_, data, *flags)
            if has_dot:
                self.look("after the dot")
            return sent

        socket.socket.send = wrapped  # type: ignore[method-assign]  a tap on this process only

    def _watch_texts(self) -> None:
        posting: set[int] = set()
        send_all = socket.socket.sendall

        def wrapped(self_: socket.socket, data: Any, *flags: int) -> None:
            start = bytes(data[:5])
            post = start == b"POST " and b"/Messages.json" in bytes(data[:200])
            text = post or self_.fileno() in posting
            whole = post and bytes(data).partition(b"\r\n\r\n")[2]
            if post:
                self.look("before the post")
            send_all(self_, data, *flags)
            if text and (whole or not post):
                self.look("after the post")
                posting.discard(self_.fileno())
            elif post:
                posting.add(self_.fileno())

        socket.socket.sendall = wrapped  # type: ignore[method-assign]  a tap on this process only


def _file(point: str) -> str:
    return point.replace(" ", "-")
