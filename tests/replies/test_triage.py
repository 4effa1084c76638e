"""Red flags in what people write."""

from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.curriculum.model import Course
from course.curriculum.parse import parse_course
from course.replies import triage
from course.replies.words import Tier
from tests.factories import course_files


@lru_cache
def shipped() -> Course:
    parsed = parse_course(course_files())
    assert parsed.course
    return parsed.course


def tier_of(text: str) -> Tier:
    return triage.highest(triage.find(shipped(), text))


@pytest.mark.parametrize(
    "text",
    [
        "I have no bladder control",
        "I can't feel my legs",
        "STOP. I can\u2019t feel my legs",
        "I never had chest pain before",
        "not only chest pain but I sweat",
        "NUMB BETWEEN\nMY LEGS",
        "I have no numbness until today: numb between my legs",
        "I have no chest pain and I can't pee",
    ],
)
def test_an_emergency_is_tier_a(text: str) -> None:
    assert tier_of(text) == Tier.A


@pytest.mark.parametrize(
    "text",
    [
        "I don't have chest pain",
        "no numbness between my legs",
        "I have no chest pain or shortness of breath",
        "I have not had any chest pain",
        "without weakness in both legs",
    ],
)
def test_a_denied_emergency_is_read_first_and_no_less(text: str) -> None:
    assert tier_of(text) == Tier.CHECK


@pytest.mark.parametrize("text", ["Can I still go to my class?", "The cramp eases when I stop walking.", "", "Thanks!"])
def test_an_ordinary_question_has_no_tier(text: str) -> None:
    assert tier_of(text) == Tier.NONE


def test_the_most_urgent_rule_counts() -> None:
    flags = triage.find(shipped(), "I feel so depressed, one calf is swollen, and I want to kill myself")
    assert [flag.tier for flag in flags] == [Tier.A, Tier.B, Tier.C]
    assert flags[0].kind == "self_harm"


@given(st.text(max_size=300))
def test_no_text_makes_it_fail(text: str) -> None:
    triage.find(shipped(), text)
