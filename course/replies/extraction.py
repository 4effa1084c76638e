"""The text of a mail in; the person's own words, and what was cut, out.

No word the patient wrote may be lost: where the marks of a quotation are not clear, text is kept. Answers written
between quoted lines keep their quotes. When nothing is left, the whole text is kept and flagged.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from course.delivery.words import REPLY_MARKER
from course.replies.client_words import ORIGINAL
from course.replies.quoting import attribution_end, begins_original, is_quoted
from course.replies.sent import contains
from course.replies.signing import is_of_a_program, signature_start

LONGEST = 300_000  # characters; what comes after them goes with the words above it
MOST_LINES = 10_000
# Samsung's program runs its signature, its dashes and the names below them together on one line.
_RUN_TOGETHER = re.compile(rf"(?<=[^\s-])[ \t]*(?=-{{4,20}} ?(?:{ORIGINAL}) ?-{{4,20}})", re.IGNORECASE)
_BEFORE_PROGRAM = re.compile(r"(?<=[.!?\w])(?=Sent from my (?:\w{1,20},? ){0,4}(?:Galaxy|iPhone|smartphone|device)\b)")
_LABEL = re.compile(r"(?<=\S)[ \t]*(?=\b(?:From|De|Von): [^\n]{1,200}<[^\s<>]{1,100}@)")
_MARKED = re.compile(REPLY_MARKER, re.IGNORECASE)


@dataclass(frozen=True)
class Extracted:
    """``unsure``: nothing was left after cutting, so ``own_words`` is the whole text."""

    own_words: str
    cut: str
    unsure: bool


@dataclass
class _Sorted:
    """Line numbers, and the place where an unquoted original begins."""

    quoted: set[int]
    end: int


def extract(text: str, sent: str = "") -> Extracted:
    """Return the own words in ``text``. ``sent`` is what we sent them before, as `sent.normal` writes it."""
    begins, rest = _begin_and_rest(text)
    lines = _apart(begins).split("\n")
    found = _sort(lines)
    _restore_answered(lines, found)
    kept = [number for number in range(found.end) if number not in found.quoted]
    kept = _without_opening(lines, kept, found, sent)
    if rest and found.end == len(lines) and not all(is_quoted(line) or not line for line in rest.split("\n")):
        return Extracted(text.strip(), "", unsure=True)
    kept = _unsigned(lines, kept)
    own = "\n".join(lines[number] for number in kept).strip()
    if not re.search(r"\w", own):
        return Extracted(text.strip(), "", unsure=True)
    own_lines = set(kept)
    cut = "\n".join(line for number, line in enumerate(lines) if number not in own_lines)
    cut = f"{cut}\n{rest}".strip()
    return Extracted(own, cut, unsure=False)


def _sort(lines: Sequence[str]) -> _Sorted:
    found = _Sorted(set(), len(lines))
    number = 0
    while number < len(lines):
        after = attribution_end(lines, number)
        if after and _next_is_quoted(lines, after):
            found.quoted.update(_programs_above(lines, number))
            found.quoted.update(range(number, after))
            number = after
            continue
        if after or begins_original(lines, number) or _is_marker(lines[number]):
            found.end = number
            break
        if is_quoted(lines[number]):
            found.quoted.add(number)
        number += 1
    return found


def _begin_and_rest(text: str) -> tuple[str, str]:
    """Return what is looked at line by line, and what is too far down for it; most mails have no rest."""
    begins = text[:LONGEST]
    if begins.count("\n") > MOST_LINES:
        begins = "\n".join(begins.split("\n", MOST_LINES)[:MOST_LINES])
    return begins, text[len(begins) :]


def _apart(text: str) -> str:
    """Return ``text`` with line breaks where a mail program left them out, and not one word changed."""
    broken = _RUN_TOGETHER.sub("\n", text)
    if broken == text:
        return text
    return _LABEL.sub("\n", _BEFORE_PROGRAM.sub("\n", broken))


def _programs_above(lines: Sequence[str], number: int) -> range:
    """Return the lines directly above "On … wrote:" that a mail program wrote: "Sent from my iPhone"."""
    start = number
    while start and (not lines[start - 1].strip() or is_of_a_program(lines[start - 1])):
        start -= 1
    return range(start, number)


def _unsigned(lines: Sequence[str], kept: list[int]) -> list[int]:
    """Leave out the signature at the end; with a quotation below its first line it is no end."""
    last = len(kept)
    while last and not lines[kept[last - 1]].strip():
        last -= 1
    first = last
    while first and (first == last or kept[first] - kept[first - 1] == 1):
        first -= 1
    return kept[: first + signature_start([lines[number] for number in kept[first:last]])]


def _restore_answered(lines: Sequence[str], found: _Sorted) -> None:
    """Keep the quotes of answers written between quoted lines; one quotation alone is left out."""
    runs: list[list[int]] = []
    own_since = True
    for number in range(found.end):
        if number in found.quoted:
            if own_since:
                runs.append([])
            runs[-1].append(number)
            own_since = False
        elif lines[number].strip():
            own_since = True
    answered = runs[:-1] if runs and not own_since else runs
    if len(runs) > 1:
        for run in answered:
            found.quoted.difference_update(number for number in run if is_quoted(lines[number]))


def _without_opening(lines: Sequence[str], kept: list[int], found: _Sorted, sent: str) -> list[int]:
    """Leave out our own first line, which stands above our marker when a mail program marks no quotation."""
    if found.end == len(lines) or not _is_marker(lines[found.end]):
        return kept
    while kept and (not lines[kept[-1]].strip() or contains(sent, lines[kept[-1]])):
        kept = kept[:-1]
    return kept


def _is_marker(line: str) -> bool:
    return bool(_MARKED.search(line)) and not is_quoted(line)


def _next_is_quoted(lines: Sequence[str], start: int) -> bool:
    return next((is_quoted(line) for line in lines[start:] if line.strip()), False)
