"""How long several steps may take together, in; how long is left for the next one, out."""

import time

_AT_ONCE = 0.001  # a socket's wait of nothing would mean: do not wait for the other side at all


class Deadline:
    """Begins now and ends after ``seconds``."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left, a thousandth of one when none are: a wait of that ends at once."""
        return max(_AT_ONCE, self._ends - time.monotonic())
