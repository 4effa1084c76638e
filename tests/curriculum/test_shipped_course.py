"""The course that ships: whole, unsigned, plain, and safe on a lock screen."""

import hashlib
import re
from pathlib import Path

import pytest

from course.curriculum.folder import content_hash, read_folder
from course.curriculum.model import Course
from course.curriculum.parse import parse_course
from course.curriculum.segments import segment
from course.curriculum.wording import expand_body, expand_text

HELP_WORDS = ("numb between your legs", "bladder", "both your legs are weak", "cold or white", "{emergency}")


@pytest.fixture(scope="module")
def course(shipped: dict[str, str]) -> Course:
    parsed = parse_course(shipped)
    assert parsed.course is not None, [str(fault) for fault in parsed.faults]
    return parsed.course


def test_the_schedule_is_what_a_clinic_reads(course: Course) -> None:
    assert [(step.kind, step.number) for step in course.steps] == [
        *(("lesson", number) for number in range(1, 5)),
        ("digest", None),
    ]
    assert course.lesson_count == 4
    assert course.clinic.sample
    assert course.answer_within == 2
    assert course.step("two-kinds").day == 3
    with pytest.raises(KeyError):
        course.step("none")
    assert course.lesson("two-kinds", "fr").language == "en"


def test_no_shipped_file_says_that_someone_checked_it(shipped: dict[str, str], course: Course) -> None:
    reviews = [fault for fault in parse_course(shipped).faults if fault.kind == "review"]
    assert len(reviews) == len(course.lessons) + 2
    assert set(course.unsigned) == {fault.file for fault in reviews}
    for lesson in course.lessons.values():
        assert lesson.review == type(lesson.review)()
        assert any(lesson.content_hash in fault.fix for fault in reviews)
    for text in shipped.values():
        if "review:" in text:
            assert 'review: {name: "", role: "", on: "", content_hash: ""}' in text


def test_a_signature_holds_for_these_words_only(shipped: dict[str, str], course: Course) -> None:
    file, empty = "lessons/en/two-kinds.md", 'review: {name: "", role: "", on: "", content_hash: ""}'
    own = course.lesson("two-kinds", "en").content_hash
    signed = f'review: {{name: "N", role: "nurse", on: 2026-11-20, content_hash: "{own}"}}'
    text = shipped[file].replace(empty, signed)
    good = parse_course(shipped | {file: text}).course
    assert good is not None
    assert good.lesson("two-kinds", "en").reviewed
    assert file not in good.unsigned
    later = parse_course(shipped | {file: text.replace("They can feel the same.", "They feel alike.")})
    assert any(f.file == file and "before its words changed" in f.what for f in later.faults)


def test_texts_fit_begin_with_the_clinic_and_name_no_condition(course: Course) -> None:
    for step in course.steps[:-1]:
        for text in course.lesson(step.lesson or "", "en").texts:
            sent = expand_text(text, clinic="Ashfield Clinic", number=step.number or 0, count=course.lesson_count)
            assert sent.startswith("Ashfield Clinic. Lesson")
            assert "{" not in sent
            assert segment(sent).count <= 2
            assert not any(word in sent[:50].lower() for word in course.private_words)
            assert all(len(s.split()) <= 15 for s in re.split(r"(?<=[.!?])\s+", sent))


def test_each_first_text_says_what_to_do_in_an_emergency(course: Course) -> None:
    for lesson in course.lessons.values():
        assert "In an emergency call {emergency}." in lesson.texts[0]
    first = course.lesson("what-is-stenosis", "en").texts[0]
    assert "HELP" in first
    assert "STOP" in first


def test_every_text_on_medicines_says_not_to_stop_alone(course: Course) -> None:
    lesson = course.lesson("medication-check", "en")
    for words in (*lesson.texts, lesson.body):
        assert "Do not stop or change a medicine on your own. Ask your doctor or pharmacist" in words


def test_every_lesson_ends_with_when_to_get_help(course: Course) -> None:
    for lesson in course.lessons.values():
        last = lesson.body.lower().split("\n## ")[-1]
        assert last.startswith("when to get help\n")
        assert all(word in last for word in HELP_WORDS)
        assert not re.search(r"(?m)^# ", lesson.body)


def test_every_lesson_asks_one_question_with_kind_words_for_each_answer(course: Course) -> None:
    for lesson in course.lessons.values():
        assert lesson.question is not None
        assert lesson.question.in_a_text() in lesson.texts[-1]
        for answer in lesson.question.answers:
            words = "Yes." if answer.key == lesson.question.right else "Thank you for your answer."
            assert answer.feedback.startswith(words)
            assert not re.search(r"all is well|probably|don't worry|wrong", answer.feedback, re.IGNORECASE)
            if lesson.slug == "medication-check":
                assert "Do not stop or change a medicine on your own." in answer.feedback


def test_a_body_is_filled_with_values_that_stay_words() -> None:
    filled = expand_body(
        "{clinic} {phone} {relay} {emergency}", clinic="A*B*", phone="+1", relay="711", emergency="911"
    )
    assert filled == r"A\*B\* \+1 711 911"


def test_the_content_hash_is_over_names_and_words_in_any_order(shipped: dict[str, str], course: Course) -> None:
    backwards = dict(reversed(shipped.items()))
    assert content_hash(backwards) == content_hash(shipped) == course.version
    assert content_hash({"a": "bc"}) != content_hash({"ab": "c"})
    assert len(course.version) == hashlib.sha256().digest_size * 2


def test_a_folder_is_read_alike_on_every_system(tmp_path: Path) -> None:
    (tmp_path / "lessons/en").mkdir(parents=True)
    (tmp_path / "schedule.yaml").write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    (tmp_path / "lessons/en/x.md").write_bytes(b"caf\xe9")
    (tmp_path / "lessons/safety.yaml").mkdir()
    files = read_folder(tmp_path / "schedule.yaml", tmp_path / "lessons")
    assert files == {"schedule.yaml": "a: 1\nb: 2\n", "lessons/en/x.md": "caf\udce9"}
    assert content_hash(files)
