"""A signal in; a flag that loops look at out.

Never an exception: a handler may run inside a finaliser or an exit hook, where Python drops what it raises, and the
stop would be lost. Never a threading.Event: its lock may be held by the very thread the handler interrupts.
"""

import signal
import time
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopSignal:
    """``asked`` turns True once somebody asks this process to stop: Ctrl-C, SIGTERM or a closed terminal."""

    def __init__(self) -> None:
        self.asked = False
        for number in _SIGNALS:
            signal.signal(number, self._hear)

    def wait(self) -> None:
        """Return once somebody asked."""
        while not self.asked:
            time.sleep(0.2)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
