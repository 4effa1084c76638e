"""In: lessons/redflags.yaml. Out: triage rules with patterns ready to match, or every fault in them.

What a pattern may hold is said in `pattern.py`, and what a text looks like when it is matched in `plain_words.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import TypeAdapter

from course.curriculum.document import Document, Place
from course.curriculum.faults import nearest
from course.curriculum.model import FlagKind, RedFlag, Tier
from course.curriculum.pattern import BadPattern, Pattern, names_in, plain, read_pattern, vocabulary
from course.curriculum.plain_words import Plain, Shorthand, readings
from course.curriculum.values import Row, Slug, Words

KINDS: dict[Tier, tuple[FlagKind, ...]] = {
    "A": ("emergency", "self_harm"),
    "B": ("urgent",),
    "C": ("urgent", "low_mood"),
}

ByLanguage = dict[str, tuple[Words, ...]]


class RuleRow(Row):
    """One entry of `rules`. ``catches`` are sentences that it must catch, checked whenever the file is
    read.
    """

    id: Slug
    tier: Tier
    kind: FlagKind
    wording: Words
    source: Words
    reason: Words
    patterns: ByLanguage
    eased_by: ByLanguage = {}
    catches: ByLanguage


@dataclass(frozen=True)
class RedFlagFile:
    """What redflags.yaml says, as far as it could be read."""

    rules: tuple[RedFlag, ...] = ()
    shorthand: Shorthand = field(default_factory=Shorthand)


_RULES = "rules"
_OPTIONAL = ("shorthand", "waivers")
_ROW = TypeAdapter(RuleRow)
_VERSION: TypeAdapter[str] = TypeAdapter(Words)
_WORDS: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, Words])
_LEAVES: TypeAdapter[ByLanguage] = TypeAdapter(ByLanguage)

T = TypeVar("T")
Rows = list[tuple[Place, RuleRow]]


def read_red_flags(doc: Document) -> RedFlagFile:
    """Read the whole file and note every fault in ``doc``."""
    if doc.data is None:
        return RedFlagFile()
    doc.check_keys((), ("review", "version", "words", "leaves", _RULES), _OPTIONAL)
    if doc.value((_RULES,)) is not None and not isinstance(doc.value((_RULES,)), list):
        doc.fault((_RULES,), "`rules` is not a list", "Write one rule after another, each after a dash.")
        return RedFlagFile()
    version = _given(doc, "version", _VERSION) or ""
    words = _given(doc, "words", _WORDS) or {}
    short = _given(doc, "shorthand", _WORDS) or {}
    rows = [(place, row) for place in doc.entries((_RULES,)) if (row := doc.read(place, _ROW)) is not None]
    _check_ids(doc, rows)
    table = tuple((plain(key), plain(value)) for key, value in sorted(short.items()))
    file = RedFlagFile(
        tuple(_rule(doc, place, row, words) for place, row in rows),
        Shorthand(version, table, frozenset(_vocabulary(rows, words))),
    )
    _check_examples(doc, rows, file, _given(doc, "leaves", _LEAVES) or {})
    return file


def caught(rule: RedFlag, texts: Sequence[Plain], language: str = "") -> bool:
    """Return whether a pattern of ``rule``, of one language or of any, matches one of these readings."""
    found = [rule.patterns.get(language, ())] if language else rule.patterns.values()
    return any(any(text.hits(pattern)) for patterns in found for pattern in patterns for text in texts)


def _given(doc: Document, key: str, kind: TypeAdapter[T]) -> T | None:
    return doc.read((key,), kind) if doc.value((key,)) is not None else None


def _check_ids(doc: Document, rows: Rows) -> None:
    seen: dict[str, int] = {}
    for place, row in rows:
        if row.id in seen:
            what = f"the id `{row.id}` is used twice, first on line {seen[row.id]}"
            doc.fault((*place, "id"), what, "Give each rule its own id.")
        seen.setdefault(row.id, doc.line((*place, "id")))
        if row.kind not in KINDS[row.tier]:
            what = f"kind `{row.kind}` does not belong to tier {row.tier}"
            doc.fault((*place, "kind"), what, f"Use {' or '.join(KINDS[row.tier])}.")


def _vocabulary(rows: Rows, words: Mapping[str, str]) -> Iterator[str]:
    for short in words.values():
        yield from vocabulary(short)
    for _place, row in rows:
        for patterns in row.patterns.values():
            for short in patterns:
                yield from vocabulary(short)


def _rule(doc: Document, place: Place, row: RuleRow, words: Mapping[str, str]) -> RedFlag:
    patterns = {
        language: _expressions(doc, (*place, "patterns", language), each, words)
        for language, each in row.patterns.items()
    }
    eased = [
        pattern
        for language, each in row.eased_by.items()
        for pattern in _expressions(doc, (*place, "eased_by", language), each, words)
    ]
    return RedFlag(row.id, row.tier, row.kind, patterns, row.wording, row.source, row.reason, tuple(eased))


def _expressions(
    doc: Document, place: Place, patterns: tuple[str, ...], words: Mapping[str, str]
) -> tuple[Pattern, ...]:
    """Return the patterns that can be read; note the others."""
    good = []
    for index, short in enumerate(patterns):
        unknown = [name for name in names_in(short) if name not in words]
        for name in unknown:
            doc.fault((*place, index), f"`<{name}>` is not listed under `words`", nearest(name, words))
        try:
            read = read_pattern(short, words)
        except BadPattern as error:
            fix = "A pattern holds letters, spaces and the signs ( | ) ? ~ [3] <name>; see the head of the file."
            doc.fault((*place, index), f"the pattern `{short}` does not compile: {error}", fix)
            continue
        if not unknown:
            good.append(read)
    return tuple(good)


def _check_examples(doc: Document, rows: Rows, file: RedFlagFile, leaves: ByLanguage) -> None:
    left = [
        (("leaves", language, index), sentence, readings(sentence, file.shorthand))
        for language, sentences in leaves.items()
        for index, sentence in enumerate(sentences)
    ]
    for (place, row), rule in zip(rows, file.rules, strict=True):
        _check_catches(doc, place, row, rule, file.shorthand)
        for spot, sentence, texts in left:
            if caught(rule, texts):
                what = f'rule `{row.id}` catches "{sentence}", which it must leave alone'
                doc.fault(spot, what, "Narrow the rule's patterns.")


def _check_catches(doc: Document, place: Place, row: RuleRow, rule: RedFlag, shorthand: Shorthand) -> None:
    for language in row.patterns:
        if not row.catches.get(language):
            what = f"rule `{row.id}` has no example in `{language}`"
            doc.fault((*place, "catches"), what, "Add a sentence that it must catch.")
    for language, examples in row.catches.items():
        for index, sentence in enumerate(examples):
            if not caught(rule, readings(sentence, shorthand), language):
                what = f'rule `{row.id}` does not catch its own example "{sentence}"'
                doc.fault((*place, "catches", language, index), what, "Widen a pattern, or change the example.")
