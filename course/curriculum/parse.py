"""In: the text of every course file by canonical name. Out: one checked course, or every fault at once."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter

from course.curriculum.document import Document
from course.curriculum.faults import Fault
from course.curriculum.folder import RED_FLAGS, SAFETY, SCHEDULE, content_hash
from course.curriculum.lesson_file import Around, read_lesson, split_name, unsigned
from course.curriculum.model import BASE_LANGUAGE, Course, Lesson
from course.curriculum.red_flag_file import RedFlagFile, read_red_flags
from course.curriculum.safety_file import SafetyFile, check_wording, read_safety, stale_numbers
from course.curriculum.schedule_file import ScheduleFile, read_schedule
from course.curriculum.values import ReviewRow
from course.curriculum.wording import named_condition

__all__ = ["Parsed", "parse_course", "stale_numbers"]

_REVIEW = TypeAdapter(ReviewRow)


@dataclass(frozen=True)
class Parsed:
    """``course`` is None while a fault of kind "error" stands; faults are sorted by file and line."""

    course: Course | None
    faults: tuple[Fault, ...]


def parse_course(files: Mapping[str, str]) -> Parsed:
    """Check every file and build the course. Never raises for what a file holds."""
    schedule_doc, safety_doc, flags_doc = (Document(name, files.get(name, "")) for name in _NEEDED)
    safety = read_safety(safety_doc)
    red_flags = read_red_flags(flags_doc)
    schedule = read_schedule(schedule_doc, safety.countries)
    clinic = schedule.values.get("clinic")
    check_wording(safety_doc, safety, clinic.name if clinic else "")
    _check_sender(schedule_doc, clinic.name if clinic else "", safety.private_words)
    lessons, lesson_faults = _lessons(files, schedule, safety)
    for doc, thing in ((safety_doc, "safety wording"), (flags_doc, "list of red flags")):
        _check_review(doc, thing)
    _check_links(schedule_doc, files, schedule)
    faults = [*lesson_faults, *_unused(files, schedule), *_file_faults(files)]
    faults += _without_relay(files, schedule)
    broken = {fault.file for fault in _file_faults(files)}
    for doc in (schedule_doc, safety_doc, flags_doc):
        faults += [] if doc.file in broken else doc.faults
    ordered = tuple(sorted(set(faults)))
    if any(fault.kind == "error" for fault in ordered):
        return Parsed(None, ordered)
    unsigned_files = tuple(sorted({fault.file for fault in ordered}))
    return Parsed(_course(schedule, safety, red_flags, lessons, unsigned_files, content_hash(files)), ordered)


_NEEDED = (SCHEDULE, SAFETY, RED_FLAGS)


def _file_faults(files: Mapping[str, str]) -> list[Fault]:
    """Return faults of files that are not there, or hold bytes that are not UTF-8."""
    faults = [
        Fault(name, 1, "this file is missing or cannot be opened", "Put it in the course's folder.")
        for name in _NEEDED
        if name not in files
    ]
    for name, text in files.items():
        for number, line in enumerate(text.split("\n"), 1):
            if "\0" in line or any("\udc80" <= char <= "\udcff" for char in line):
                what = "this line has bytes that are not UTF-8 text"
                faults.append(Fault(name, number, what, "Save the file again with the encoding UTF-8."))
                break
    return faults


def _lessons(
    files: Mapping[str, str], schedule: ScheduleFile, safety: SafetyFile
) -> tuple[dict[tuple[str, str], Lesson], list[Fault]]:
    clinic = schedule.values.get("clinic")
    numbers = [emergency.emergency for emergency in safety.emergencies.values()]
    around = Around(clinic.name if clinic else "", len(schedule.used), numbers, safety.private_words)
    lessons: dict[tuple[str, str], Lesson] = {}
    faults: list[Fault] = []
    for file in sorted(name for name in files if name.endswith(".md")):
        lesson, found = read_lesson(file, files[file], around)
        faults += found
        if lesson is not None:
            lessons[lesson.slug, lesson.language] = lesson
    return lessons, faults


def _unused(files: Mapping[str, str], schedule: ScheduleFile) -> list[Fault]:
    fix = "Add a step with this lesson to schedule.yaml, or take the file away."
    named = [(file, split_name(file)) for file in files if file.endswith(".md")]
    return [
        Fault(file, 1, "no step uses this lesson", fix) for file, name in named if name and name[1] not in schedule.used
    ]


def _check_links(doc: Document, files: Mapping[str, str], schedule: ScheduleFile) -> None:
    for slug, place in schedule.used.items():
        file = f"lessons/{BASE_LANGUAGE}/{slug}.md"
        if file not in files:
            doc.fault(place, f"the lesson `{slug}` has no file", f"Write {file}, or name a lesson that is there.")


def _without_relay(files: Mapping[str, str], schedule: ScheduleFile) -> list[Fault]:
    """Return a fault for each lesson that names the relay number of a clinic that has none (law 15)."""
    clinic = schedule.values.get("clinic")
    if clinic is None or clinic.relay:
        return []
    fix = "Take `{relay}` out, or write `clinic.relay` in schedule.yaml."
    places = [(file, text.find("{relay}"), text) for file, text in files.items() if file.endswith(".md")]
    return [
        Fault(file, text.count("\n", 0, at) + 1, "this clinic has no relay number to fill in", fix)
        for file, at, text in places
        if at >= 0
    ]


def _check_sender(doc: Document, name: str, private_words: tuple[str, ...]) -> None:
    if word := named_condition(name, private_words):
        what = f'`clinic.name` names a condition ("{word}")'
        doc.fault(("clinic", "name"), what, "It stands on every lock screen: use a name without that word.")


def _check_review(doc: Document, thing: str) -> None:
    """Note a file that no person has signed; the hash is over all of it but the signature."""
    if not isinstance(doc.data, dict) or doc.value(("review",)) is None:
        return
    row = doc.read(("review",), _REVIEW)
    words = {key: value for key, value in doc.data.items() if key != "review"}
    digest = hashlib.sha256(json.dumps(words, ensure_ascii=True, sort_keys=True).encode()).hexdigest()
    if row is not None and not row.review().covers(digest):
        doc.fault(("review",), *unsigned(thing, row.review().signed, digest), "review")


def _course(
    schedule: ScheduleFile,
    safety: SafetyFile,
    red_flags: RedFlagFile,
    lessons: dict[tuple[str, str], Lesson],
    unsigned_files: tuple[str, ...],
    version: str,
) -> Course:
    values = dict(schedule.values)
    return Course(
        slug=values.pop("course"),
        **values,
        steps=schedule.steps,
        lessons=lessons,
        red_flags=red_flags.rules,
        shorthand=red_flags.shorthand,
        safety_texts=safety.texts,
        emergencies=safety.emergencies,
        members=safety.members,
        private_words=safety.private_words,
        unsigned=unsigned_files,
        version=version,
    )
