"""What the workers write down in; the programs whose queue nobody works on any more out."""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import Error as DatabaseError
from django.db import connection

from course.cli.vital_signs import UNSEEN
from course.delivery import heartbeat

PROGRAMS = {"safety": "safety", "look": "look", "ask": "ask", "course": "worker", heartbeat.BEAT: "beat"}
_EVERY_SECONDS = 5.0


class Silence:
    """Counts on its own clock how long each name has not moved.

    So neither a wrong clock nor a pause of ours, nor a database that was away, makes anybody look silent.
    """

    def __init__(self, names: Iterable[str], limit: float) -> None:
        self._limit = limit
        self._last: dict[str, tuple[datetime | None, float]] = dict.fromkeys(names, (None, 0.0))
        self._started = False

    def look(self, seen: dict[str, datetime] | None, elapsed: float) -> list[str]:
        """Return who has not moved for longer than the limit, each once; ``seen`` is None when nobody could look.

        ``elapsed`` is seconds of a clock that never turns back.
        """
        silent = []
        for name, (moment, since) in self._last.items():
            now = seen.get(name) if seen is not None else moment
            if seen is None or now != moment or not self._started:
                self._last[name] = (now, elapsed)
            elif elapsed - since > self._limit:
                self._last[name] = (now, elapsed)
                silent.append(name)
        self._started = True
        return silent


def start(tell: Callable[[str], None]) -> None:
    """Look every few seconds, in a thread that ends with us, and tell the program of each silent queue."""
    silence = Silence(PROGRAMS, UNSEEN.total_seconds())

    def watch() -> None:
        while True:
            time.sleep(_EVERY_SECONDS)
            for name in silence.look(_seen(), time.monotonic()):
                tell(PROGRAMS[name])

    threading.Thread(target=watch, name="watch", daemon=True).start()


def _seen() -> dict[str, datetime] | None:
    try:
        return heartbeat.seen()
    except DatabaseError:
        return None
    finally:
        connection.close()
