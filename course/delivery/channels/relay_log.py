"""A Message-ID in; what the relay's own log says of it out.

Postfix writes one line when it has read a message's headers (cleanup, with the Message-ID) and another when it
took the message on (qmgr, "queue active"). Only both together mean that it was accepted. Each line is read once.
"""

import os
import re
from pathlib import Path

from course.delivery.channels.base import Finding

_TAIL_BYTES = 64 * 1024 * 1024
_MARK_BYTES = 200
_LINE = re.compile(rb"cleanup\[\d+\]: (\w+): message-id=<([^>\n]*)>|qmgr\[\d+\]: (\w+): from=")


class RelayLog:
    """The log file of a Postfix relay on this machine, and the one turned before it, as far as they were read."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._forget()

    def find(self, message_id: str) -> Finding:
        """Return whether the relay accepted this Message-ID. Raises OSError when the log cannot be read."""
        self._catch_up()
        queue_id = self._taken.get(message_id.encode())
        if queue_id is None:
            return Finding(went=False, certain=False)
        return Finding(went=True, provider_id=queue_id.decode())

    def _forget(self) -> None:
        self._inode, self._read_to, self._mark = 0, 0, b""
        self._named: dict[bytes, bytes] = {}  # Message-IDs by queue id, of mails that were not taken on yet
        self._taken: dict[bytes, bytes] = {}  # queue ids by Message-ID

    def _catch_up(self) -> None:
        """Read what was written since; all of it when this is another file than the one that was read."""
        with self._path.open("rb") as log:
            inode = os.fstat(log.fileno()).st_ino
            log.seek(max(0, self._read_to - len(self._mark)))
            if inode != self._inode or log.read(len(self._mark)) != self._mark:
                self._forget()
                self._take_in(_tail(self._path.with_name(f"{self._path.name}.1")))
                log.seek(max(0, log.seek(0, os.SEEK_END) - _TAIL_BYTES))
            new = log.read()
            whole = new[: new.rfind(b"\n") + 1]  # the relay may be in the middle of a line
            self._inode, self._read_to = inode, log.tell() - len(new) + len(whole)
            self._mark = (self._mark + whole)[-_MARK_BYTES:]
            self._take_in(whole)

    def _take_in(self, lines: bytes) -> None:
        for found in _LINE.finditer(lines):
            named, message_id, taken_on = found.groups()
            if named:
                self._named[named] = message_id
            elif taken_on in self._named:
                self._taken[self._named.pop(taken_on)] = taken_on


def _tail(path: Path) -> bytes:
    if not path.exists():
        return b""  # the log has not been turned yet
    with path.open("rb") as log:
        log.seek(max(0, log.seek(0, os.SEEK_END) - _TAIL_BYTES))
        return log.read()
