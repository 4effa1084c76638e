"""Lines of a mail in; where a quotation begins out: the marks that mail programs leave above what they quote.

Every pattern is bounded and looks at one short line, or at four joined, so that no mail can hold it up.
"""

import re
from collections.abc import Sequence

from course.replies.client_words import ADDRESS, FROM, HEADERS, OPENINGS, ORIGINAL, WROTE

_ATTRIBUTION_LINES = 4
_LONGEST_ATTRIBUTION = 500
_LONGEST_LINE = 400
_UNSEEN = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]")

_OPENS = re.compile(rf"^[-\s*]{{0,8}}(?:{OPENINGS})\b.{{0,40}}?\d", re.IGNORECASE)
_WROTE = re.compile(rf"(?:\b|(?<=[^\x00-\x7f])|(?<=\d))(?:{WROTE})", re.IGNORECASE)
_ENDS = re.compile(r"(?:[:：]|\bwrote|\bescribi[óo])[-\s*_]{0,8}$", re.IGNORECASE)
_ENDS_IN_DASHES = re.compile(rf"^-{{2,}}.{{0,400}}\b(?:{WROTE})\s?-{{2,}}$", re.IGNORECASE)
_ADDRESS = re.compile(rf"[<(\[]\s?(?:mailto:)?{ADDRESS}\s?[>)\]]|^{ADDRESS}|\b(?:by|от|von|por|par) {ADDRESS}")
_YEAR = r"(?:19|20)\d\d"
_HOUR = r"\b\d{1,2}\s?[:.h]\s?\d\d\b"
_NUMBERS = r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b"
_DATED = re.compile(rf"{_YEAR}|{_HOUR}|{_NUMBERS}")
_BOTH = re.compile(rf"(?:{_YEAR}|{_NUMBERS}).{{0,60}}{_HOUR}|{_HOUR}.{{0,60}}(?:{_YEAR}|{_NUMBERS})")
_DATE_FIRST = re.compile(rf"^.{{0,40}}(?:{_YEAR}|{_HOUR}|{_NUMBERS})")
_QUOTED_SOON = 3

_FROM = re.compile(rf"^[\s*_|]{{0,8}}(?:{FROM})\s?[*_]{{0,2}}\s?[:：][*_]{{0,2}}(?:\s|$|\S*@)", re.IGNORECASE)
_HEADER = re.compile(rf"^[\s*_|]{{0,8}}({FROM}|{HEADERS})\s?[*_]{{0,2}}\s?[:：]", re.IGNORECASE)
_ANY_HEADER = re.compile(r"^[\s*_]{0,8}[^\W\d][^:：\n]{0,24}[:：]\s?\S")
_ORIGINAL = re.compile(
    rf"^\W{{0,3}}[-_=]{{2,}}\s*(?:{ORIGINAL})\s*(?:[-_=]{{2,}}|[^\n]{{0,60}}$)|^(?:{ORIGINAL})\s?[:：]\s*$",
    re.IGNORECASE,
)
_TITLED_RULE = re.compile(r"^\s*[-=_]{4,}\s?[^-=_\s].{0,60}[^-=_\s]\s?[-=_]{4,}\s*$")
_RULE = re.compile(r"^\s*[_=-]{8,}\s*$")
_FEWEST_HEADERS = 3
_BLOCK = 12


def is_quoted(line: str) -> bool:
    """Return whether a mail program marked this line as quoted."""
    return line.lstrip().startswith((">", "|>"))


def attribution_end(lines: Sequence[str], start: int) -> int:
    """Return the line after "On … wrote:" when it begins at ``start``, wrapped over up to four lines; else 0."""
    end = _end(lines, start)
    if not end or end == start + 1:
        return end
    # The shortest stands: a line of the person's own directly above is not part of it.
    opens = _opens(lines[start])
    later = range(start + 1, end)
    return 0 if any(_end(lines, each, alone=True) and (not opens or _opens(lines[each])) for each in later) else end


