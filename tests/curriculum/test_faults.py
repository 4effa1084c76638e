"""Each fault of a course file is named with its file, its line, what is wrong and what would be right."""

from dataclasses import dataclass

import pytest

from course.curriculum.faults import Fault
from course.curriculum.folder import RED_FLAGS, SAFETY, SCHEDULE
from course.curriculum.parse import parse_course
from course.curriculum.question_file import unasked

LESSON = "lessons/en/two-kinds.md"


@dataclass
class Change:
    """One thing broken in one shipped file, and the words its fault must hold."""

    file: str
    old: str
    new: str
    what: str
    fix: str


def errors(files: dict[str, str]) -> list[Fault]:
    parsed = parse_course(files)
    found = [fault for fault in parsed.faults if fault.kind == "error"]
    assert (parsed.course is None) == bool(found)
    return found


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


SCHEDULE_CHANGES = [
    ("zone: America/Chicago\n\n# The hours", "zone: America/Chicgo\n\n# The hours", "time zone", "America/Chicago"),
    ("join: from_start", "jion: from_start", "`jion` is not a known key", "`join`"),
    ("join: from_start", "join: sometimes", "`join`", "'from_start' or 'at_current'"),
    ("course: leg-cramps", "course: Leg Cramps", "not an id", "small letters"),
    ("  sample: true", "  sample: perhaps", "`clinic.sample`", "true or false"),
    ("  sample: true", "  smaple: true", "`clinic.smaple` is not a known key", "`sample`"),
    ("  country: US", "  country: JP", "no numbers for JP", "SK, US"),
    ("  name: Ashfield Clinic", "  name: Ashfield Spine Clinic", "names a condition", "lock screen"),
    ("  days: mon-fri", "  days: mon-fryday", "not a day", "mon-fri"),
    ('  to: "17:00"', '  to: "17:60"', "not a time of day", "23:59"),
    ('  from: "09:00"\n  to: "20:00"', '  from: "21:00"\n  to: "20:00"', "not before", "Open earlier"),
    ('  sunday_from: "12:00"', '  sunday_from: "20:00"', "`window.sunday_from`", "Open earlier"),
    ('  to: "17:00"', '  to: "08:00"', "`reading_hours.from`", "Open earlier"),
    ("answer_within: 2 working days", "answer_within: soon", "working days", "2 working days"),
    ("catch_up: spread", "catch_up: spread\ncatch_up: skip", "written twice", "Keep one"),
    ("expires: 2d}", "expires: 2 days}", "length of time", "3d"),
    ("day: 14", "day: two weeks", "`steps.5.day`", "whole number"),
    ("day: 14", "day: -1", "`steps.5.day`", "greater than or equal to 0"),
    (
        'digest: all, day: 14, at: "10:00"',
        'digest: all, day: 14, at: "20:00"',
        "outside the window",
        "09:00 up to 20:00",
    ),
    ("id: digest-1", "id: two-kinds", "used twice", "its own id"),
    ("day: 14", "day: 10", "same day and time", "another"),
    ("digest: all, day: 14", "digest: all, day: 1", "comes before", "in the order"),
    ("digest: all, ", "", "either a lesson or a digest", "digest: all"),
    ("lesson: two-kinds", "lesson: three-kinds", "`three-kinds` has no file", "lessons/en/three-kinds.md"),
    ("{id: digest-1, digest: all,", "{id: digest-1, digest: all, *x,", "not YAML", "brackets"),
    ("course: leg-cramps", "? [a, b]\n: 1\ncourse: leg-cramps", "not a word", "Write a word"),
]

LESSON_CHANGES = [
    ("minutes: 3", "minutes: three", "`minutes`", "whole number"),
    ("minutes: 3\n", "", "`minutes` is missing", "Add `minutes:`"),
    ("action: Ask", "acton: Ask", "`acton` is not a known key", "`action`"),
    ("that look alike", "that look alike to nearly all of us", "characters", "at most 50"),
    ("two causes that look alike", "two kinds of claudication", "names a condition", "lock screen"),
    ("{clinic}. Lesson {number} of {count}, {part}. Pain on", "{clinic}. Leg pain on", "naming a condition", "50"),
    ("{clinic}. Lesson {number} of {count}, {part}. At", "Lesson {number}. At", "begin with the clinic", "{clinic}"),
    ("ask one thing.", "ask one thing \u2665.", "outside GSM-7: \u2665", "plain letters"),
    ("ask one thing.", "ask one thing. " + "More words. " * 20, "3 segments", "at most 2"),
    ("ask one thing.", "ask {nummber}.", "`{nummber}` is not a placeholder", "`number`"),
    ("call {clinic} at", "call {clinc} at", "`{clinc}` is not a placeholder", "`clinic`"),
    ("---\ntitle", "title", "front matter is missing", "three dashes"),
    ("title: Two", 'title: "Two', "not YAML", "quotes"),
]


@pytest.mark.parametrize(
    "change",
    [Change(SCHEDULE, *parts) for parts in SCHEDULE_CHANGES] + [Change(LESSON, *parts) for parts in LESSON_CHANGES],
    ids=lambda change: change.what,
)
def test_a_broken_file_is_told_where_and_how(shipped: dict[str, str], change: Change) -> None:
    text = shipped[change.file]
    assert text.count(change.old) == 1
    found = errors(shipped | {change.file: text.replace(change.old, change.new)})
    match = [fault for fault in found if change.what in fault.what]
    assert match, [str(fault) for fault in found]
    assert change.fix in match[0].fix
    assert match[0].file == change.file
    # A folded text counts from the line of its dash; a missing key from the group that should hold it.
    assert abs(match[0].line - line_of(text, change.old)) <= 2


