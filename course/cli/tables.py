"""Rows in; a table that reads well by eye and by ear out: words, no colour that carries meaning."""

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table


def show(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table under its title."""
    Console().print(table(title, columns, rows))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Return a table under its title."""
    made = Table(*columns, title=title, title_justify="left", box=SIMPLE)
    for row in rows:
        made.add_row(*(str(cell) for cell in row))
    return made