def begins_original(lines: Sequence[str], start: int) -> bool:
    """Return whether a block of From, Sent, To and Subject, or the rule above one, begins here."""
    line = _plain(lines[start][:_LONGEST_LINE])
    if _ORIGINAL.match(line):
        return True
    if _RULE.match(line) or _TITLED_RULE.match(line):
        following = next((each for each in range(start + 1, min(start + 4, len(lines))) if lines[each].strip()), 0)
        return bool(following) and (_is_block(lines, following) or _is_unknown_block(lines, following))
    return bool(_HEADER.match(line)) and _is_block(lines, start)


def _end(lines: Sequence[str], start: int, *, alone: bool = False) -> int:
    joined = ""
    for count, line in enumerate(lines[start : start + _ATTRIBUTION_LINES], start=1):
        if is_quoted(line) or not line.strip() or len(line) > _LONGEST_LINE:
            break
        joined = f"{joined} {_plain(line).strip()}".strip()
        if len(joined) > _LONGEST_ATTRIBUTION or (count == 1 and not _may_begin(joined)):
            break
        if alone and not _DATED.search(joined):
            continue
        if _is_attribution(joined, not alone and _quoted_follows(lines, start + count)):
            return start + count
    return 0


def _may_begin(line: str) -> bool:
    return "<" in line or "@" in line or bool(_OPENS.match(line) or _DATE_FIRST.match(line) or _WROTE.search(line))


def _is_attribution(joined: str, quoted_follows: bool) -> bool:
    if _ENDS_IN_DASHES.match(joined):
        return bool(_DATED.search(joined))
    if not _ENDS.search(joined):
        return False
    addressed, dated = bool(_ADDRESS.search(joined)), bool(_DATED.search(joined))
    wrote = bool(_WROTE.search(joined))
    if addressed and (dated or wrote):
        return True
    if wrote and (_BOTH.search(joined) or (_OPENS.match(joined) and dated and _at_end(joined))):
        return True
    return quoted_follows and (dated or (wrote and (_OPENS.match(joined) is not None or "@" in joined)))


def _at_end(joined: str) -> bool:
    """Return whether the hour or the year is written out: "On 3 May my doctor wrote:" is a person's own sentence."""
    return bool(_BOTH.search(joined) or re.search(_YEAR, joined))


def _quoted_follows(lines: Sequence[str], start: int) -> bool:
    return next((is_quoted(line) for line in lines[start : start + _QUOTED_SOON] if line.strip()), False)


def _opens(line: str) -> bool:
    return bool(_OPENS.match(_plain(line)))


def _is_block(lines: Sequence[str], start: int) -> bool:
    """Return whether three labels, a sender's among them, stand in the lines from ``start``."""
    labels: set[str] = set()
    sender = False
    for line in _block(lines, start):
        found = _HEADER.match(line)
        if found:
            labels.add(found[1].casefold())
            sender = sender or bool(_FROM.match(line))
    return sender and len(labels) >= _FEWEST_HEADERS


def _is_unknown_block(lines: Sequence[str], start: int) -> bool:
    """Return whether labels of a language we do not know stand here: one has an address, another a date."""
    block = [line for line in _block(lines, start) if _ANY_HEADER.match(line)]
    return len(block) >= _FEWEST_HEADERS and "@" in "".join(block) and bool(_DATED.search(" ".join(block)))


def _block(lines: Sequence[str], start: int) -> list[str]:
    block: list[str] = []
    empty = 0
    for line in lines[start : start + _BLOCK]:
        empty = 0 if line.strip() else empty + 1
        if empty > 1 and len(block) > 1:
            break
        if line.strip():
            block.append(_plain(line)[:_LONGEST_LINE])
    return block


def _plain(line: str) -> str:
    return _UNSEEN.sub("", line).replace("\xa0", " ")