def test_all_faults_are_found_at_once_and_read_as_one_line_each(shipped: dict[str, str]) -> None:
    schedule = shipped[SCHEDULE].replace("catch_up: spread", "catch_up: spred").replace("day: 14", "day: x")
    lesson = shipped[LESSON].replace("minutes: 3", "minutes: x").replace("{clinic} at", "{clinc} at")
    found = errors(shipped | {SCHEDULE: schedule, LESSON: lesson})
    assert len(found) == 4
    assert found == sorted(found)
    catch_up = next(str(fault) for fault in found if "catch_up" in fault.what)
    line = line_of(schedule, "catch_up: spred")
    assert catch_up == (f"schedule.yaml:{line}: `catch_up` is \"spred\". It should be 'spread', 'latest' or 'skip'.")


def test_a_lesson_nobody_uses_and_one_with_no_words(shipped: dict[str, str]) -> None:
    front = shipped[LESSON].split("\n---\n")[0] + "\n---\n"
    found = errors(shipped | {"lessons/en/spare.md": front})
    assert {(fault.file, fault.what) for fault in found} == {
        ("lessons/en/spare.md", "no step uses this lesson"),
        ("lessons/en/spare.md", "the lesson has no words"),
    }


def test_a_lesson_in_another_language_has_longer_texts(shipped: dict[str, str]) -> None:
    spanish = shipped[LESSON].replace("ask one thing.", "diga as\u00ed.")
    assert errors(shipped | {"lessons/es/two-kinds.md": spanish}) == []
    in_english = [fault.what for fault in errors(shipped | {LESSON: spanish})]
    assert ["letters outside" in what or "segments" in what for what in in_english] == [True, True]


@pytest.mark.parametrize("name", [SCHEDULE, SAFETY, RED_FLAGS])
@pytest.mark.parametrize("text", ["", "- a\n", "a: &x 1\nb: *x\n", "[" * 3000, "a\tb: \x07", "---\na: 1\n---\nb: 2\n"])
def test_nothing_in_a_file_makes_the_parser_raise(shipped: dict[str, str], name: str, text: str) -> None:
    found = errors(shipped | {name: text})
    assert any(fault.file == name for fault in found)


@pytest.mark.parametrize("name", [SCHEDULE, SAFETY, RED_FLAGS])
def test_a_missing_file_is_one_fault_of_its_own(shipped: dict[str, str], name: str) -> None:
    found = errors({file: text for file, text in shipped.items() if file != name})
    assert [fault.what for fault in found if fault.file == name] == ["this file is missing or cannot be opened"]


def test_bytes_that_are_not_text_are_named_by_line(shipped: dict[str, str]) -> None:
    broken = shipped[SCHEDULE] + "# caf\udce9\n"
    (fault,) = [fault for fault in errors(shipped | {SCHEDULE: broken}) if "UTF-8" in fault.what]
    assert fault.line == broken.count("\n")


def test_a_relay_slot_needs_a_relay_number(shipped: dict[str, str]) -> None:
    found = errors(shipped | {SCHEDULE: shipped[SCHEDULE].replace('relay: "711"', 'relay: ""')})
    assert len(found) == 4
    assert all("no relay number" in fault.what for fault in found)


def test_an_alias_which_could_make_a_file_endless_is_refused(shipped: dict[str, str]) -> None:
    text = shipped[SCHEDULE].replace('relay: "711"', 'relay: &a "711"').replace("postal: 1 Ex", "postal: *a # 1 Ex")
    (fault,) = [fault for fault in errors(shipped | {SCHEDULE: text}) if fault.file == SCHEDULE]
    assert "an alias" in fault.what
    assert fault.line == line_of(text, "postal: *a")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("  right: A\n", "  right: D\n", "`question.right`"),
        ("    C:\n      text: Old age", "    D:\n      text: Old age", "`question.answers.D` is not a known key"),
        ("  ask: What are the two", "  ask: What are the {number}", "`{number}` is not a placeholder"),
        ("Yes. The two can feel the same.", "Yes. " + "The two can feel the same. " * 12, "segments"),
        ("Yes. The two can feel", "Your spine! The two can feel", "naming a condition"),
        ("{question}\n", "What is it?\n", "does not ask the question"),
    ],
)
def test_a_question_that_is_not_right_is_named_with_its_line(
    shipped: dict[str, str], old: str, new: str, what: str
) -> None:
    changed = shipped[LESSON].replace(old, new)
    assert changed != shipped[LESSON]
    assert any(
        fault.file == LESSON and fault.line > 1 and what in str(fault) for fault in errors(shipped | {LESSON: changed})
    )


def test_a_lesson_without_a_question_is_a_fault_of_the_files_but_not_of_a_course_that_runs(
    shipped: dict[str, str],
) -> None:
    start, end = shipped[LESSON].index("question:\n"), shipped[LESSON].index("review:")
    text = shipped[LESSON][:start] + shipped[LESSON][end:]
    text = text.replace("{question}", "Which kind is yours?")
    course = parse_course(shipped | {LESSON: text}).course
    assert course
    assert [fault.file for fault in unasked(course)] == [LESSON]
