"""Red flags catch what they must, safety words fit, and old numbers are found."""

import re
from datetime import date

import pytest

from course.curriculum.folder import RED_FLAGS, SAFETY
from course.curriculum.model import Course
from course.curriculum.parse import parse_course, stale_numbers
from course.curriculum.plain_words import readings
from course.curriculum.red_flag_file import caught
from course.curriculum.segments import segment
from course.curriculum.wording import expand_safety


@pytest.fixture(scope="module")
def course(shipped: dict[str, str]) -> Course:
    parsed = parse_course(shipped)
    assert parsed.course is not None, [str(fault) for fault in parsed.faults]
    return parsed.course


def tiers(course: Course, text: str) -> set[str]:
    return {
        flag.kind if flag.kind == "self_harm" else flag.tier
        for flag in course.red_flags
        if caught(flag, readings(text, course.shorthand))
    }


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        ("I can't feel my legs", "A"),
        ("STOP. I CAN\u2019T FEEL MY LEGS", "A"),
        ("numb between my legs", "A"),
        ("I have no bladder control", "A"),
        ("can't pee", "A"),
        ("cant pee since yesterday", "A"),
        ("my foot is white and\ncold", "A"),
        ("id be better off dead", "self_harm"),
        ("My leg gave way on the stairs", "B"),
        ("i feel hopeless", "C"),
    ],
)
def test_lay_words_are_caught(course: Course, text: str, tier: str) -> None:
    assert tier in tiers(course, text)


@pytest.mark.parametrize(
    "text",
    [
        "the cramp eases when I stop walking",
        "Is it fine to take the bus to my class?",
        "I slipped a disc years ago",
        "Reduced pain in my leg, thank you",
    ],
)
def test_plain_questions_are_left_alone(course: Course, text: str) -> None:
    assert tiers(course, text) == set()


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("    tier: B", "    tier: D", '.tier` is "D"'),
        ("    kind: urgent", "    kind: emergency", "kind `emergency` does not belong to tier B"),
        ("- wet the bed", "- wet (the bed", "does not compile"),
        ("- paraly~", "- (<bothlegs>)", "`<bothlegs>` is not listed"),
        ("- paraly~", "- paraly[sz]ed.*", "it holds * ."),
        ("- foot drops?", "- foot(drops)?", "half a word"),
        ("- can't pee", "- I like tea", "does not catch its own example"),
        ("    - What does the word", "    - My foot is white. What does the word", "must leave alone"),
        ("  - id: bowel", "  - id: bladder", "used twice"),
        ("  - id: bowel\n    tier: A\n", "  - id: bowel\n", "tier` is missing"),
    ],
)
def test_a_broken_rule_is_a_fault(shipped: dict[str, str], old: str, new: str, what: str) -> None:
    assert old in shipped[RED_FLAGS]
    parsed = parse_course(shipped | {RED_FLAGS: shipped[RED_FLAGS].replace(old, new, 1)})
    assert parsed.course is None
    assert any(what in fault.what and fault.line > 1 for fault in parsed.faults), parsed.faults


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("  other:", "  elsewhere:", "not listed"),
        ("kind: self_harm", "kind: urgent", "no `en` words of kind `self_harm`"),
        ("{clinic}: thank", "Thank", "begin with the clinic"),
        ("We may not read this for hours.", "We may not read this for hours. " + "Go. " * 40, "segments"),
        ("leer esto.", "leer esto. " + "Vaya. " * 40, "segments"),
        ("a cualquier hora", "a la hora que sea, de d\u00eda o de noche", "segments"),
        ("members: [AT, BE", "members: [AT, AT, BE", "named twice"),
        ("checked: 2026-11-23", "checked: soon", "not a date"),
        ('    crisis: "988"\n', "", "`countries.US.crisis` is missing"),
        ("Call {emergency} or go to A&E", "Call {emergancy} or go to A&E", "not a placeholder"),
        ("- id: gb-urgent", "- id: us-urgent", "used twice"),
    ],
)
def test_a_broken_safety_file_is_a_fault(shipped: dict[str, str], old: str, new: str, what: str) -> None:
    assert old in shipped[SAFETY]
    parsed = parse_course(shipped | {SAFETY: shipped[SAFETY].replace(old, new, 1)})
    assert parsed.course is None
    assert any(what in fault.what for fault in parsed.faults), parsed.faults


def test_safety_words_fit_two_plain_segments_everywhere(course: Course) -> None:
    for text in course.safety_texts:
        number = course.emergency(text.country).emergency
        for words in (text.text, text.email) if (text.country, text.language) != ("other", "es") else ():
            assert number in expand_safety(words, clinic=course.clinic.name, emergency=number)
        size = segment(expand_safety(text.text, clinic=course.clinic.name, emergency=number))
        assert (size.encoding, size.count <= 2) == ("GSM-7", True)


def test_an_unknown_country_gets_words_without_a_number(course: Course) -> None:
    assert course.emergency("JP").emergency == "your local emergency number"
    assert "911" not in course.safety_text("emergency", "JP", "en").text
    assert not re.search(r"\d", course.safety_text("emergency", "JP", "es").text)
    assert course.safety_text("emergency", "GB", "fr").id == "gb-emergency"
    assert course.emergency("US").crisis == "988"
    with pytest.raises(KeyError):
        course.safety_text("low_mood", "US", "en")


@pytest.mark.parametrize("country", ["US", "GB", "FR", "JP"])
@pytest.mark.parametrize("kind", ["emergency", "self_harm", "urgent"])
def test_spanish_has_every_safety_text_that_english_has(course: Course, country: str, kind: str) -> None:
    english, spanish = course.safety_text(kind, country, "en"), course.safety_text(kind, country, "es")
    assert (spanish.language, spanish.tier, spanish.country) == ("es", english.tier, english.country)


def test_a_country_of_the_union_has_its_one_number(course: Course) -> None:
    assert [course.emergency(country).emergency for country in ("ES", "IE", "DE")] == ["112"] * 3
    assert course.safety_text("emergency", "ES", "es").id == "eu-emergency-es"
    assert "18000" in course.safety_text("emergency", "GB", "en").text


def test_numbers_go_stale_after_twelve_months(course: Course) -> None:
    assert stale_numbers(course, date(2026, 11, 28)) == []
    assert stale_numbers(course, date(2027, 11, 23)) == []
    stale = stale_numbers(course, date(2027, 11, 29))
    assert len(stale) == len(course.emergencies) + len(course.safety_texts)
    assert all(fault.file == SAFETY and fault.line > 1 and fault.kind == "error" for fault in stale)
    assert "still to come" in stale_numbers(course, date(2026, 11, 22))[0].what
