"""A mail log in Postfix's shape: what the course reads, after a crash, to ask what the relay took."""

import os
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path


class RelayLog:
    """Appends whole lines to ``path``, none when it is None. ``machine_now`` returns an aware datetime."""

    def __init__(self, path: Path | None, machine_now: Callable[[], datetime]) -> None:
        self._path = path
        self._machine_now = machine_now
        self._lock = threading.Lock()

    def in_hand(self, queue_id: str, message_id: str) -> None:
        """The data has come; nothing is promised yet. Raises OSError when the log cannot be written."""
        self._line("cleanup", f"{queue_id}: message-id={message_id}")

    def queued(self, queue_id: str, mail_from: str, size: int, recipients: int) -> None:
        """The message is on disk; ``size`` in bytes. Raises OSError when the log cannot be written."""
        self._line("qmgr", f"{queue_id}: from=<{mail_from}>, size={size}, nrcpt={recipients} (queue active)")

    def _line(self, program: str, words: str) -> None:
        if self._path is None:
            return
        stamp = self._machine_now().strftime("%b %e %H:%M:%S")
        line = f"{stamp} sandbox postfix/{program}[{os.getpid()}]: {words}\n"
        with self._lock, self._path.open("ab", buffering=0) as log:
            log.write(line.encode("utf-8", "backslashreplace"))
