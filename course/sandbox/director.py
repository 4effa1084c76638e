"""Turns the sandbox clock to the next due instant whenever nothing due is unfinished."""

import time
from collections.abc import Callable

from course import clock, doorbell
from course.rehearsal import fast_clock
from course.sandbox.store import SandboxStore

_LOOK_SECONDS = 0.05


class Director:
    """``busy()`` is asked too: it may hold the clock, for example while somebody in the demo is writing."""

    def __init__(self, store: SandboxStore, busy: Callable[[], bool]) -> None:
        self._store = store
        self._busy = busy

    def step(self) -> bool:
        """Wait a moment or turn the clock once; False when nothing is left to come."""
        now = clock.course_now()
        if fast_clock.unfinished(now) or self._callbacks_wait() or self._busy():
            time.sleep(_LOOK_SECONDS)
            return True
        following = fast_clock.next_due(now)
        if following is None:
            return False
        clock.turn(following)
        doorbell.ring("plan")
        doorbell.ring("notices")
        doorbell.ring("deliver_course")
        doorbell.ring("deliver_direct")
        return True

    def _callbacks_wait(self) -> bool:
        return self._store.callbacks.seconds_to_next() is not None
