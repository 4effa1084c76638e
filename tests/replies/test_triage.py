"""Red flags in what people write."""

from functools import lru_cache
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.curriculum.model import Course
from course.curriculum.parse import parse_course
from course.replies import corpus, triage
from course.replies.triage_report import Share, below_goal, measure
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
        "HEEELP cant feeel my lesgs",
        "u said to write. i cant feel my legs",
        "no siento las piernas",
        "No puedo controlar la orina",
        "me hice encima",
        "Tengo un dolor muy fuerte en el pecho",
        "I read the lesson and I can't feel my legs",
        "My husband says my face is drooping",
        "My wife is having chest pain, what should I do?",
        "I had chest pain years ago and today it is back",
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
        "no tengo dolor en el pecho",
        "my legs are not weak",
        "My father had a stroke",
        "What should I do if I can't pee?",
        'The lesson says "numb between the legs"',
        "I had chest pain ten years ago",
    ],
)
def test_a_denied_emergency_is_read_first_and_no_less(text: str) -> None:
    assert tier_of(text) == Tier.CHECK


@pytest.mark.parametrize(
    "text",
    [
        "Can I still go to my class?",
        "The cramp eases when I stop walking.",
        "",
        "Thanks!",
        "see you next week",
        "the food is cold",
        "My foot hurts in the cold",
    ],
)
def test_an_ordinary_question_has_no_tier(text: str) -> None:
    assert tier_of(text) == Tier.NONE


@pytest.mark.parametrize(
    "text",
    [
        "My dad, I can hardly wake him, he takes morphine",
        "Mi suegra toma morfina y no hay quien la despierte",
        "Mi esposo amaneci\u00f3 con la boca chueca",
        "My husband does this course His mouth is drooping",
        "My son wants to kill himself",
    ],
)
def test_somebody_close_who_is_ill_now_is_tier_a(text: str) -> None:
    assert tier_of(text) == Tier.A


def test_what_is_said_to_be_over_is_read_first_and_no_alarm() -> None:
    assert tier_of("Years ago I thought about ending it, not now") == Tier.CHECK


def test_the_most_urgent_rule_counts() -> None:
    flags = triage.find(shipped(), "I feel so depressed, one calf is swollen, and I want to kill myself")
    assert [flag.tier for flag in flags] == [Tier.A, Tier.B, Tier.C]
    assert flags[0].kind == "self_harm"


@pytest.mark.parametrize("file", corpus.shipped(), ids=lambda file: file.stem)
def test_red_flags_catch_what_they_must_and_leave_ordinary_questions_alone(file: Path) -> None:
    messages = corpus.read(file)
    for way, typed in corpus.ways().items():
        measured = measure(shipped(), messages, way, typed)
        assert not below_goal(measured), [miss for miss in measured.misses if miss.wanted in ("A", "B")]


def test_the_own_half_holds_enough_in_both_languages() -> None:
    own = corpus.read(corpus.SHIPPED / "triage.jsonl")
    assert len(own) >= 330
    assert sum(message.tier == "none" for message in own) >= 150
    assert {message.lang for message in own if message.tier == "A"} == {"en", "es"}


def test_the_bounds_of_a_share_are_those_of_wilson() -> None:
    low, high = Share(9, 10).bounds
    assert (round(low, 3), round(high, 3)) == (0.596, 0.982)
    assert Share(149, 149).bounds[1] == pytest.approx(1)


def test_typos_are_the_same_with_the_same_seed() -> None:
    text = "numbness between my legs since yesterday"
    assert corpus.with_typos(text, 7) == corpus.with_typos(text, 7) != text
    assert corpus.with_typos(text, 8) != corpus.with_typos(text, 7)


def test_words_that_are_too_many_to_search_are_read_by_a_person() -> None:
    assert tier_of("fine " * 20_000) == Tier.CHECK


@pytest.mark.parametrize("text", ["no " * 20_000, "cant feel " * 6_000, "numb my " * 7_000, "a" * 60_000, '"' * 60_000])
def test_no_text_takes_long(text: str) -> None:
    tier_of("warm")
    start = process_time()
    tier_of(text)
    assert process_time() - start < 5


@given(st.text(max_size=300))
def test_no_text_makes_it_fail(text: str) -> None:
    triage.find(shipped(), text)
