"""Letters in; brought to the course by several senders at a time, each until it is answered, and counted, out.

A sender does as a mail server and Twilio do: dropped or put off, it brings the letter again; answered, it is done,
and still may bring it once more.
"""

import random
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from itertools import islice

from tests.chaos import carriers
from tests.chaos.letters import Letter
from tests.chaos.records import Sent

AT_A_TIME = {"mail": 5, "text": 5}
_MOST_TRIES = 600
_BROKE_DOWN = (500, 502)


class Senders:
    """Threads that bring letters as fast as they are let; the counts are read by whoever let them."""

    def __init__(self, letters: Iterator[Letter], environ: Mapping[str, str], seed: int) -> None:
        self.sent: dict[tuple[int, str], Sent] = {}
        self.counts: Counter[str] = Counter()
        self.crashed: list[str] = []
        self.flying: Counter[str] = Counter()
        self.taken_up = 0
        self._environ = environ
        self._letters = letters
        self._waiting: dict[str, deque[tuple[Letter, bool]]] = {way: deque() for way in AT_A_TIME}
        self._all_let = False
        self._open = 0
        self._rng = random.Random(seed)
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._work, args=(way,), daemon=True)
            for way, count in AT_A_TIME.items()
            for _thread in range(count)
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def let(self, how_many: int) -> int:
        """Let this many more letters be brought; return how many there were."""
        letters = list(islice(self._letters, how_many))
        for letter in letters:
            with self._lock:
                for recipient in letter.recipients:
                    record = Sent(letter.number, recipient, letter.shape, recipient in letter.refused)
                    self.sent[letter.number, recipient] = record
                self._open += 1
                self._waiting["text" if letter.is_text else "mail"].append((letter, letter.again))
        return len(letters)

    def left(self) -> int:
        """Return how many letters that were let have no last answer."""
        with self._lock:
            return self._open

    def end(self) -> None:
        """Let the threads end when nothing waits."""
        self._all_let = True
        for thread in self._threads:
            thread.join(carriers.TIMEOUT_SECONDS)

    def _work(self, way: str) -> None:
        while not self._all_let or self.left():
            with self._lock:
                found = self._waiting[way].popleft() if self._waiting[way] else None
                self.taken_up += found is not None
            if found is None:
                time.sleep(0.01)
            else:
                self._carry(way, *found)

    def _carry(self, way: str, letter: Letter, again: bool) -> None:
        left = list(letter.recipients)
        for _try in range(_MOST_TRIES):
            left = self._try(way, letter, left)
            if not left:
                break
            time.sleep(self._rng.uniform(0.1, 0.6))
        with self._lock:
            comes_again = again and any(self.sent[letter.number, each].answered for each in letter.recipients)
            if comes_again:
                self.counts["brought again"] += 1
                self._waiting[way].insert(min(len(self._waiting[way]), self._rng.randrange(20)), (letter, False))
            else:
                self._open -= 1

    def _try(self, way: str, letter: Letter, left: list[str]) -> list[str]:
        """Bring a letter once; return the recipients that still have no last answer."""
        self._fly(way, 1)
        try:
            answers = carriers.bring(letter, left, self._environ)
        except carriers.Dropped as dropped:
            answers = dropped.answers
            self._count("connections cut", dropped.begun)
        finally:
            self._fly(way, -1)
        return [each for each in left if not self._note(self.sent[letter.number, each], answers.get(each, 0))]

    def _note(self, record: Sent, code: int) -> bool:
        """Count one answer; return whether it is the last word."""
        with self._lock:
            if code in (200, 250):
                record.answered += 1
            elif code == 403 or (code >= 500 and "@" in record.recipient):
                record.refused = code
            else:
                self.counts["put off"] += code > 0
                if code in _BROKE_DOWN or (code and "@" not in record.recipient and code != 503):
                    self.crashed.append(f"letter {record.number} ({record.shape}): answered {code}")
                return False
            return True

    def _fly(self, way: str, change: int) -> None:
        with self._lock:
            self.flying[way] += change

    def _count(self, what: str, yes: bool) -> None:
        with self._lock:
            self.counts[what] += yes
