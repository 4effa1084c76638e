"""Which fault meets whom: a plan file in, one fault an address out. The same seed gives the same faults."""

import json
import random
import threading
from pathlib import Path

FILE = "plan.json"
LOG = "faults.jsonl"
SINK_FILE = "sinks.sqlite3"
Shares = dict[str, float]  # fault: how many of a thousand addresses meet it

SMTP: Shares = {
    "451": 80, "421": 60, "550": 50, "552": 50, "5.7.1": 30, "drop before dot": 80, "drop at dot": 80,
    "drop after dot": 80, "slow": 30, "slow stored": 40,
}  # fmt: skip
TWILIO: Shares = {
    "429": 90, "500 before": 90, "500 after": 90, "hang": 60, "hang stored": 60, "reset before": 90,
    "reset after": 90,
}  # fmt: skip
CALLBACKS: Shares = {"doubled": 250, "reversed": 250, "lost": 150}
EARLY: Shares = {"early": 250}
FOR_GOOD = ("550", "552")
WANTED = {"smtp": SMTP, "twilio": TWILIO, "callbacks": CALLBACKS, "early": EARLY}
# A third person refused for our own sake holds the whole channel, and each "slower, please" makes all wait a minute.
AT_MOST = {"5.7.1": 2, "421": 2, "429": 2}


def write(folder: Path, **shares: Shares) -> None:
    """Let faults of the named kinds (smtp, twilio, callbacks, early) happen from now on, and no others."""
    part = folder / f"{FILE}.part"
    part.write_text(json.dumps(shares))
    part.replace(folder / FILE)


def met(folder: Path) -> list[dict[str, str]]:
    """Return every fault that was made: kind, address and fault."""
    log = folder / LOG
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


class Dice:
    """Draws a fault for an address, once for each kind; keeps a line for each in the folder's log."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._seed = seed
        self._met: set[tuple[str, str]] = set()
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def draw(self, kind: str, address: str) -> str:
        """Return the fault that ``address`` meets now, or an empty string."""
        with self._lock:
            if (kind, address) in self._met:
                return ""
            fault = self._fault(kind, address)
            if not fault or self._counts.get(fault, 0) >= AT_MOST.get(fault, 1_000_000):
                return ""
            self._met.add((kind, address))
            self._counts[fault] = self._counts.get(fault, 0) + 1
            with (self._folder / LOG).open("a") as log:
                log.write(json.dumps({"kind": kind, "address": address, "fault": fault}) + "\n")
            return fault

    def _fault(self, kind: str, address: str) -> str:
        plan = self._folder / FILE
        shares: Shares = json.loads(plan.read_text()).get(kind, {}) if plan.exists() else {}
        drawn = random.Random(f"{self._seed}:{kind}:{address}").random() * 1000
        for fault, share in shares.items():
            drawn -= share
            if drawn < 0:
                return fault
        return ""
