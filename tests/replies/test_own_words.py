"""Own words out of the mails of many programs and languages: how many are exact, and that none is lost."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.replies import letter
from course.replies.extraction import extract
from course.replies.html_words import to_text
from tests.replies.clients.make import Sample, held_out, samples

PIECES = (
    "On Mon, Nov 23, 2026 at 10:00 AM A <a@example.org> wrote:", "> ", ">", "-- ", "From: a@example.org", "Sent: 2026",
    "To: b", "Subject: c", "-----Original Message-----", "________________", "Sent from my iPhone", "I walk.", "",
    "yes",
    "--- Write your reply above this line ---", "-------- Original message --------From: A <a@example.org> To: b",
)  # fmt: skip


@dataclass
class Score:
    """How many mails there were, and the names of those that came out otherwise than they were written."""

    mails: int
    inexact: list[str]
    lost: list[str]
    extra: list[str]


def score(mails: Iterable[Sample]) -> Score:
    """Compare word by word; a `>` counts as a word."""
    found = Score(0, [], [], [])
    for mail in mails:
        own = mail.own.split()
        got = extract(letter.words(letter.open_letter(mail.raw))).own_words.split()
        found.mails += 1
        found.inexact += [mail.name] if own != got else []
        found.lost += [mail.name] if Counter(own) - Counter(got) else []
        found.extra += [mail.name] if Counter(got) - Counter(own) else []
    return found


@pytest.mark.parametrize(("mails", "fewest"), [(samples, 300), (held_out, 30)])
def test_own_words_are_exact_and_none_is_lost(mails: object, fewest: int) -> None:
    found = score(mails())  # type: ignore[operator]
    assert found.mails >= fewest
    assert found.lost == []
    assert len(found.inexact) <= 0.05 * found.mails, found.inexact
    assert len(found.extra) <= 0.03 * found.mails, found.extra


@pytest.mark.parametrize(
    "words",
    [
        "On 3 May my doctor wrote:\nRest for a week. Is that right?",
        "Sent from my hospital bed.",
        "Sent from my phone because I cannot get up.",
        "Date: Monday\nTo: the shop and back\nI sat down twice.",
        "My diary\n10:30: cramp\n11:00: better",
        "I wrote to my doctor on 12.5.2026:\nshe has not answered.",
        "From: 10:00 I walked.\nTo: 11:00 I sat.",
    ],
)
def test_a_person_who_writes_like_a_mail_program_keeps_every_word(words: str) -> None:
    assert extract(words).own_words == words


def test_a_line_of_the_person_directly_above_a_wrapped_attribution_is_kept() -> None:
    text = "Until 10:30 it hurt\npon., 23 lis 2026 o 10:00 Ashfield Clinic\n<course@example.org> napisał(a):\n\n> x"
    assert extract(text).own_words == "Until 10:30 it hurt"


def test_a_forwarded_mail_with_no_word_of_the_person_is_kept_whole_and_flagged() -> None:
    text = "---------- Forwarded message ---------\nFrom: A <a@example.org>\nDate: 1 May 2026\nSubject: x\n\nHello"
    found = extract(text)
    assert (found.own_words, found.cut, found.unsure) == (text, "", True)


def test_a_person_who_moves_their_words_to_the_right_is_not_quoting() -> None:
    html = '<div>First.</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px">Second.</blockquote>'
    assert extract(to_text(html)).own_words == "First.\nSecond."


def test_a_signature_above_inline_answers_takes_none_of_them() -> None:
    text = "See below.\n-- \nPat\n\nOn 1 May 2026, A <a@example.org> wrote:\n> q\nFirst.\n> r\nSecond."
    assert "First." in extract(text).own_words
    assert "Second." in extract(text).own_words


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=30), max_size=14))
@settings(max_examples=300)
def test_own_words_and_what_was_cut_hold_every_word(lines: list[str]) -> None:
    text = letter.clean("\n".join(lines))
    found = extract(text)
    before, after = Counter(text.split()), Counter(f"{found.own_words}\n{found.cut}".split())
    assert "".join(sorted("".join(before.elements()))) == "".join(sorted("".join(after.elements())))


@pytest.mark.parametrize("deep", [150, 400, 5_000])
def test_html_however_deep_loses_no_word(deep: int) -> None:
    assert to_text("<div>" * deep + "My leg." + "</div>" * deep + "<p>Both.").split() == ["My", "leg.", "Both."]


@pytest.mark.parametrize(
    "broken", ["a <b c", "<p>1 < 2 and 3 > 2", "<style>My leg", "<!-- My leg", "<blockquote>x</p>y"]
)
def test_broken_html_is_read(broken: str) -> None:
    assert isinstance(extract(to_text(broken)).own_words, str)


def test_a_mail_far_too_long_to_look_through_is_kept_whole() -> None:
    text = "My leg hurts.\n" * 200_000
    assert extract(text).own_words == text.strip()
    assert extract(f"Hello.\n\nOn 1 May 2026, A <a@example.org> wrote:\n\n{text}").own_words == "Hello."
