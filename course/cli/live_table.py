"""What the sandbox receives in; a table that grows out: redrawn on a terminal, one line a message elsewhere."""

from types import TracebackType
from typing import Self

import click
from rich.live import Live
from rich.table import Table

from course import clock
from course.cli import tables
from course.sandbox.seen import Seen, mails_seen, texts_seen
from course.sandbox.store import SandboxStore

_NEWEST = 15
_COLUMNS = ("Course time, UTC", "To", "By", "Kind", "What")


class LiveTable:
    """Shows the newest messages with the course time above them."""

    def __init__(self, store: SandboxStore) -> None:
        self._store = store
        self._shown = -1
        self._live = Live(self._table([]), auto_refresh=False)

    def __enter__(self) -> Self:
        if self._live.console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live.console.is_terminal:
            self._live.stop()

    def refresh(self) -> None:
        """Show what came since the last look."""
        count = self._store.change_count()
        seen = self._seen()
        if self._live.console.is_terminal:
            self._live.update(self._table(seen), refresh=True)
        elif count != self._shown:
            for each in seen[-(count - max(self._shown, 0)) :] if count else []:
                click.echo("  ".join(_row(each)))
        self._shown = count

    def _seen(self) -> list[Seen]:
        store = self._store
        seen = [*mails_seen(store.mails(newest=_NEWEST)), *texts_seen(store.texts(newest=_NEWEST))]
        return sorted(seen, key=lambda each: each.received)[-_NEWEST:]

    def _table(self, seen: list[Seen]) -> Table:
        title = f"Course time {clock.course_now():%A %Y-%m-%d %H:%M} UTC. {self._store.change_count()} messages so far."
        return tables.table(title, _COLUMNS, [_row(each) for each in seen])


def _row(seen: Seen) -> tuple[str, ...]:
    first = seen.words.partition("\n")[0]
    return (f"{seen.at:%a %d %b %H:%M}", seen.address, seen.channel, seen.message_class, first[:60])
