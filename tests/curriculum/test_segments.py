"""Texts are counted as a carrier counts them."""

import pytest

from course.curriculum.segments import fold, segment


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        # The escape pair at the end of the first part is not cut: 152 + 1 pair moves on.
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("í" * 70, "UCS-2", 70, 1),
        ("í" * 71, "UCS-2", 71, 2),
        ("í" * 134, "UCS-2", 134, 2),
        ("í" * 66 + "😀" + "í" * 66, "UCS-2", 134, 3),
        ("👍🏽" * 17, "UCS-2", 68, 1),
        ("👍🏽" * 18, "UCS-2", 72, 2),
        ("í" * 65 + "🇺🇸" + "í" * 10, "UCS-2", 79, 2),
    ],
)
def test_segments_of(text: str, encoding: str, units: int, count: int) -> None:
    found = segment(text)
    assert (found.encoding, found.units, found.count) == (encoding, units, count)


def test_a_flag_is_not_cut_in_two() -> None:
    # 65 + 4 units exceed 67, so the flag opens the second part, which then overflows by one.
    assert segment("í" * 65 + "🇺🇸" + "í" * 64).count == 3
    assert segment("í" * 65 + "🇺🇸" + "í" * 63).count == 2


def test_curly_quotes_and_dashes_are_made_plain() -> None:
    curly = "\u201cDon\u2019t wait\u201d \u2013 call\u00a0us\u2026"
    assert fold(curly) == '"Don\'t wait" - call us...'
    assert segment(curly).encoding == "UCS-2"
    assert segment(fold(curly)).encoding == "GSM-7"


def test_each_sign_of_the_extension_table_costs_two() -> None:
    assert [segment(sign).units for sign in "^{}\\[~]|\u20ac\f"] == [2] * 10
