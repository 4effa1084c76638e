"""What gives a person away is taken out; doses, discs and plain dates are left alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.discussion import redaction
from tests.factories import make_subscriber


@pytest.mark.parametrize(
    ("text", "kind", "secret"),
    [
        ("Write to maria.lopez+x@mail.example.org please", "email", "maria.lopez+x@mail.example.org"),
        ("I am at maria at gmail dot com", "email", "maria at gmail dot com"),
        ("Call me on (202) 555-0143 today", "phone", "(202) 555-0143"),
        ("My number is +44 20 7946 0018.", "phone", "+44 20 7946 0018"),
        ("ring 555-0143", "phone", "555-0143"),
        ("2025550143 is mine", "phone", "2025550143"),
        ("see https://example.org/me?x=1 for it", "link", "https://example.org/me?x=1"),
        ("my page is www.maria.example", "link", "www.maria.example"),
        ("I was born on 3 March 1950 in town", "date", "3 March 1950"),
        ("DOB: 03/04/1950", "date", "03/04/1950"),
        ("My name is Maria Lopez and I hurt", "name", "Maria Lopez"),
        ("my name is maria", "name", "maria"),
        ("Can I walk?\n\nThanks,\nMaria L.", "name", "Maria L"),
        ("Can I walk? Best wishes Bob", "name", "Bob"),
        ("Can I walk?\nRosa", "name", "Rosa"),
        ("Me llamo Rosa, hola", "name", "Rosa"),
    ],
)
def test_it_is_taken_out(text: str, kind: str, secret: str) -> None:
    redacted = redaction.propose(text, None)
    assert secret not in redacted.text
    assert redaction.MARK in redacted.text
    assert kind in [found for found, _words in redacted.found]


@pytest.mark.parametrize(
    "text",
    ["I take 300 mg, 3 times a day", "L4/L5 and L5-S1 are narrow", "My operation was in March 2019",
     "It began on 12/03/2024",
     "I walk 10-15 minutes, 2 x 500 mg", "surgery 2019-03-12", "Walk 1000 2000 steps?", "Call 911?",
     "Can I walk?\nThanks", "Can I walk?\nYes or no?", "I am tired", "this is terrible", "between 8.30 and 10.45",
     "Thanks for all the help", "blood pressure 120/80, pulse 60-70"],
)  # fmt: skip
def test_it_is_left_alone(text: str) -> None:
    assert redaction.propose(text, None) == redaction.Redacted(text, [])


def test_the_persons_own_name_and_addresses_are_found_however_they_are_written(db: Any) -> None:
    person = make_subscriber("sms", "+12025550143", greeting_name="Mrs Will Ng")
    text = "will I walk? Will here, NG. Text 5 5 5 - 0 1 4 3 or 202.555.0143"
    redacted = redaction.propose(text, person)
    assert redacted.text == "will I walk? [removed] here, [removed]. Text [removed] or [removed]"


@given(text=st.text(max_size=80))
def test_no_text_makes_it_fail(text: str) -> None:
    redaction.propose(text, None)


@given(before=st.sampled_from(["", "hello ", "it's me, ", "x\n"]), after=st.sampled_from(["", " bye", "\nok?", "."]))
def test_an_email_address_never_stays(before: str, after: str) -> None:
    assert "@" not in redaction.propose(f"{before}a.b@example.org{after}", None).text
