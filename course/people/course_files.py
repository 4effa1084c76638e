"""The folder that settings name in; its course registered, or every fault in it, out."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from course.curriculum.faults import Fault
from course.curriculum.folder import read_folder
from course.curriculum.model import Course
from course.curriculum.parse import parse_course, stale_numbers
from course.people import versions
from course.people.models import CourseVersion

Check = Callable[[Course], list[Fault]]
_lent: list[Check] = []


def lend(check: Check) -> None:
    """Take what delivery has to say about a course: whether its templates can be compiled. The last one stands."""
    _lent[:] = [check]


def faults(now: datetime) -> list[Fault]:
    """Return every fault of the course's files, numbers not checked for a year (``now``) among them.

    What templates make of a course is looked at once its files can be read.
    """
    parsed = parse_course(_files())
    if parsed.course is None:
        return sorted(parsed.faults)
    made = [fault for check in _lent for fault in check(parsed.course)]
    return sorted([*parsed.faults, *stale_numbers(parsed.course, now.date()), *made])


def blocking(found: list[Fault]) -> list[Fault]:
    """Return those that nothing may start with: outside the sandbox a missing signature is one (law 12)."""
    return [fault for fault in found if fault.kind != "review" or not settings.SANDBOX]


def register(now: datetime) -> CourseVersion:
    """Register the folder's course. Raises versions.CourseFaults while anything blocks it."""
    found = blocking(faults(now))
    if found:
        raise versions.CourseFaults("\n".join(str(fault) for fault in found))
    return versions.register(_files(), now)


def _files() -> dict[str, str]:
    return read_folder(settings.SCHEDULE, settings.LESSONS)
