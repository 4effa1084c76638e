"""A Message-ID in; what the relay's own log says of it out.

Postfix writes one line when it has read a message's headers (cleanup, with the Message-ID) and another when it
took the message on (qmgr, "queue active"). Only both together mean that it was accepted.
"""

import re
from pathlib import Path

from course.delivery.channels.base import Finding

_TAIL_BYTES = 64 * 1024 * 1024


class RelayLog:
    """The log file of a Postfix relay on this machine."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def find(self, message_id: str) -> Finding:
        """Return whether the relay accepted this Message-ID. Raises OSError when the log cannot be read."""
        log = self._tail(self._path.with_name(f"{self._path.name}.1")) + self._tail(self._path)
        named = re.findall(rb"cleanup\[\d+\]: (\w+): message-id=<" + re.escape(message_id.encode()) + rb">", log)
        for queue_id in named:
            if re.search(rb"qmgr\[\d+\]: " + queue_id + rb": from=", log):
                return Finding(went=True, provider_id=queue_id.decode())
        return Finding(went=False, certain=False)

    def _tail(self, path: Path) -> bytes:
        if path != self._path and not path.exists():
            return b""  # it has not been turned yet
        with path.open("rb") as log:
            log.seek(0, 2)
            log.seek(max(0, log.tell() - _TAIL_BYTES))
            return log.read()
