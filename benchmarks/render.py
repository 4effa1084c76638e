"""Messages a second of one process: written by Jinja2 and the `email` package, and filled into a template.

Run by ``make bench``. Both ways render the same lesson for the same people, in turn in one run, so that whatever else
the machine does falls on both. Figures are medians, of processor time. Trust the ratio.
"""

import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

import django
from rich.console import Console
from rich.table import Table

os.environ.update(COURSE_MODE="sandbox", DJANGO_SETTINGS_MODULE="course.settings")
django.setup()

from course import paths
from course.curriculum.folder import read_folder
from course.curriculum.parse import parse_course
from course.delivery import steps
from course.delivery.rendering import Renderer
from course.delivery.slots import Slots, dated
from course.delivery.steps import Occasion
from course.delivery.values import Reader
from course.people.tokens import new_token

ROUNDS = 5
PEOPLE = 10_000
WRITTEN = 100  # of them by the slow way, in each round


def lesson() -> Occasion:
    """Return a lesson by email in the standard form."""
    course = parse_course(read_folder(paths.schedule(""), paths.lessons(""))).course
    if course is None:
        raise SystemExit("The course has faults; `course check` lists them.")
    return Occasion(course, course, "two-kinds", "email", 1, Reader("en", course.clinic.country, "standard"))


def somebody(number: int) -> Slots:
    """Return the slots of an invented person's message."""
    date = dated(datetime(2026, 11, 23, 16, 0, tzinfo=UTC))
    message_id = f"{new_token()}@course.example.org"
    return Slots(f"person{number}@example.org", message_id, new_token(), new_token(), new_token(), date)


def rate(render: Callable[[Occasion, Slots], bytes], occasion: Occasion, people: list[Slots]) -> float:
    """Return how many messages ``render`` makes in a second of processor time."""
    begun = time.process_time()
    for person in people:
        render(occasion, person)
    return len(people) / (time.process_time() - begun)


def main() -> None:
    """Measure both ways in turn, and print a table."""
    occasion, people, renderer = lesson(), [somebody(number) for number in range(PEOPLE)], Renderer()
    size = len(renderer.step(occasion, people[0]))  # compiles, once in each process
    written, filled = [], []
    for _ in range(ROUNDS):
        written.append(rate(steps.write, occasion, people[:WRITTEN]))
        filled.append(rate(renderer.step, occasion, people))
    table = Table("One lesson by email", "messages a second", "microseconds each", title=f"{size:,} bytes, two parts")
    for name, rates in (("written: Jinja2 and email", written), ("filled in, each value looked at", filled)):
        median = statistics.median(rates)
        table.add_row(name, f"{median:,.0f}", f"{1e6 / median:,.1f}")
    Console().print(table)
    Console().print(f"Filled in is {statistics.median(filled) / statistics.median(written):,.0f} times as fast.")


if __name__ == "__main__":
    main()
