"""The folder that settings name in; its course registered, or every fault in it, out."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from course import paths
from course.curriculum.faults import Fault
from course.curriculum.folder import RED_FLAGS, SCHEDULE, read_folder
from course.curriculum.model import Course
from course.curriculum.parse import parse_course, stale_numbers
from course.curriculum.question_file import unasked
from course.curriculum.waivers import waiver_faults
from course.people import versions
from course.people.models import CourseVersion

Check = Callable[[Course], list[Fault]]
_lent: list[Check] = []


def lend(check: Check) -> None:
    """Take what delivery has to say about a course: whether its templates can be compiled. The last one stands."""
    _lent[:] = [check]


def place(name: str) -> Path:
    """Return where the file with this canonical name lies: "schedule.yaml", "lessons/…" or "templates/…"."""
    if name.startswith("templates/"):
        return paths.templates() / name.removeprefix("templates/")
    schedule, lessons = Path(settings.SCHEDULE), Path(settings.LESSONS)
    return schedule if name == SCHEDULE else lessons / name.removeprefix("lessons/")


def missing_folder() -> str:
    """Return one line when COURSE_DIR names no folder, else nothing."""
    if not settings.COURSE_DIR or Path(settings.COURSE_DIR).is_dir():
        return ""
    return f"COURSE_DIR names {settings.COURSE_DIR}, and no folder is there."


def faults(now: datetime) -> list[Fault]:
    """Return every fault of the course's files, numbers not checked for a year (``now``) among them.

    What templates make of a course is looked at once its files can be read.
    """
    files = _files()
    parsed = parse_course(files)
    waived = _without_waiver(files, now)
    if parsed.course is None:
        return sorted({*parsed.faults, *waived})
    made = [fault for check in _lent for fault in check(parsed.course)]
    stale = stale_numbers(parsed.course, now.date())
    return sorted([*parsed.faults, *waived, *stale, *unasked(parsed.course), *made])


def read() -> Course | None:
    """Return the folder's course, signed or not; None while a fault stands in its files."""
    return parse_course(_files()).course


def blocking(found: list[Fault]) -> list[Fault]:
    """Return those that nothing may start with: outside the sandbox a missing signature is one (law 12)."""
    return [fault for fault in found if fault.kind != "review" or not settings.SANDBOX]


def register(now: datetime) -> CourseVersion:
    """Register the folder's course. Raises versions.CourseFaults while anything blocks it."""
    if missing_folder():
        raise versions.CourseFaults(missing_folder())
    found = blocking(faults(now))
    if found:
        raise versions.CourseFaults("\n".join(str(fault) for fault in found))
    return versions.register(_files(), now)


def _without_waiver(files: dict[str, str], now: datetime) -> list[Fault]:
    """Return what a clinic's own list of red flags lacks of the shipped one."""
    shipped = paths.lessons("") / Path(RED_FLAGS).name
    own = files.get(RED_FLAGS)
    words = shipped.read_text(encoding="utf-8")
    return [] if own is None or own == words else waiver_faults(own, words, now.date())


def _files() -> dict[str, str]:
    return read_folder(settings.SCHEDULE, settings.LESSONS)
