"""How long own words take, median and worst, over the mails of the tests; and how exact another library is on them.

Run as ``python -m benchmarks.understand``. Times are of processor time. The other library, mail-parser-reply, is
measured when it is installed; it takes text only, so it is given the text that we make of a mail.
"""

import os
import statistics
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec

import django
from rich.console import Console
from rich.table import Table

os.environ.update(COURSE_MODE="sandbox", DJANGO_SETTINGS_MODULE="course.settings")
django.setup()

from course.replies import letter
from course.replies.extraction import extract
from tests.replies.clients.make import Sample, held_out, samples

OTHER = "mailparser_reply"


def ours(raw: bytes) -> str:
    """Return own words out of a whole mail."""
    return extract(letter.words(letter.open_letter(raw))).own_words


def other() -> Callable[[bytes], str] | None:
    """Return the other library's way, or None when it is not installed."""
    if find_spec(OTHER) is None:
        return None
    parser = import_module(OTHER).EmailReplyParser(languages=["en", "es", "de", "fr", "it", "nl", "pl", "sv", "ja"])
    return lambda raw: str(parser.parse_reply(text=letter.words(letter.open_letter(raw))) or "")


def measure(way: Callable[[bytes], str], mails: Sequence[Sample]) -> tuple[float, float, int]:
    """Return median and worst milliseconds, and how many own words are exact."""
    taken, exact = [], 0
    for mail in mails:
        begun = time.process_time()
        own = way(mail.raw)
        taken.append(1000 * (time.process_time() - begun))
        exact += own.split() == mail.own.split()
    return statistics.median(taken), max(taken), exact


def main() -> None:
    """Measure, and print a table."""
    mails = [*samples(), *held_out()]
    for mail in mails[:20]:
        ours(mail.raw)
    table = Table("Own words", "median ms", "worst ms", "exact", title=f"{len(mails)} mails")
    ways = {"this course": ours, "mail-parser-reply": other()}
    for name, way in ways.items():
        if way is not None:
            median, worst, exact = measure(way, mails)
            table.add_row(name, f"{median:.1f}", f"{worst:.1f}", f"{exact} ({exact / len(mails):.0%})")
    Console().print(table)
    if ways["mail-parser-reply"] is None:
        Console().print("mail-parser-reply is not installed, so it was not measured.")


if __name__ == "__main__":
    main()
