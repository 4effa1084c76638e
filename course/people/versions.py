"""Course files in, a registered course version out: what a cohort is pinned to, and its lessons' gates."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from django.db import transaction

from course.curriculum.folder import content_hash
from course.curriculum.model import Course, Lesson
from course.curriculum.parse import parse_course
from course.people.models import CourseVersion, LessonGate


class NoCourse(Exception):
    """No course has been registered in this database yet."""


class CourseFaults(Exception):
    """The course's files have faults; `course check` lists them."""


def register(files: Mapping[str, str], now: datetime) -> CourseVersion:
    """Keep these files as a course version; the same content is kept once. Raises CourseFaults."""
    course = _parse(tuple(sorted(files.items())))
    with transaction.atomic():
        version, created = CourseVersion.objects.get_or_create(
            content_hash=content_hash(files), defaults={"files": dict(files), "registered_at": now}
        )
        if created:
            LessonGate.objects.bulk_create(_gate(version, lesson) for lesson in course.lessons.values())
    return version


def newest() -> CourseVersion:
    """Return the version registered last. Raises NoCourse."""
    version = CourseVersion.objects.order_by("-registered_at", "-pk").first()
    if version is None:
        raise NoCourse("No course is registered yet; `course up` registers it.")
    return version


def current() -> Course:
    """Return the newest course: safety lines, numbers and red flags always come from it. Raises NoCourse."""
    return course_of(newest())


def course_of(version: CourseVersion) -> Course:
    """Return the course a version holds; parsed once in each process."""
    return _course(version.content_hash)


@lru_cache(maxsize=8)
def _course(version_hash: str) -> Course:
    files = CourseVersion.objects.get(content_hash=version_hash).files
    return _parse(tuple(sorted(files.items())))


@lru_cache(maxsize=8)
def _parse(files: tuple[tuple[str, str], ...]) -> Course:
    parsed = parse_course(dict(files))
    if parsed.course is None:
        count = sum(fault.kind == "error" for fault in parsed.faults)
        raise CourseFaults(f"The course has {count} faults; `course check` lists them.")
    return parsed.course


def _gate(version: CourseVersion, lesson: Lesson) -> LessonGate:
    return LessonGate(
        version=version,
        lesson=lesson.slug,
        language=lesson.language,
        content_hash=lesson.content_hash,
        passed=True,
        signed=lesson.reviewed,
        findings=[],
    )
