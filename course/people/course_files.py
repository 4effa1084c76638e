"""The folder that settings name in; its course registered, or every fault in it, out."""

from datetime import datetime
from pathlib import Path

from django.conf import settings

from course.curriculum.faults import Fault
from course.curriculum.folder import SCHEDULE, read_folder
from course.curriculum.parse import parse_course, stale_numbers
from course.people import versions
from course.people.models import CourseVersion


def place(name: str) -> Path:
    """Return where the file with this canonical name lies, "schedule.yaml" or "lessons/…"."""
    schedule, lessons = Path(settings.SCHEDULE), Path(settings.LESSONS)
    return schedule if name == SCHEDULE else lessons / name.removeprefix("lessons/")


def missing_folder() -> str:
    """Return one line when COURSE_DIR names no folder, else nothing."""
    if not settings.COURSE_DIR or Path(settings.COURSE_DIR).is_dir():
        return ""
    return f"COURSE_DIR names {settings.COURSE_DIR}, and no folder is there."


def faults(now: datetime) -> list[Fault]:
    """Return every fault of the course's files, numbers not checked for a year (``now``) among them."""
    parsed = parse_course(_files())
    stale = stale_numbers(parsed.course, now.date()) if parsed.course else []
    return sorted([*parsed.faults, *stale])


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


def _files() -> dict[str, str]:
    return read_folder(settings.SCHEDULE, settings.LESSONS)
