"""A person's lines in; where the signature at their end begins, out: "-- " (RFC 3676), "Sent from my …"."""

import re
from collections.abc import Sequence

from course.replies.client_words import SENT_FROM
from course.replies.quoting import is_quoted

_DELIMITER = re.compile(r"^--\s?$")
_LONGEST_SIGNATURE = 10
_LONGEST_LINE = 250


def signature_start(lines: Sequence[str]) -> int:
    """Return the number of lines before the signature at the end."""
    end = _without_programs(lines, len(lines))
    for number in range(max(0, end - _LONGEST_SIGNATURE), end):
        if _DELIMITER.match(lines[number]) and not any(is_quoted(line) for line in lines[number:end]):
            return _without_programs(lines, number)
    return end


def is_of_a_program(line: str) -> bool:
    """Return whether a mail program, and no person, wrote this line below a letter."""
    return len(line) <= _LONGEST_LINE and bool(SENT_FROM.match(line))


def _without_programs(lines: Sequence[str], end: int) -> int:
    end = _without_blank(lines, end)
    while end and is_of_a_program(lines[end - 1]):
        end = _without_blank(lines, end - 1)
    return end


def _without_blank(lines: Sequence[str], end: int) -> int:
    while end and not lines[end - 1].strip():
        end -= 1
    return end
