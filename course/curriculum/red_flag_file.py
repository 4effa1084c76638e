"""In: lessons/redflags.yaml. Out: triage rules with patterns ready to match, or every fault in them.

A pattern is a regular expression a nurse can read. Four things make it shorter: it begins at the start of a
word, a space stands for any run of white space, an apostrophe for a straight or a curly one, and ``<name>``
for the words listed under ``words``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from course.curriculum.document import Document, Place
from course.curriculum.faults import nearest
from course.curriculum.model import FlagKind, RedFlag, Tier
from course.curriculum.values import Row, Slug, Words

KINDS: dict[Tier, tuple[FlagKind, ...]] = {
    "A": ("emergency", "self_harm"),
    "B": ("urgent",),
    "C": ("urgent", "low_mood"),
}
_NAME = re.compile(r"<([a-z_]+)>")
_CLASS_OR_SIGN = re.compile(r"(\[[^\]]*\])| +|'")

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
    catches: ByLanguage


@dataclass
class _Rules:
    """The file while it is read: names for words, sentences to leave alone, ids seen so far."""

    words: Mapping[str, str]
    leaves: ByLanguage
    seen: dict[str, int] = field(default_factory=dict)


_RULE = TypeAdapter(RuleRow)
_WORDS: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, Words])
_LEAVES: TypeAdapter[ByLanguage] = TypeAdapter(ByLanguage)


def read_red_flags(doc: Document) -> tuple[RedFlag, ...]:
    """Read the whole file and note every fault in ``doc``."""
    if doc.data is None:
        return ()
    doc.check_keys((), ("review", "words", "leaves", "rules"))
    words = doc.read(("words",), _WORDS) if doc.value(("words",)) is not None else None
    leaves = doc.read(("leaves",), _LEAVES) if doc.value(("leaves",)) is not None else None
    rules = _Rules(words or {}, leaves or {})
    if doc.value(("rules",)) is not None and not isinstance(doc.value(("rules",)), list):
        doc.fault(("rules",), "`rules` is not a list", "Write one rule after another, each after a dash.")
        return ()
    read = [_rule(doc, place, rules) for place in doc.entries(("rules",))]
    return tuple(rule for rule in read if rule is not None)


def _rule(doc: Document, place: Place, rules: _Rules) -> RedFlag | None:
    row = doc.read(place, _RULE)
    if row is None:
        return None
    if row.id in rules.seen:
        what = f"the id `{row.id}` is used twice, first on line {rules.seen[row.id]}"
        doc.fault((*place, "id"), what, "Give each rule its own id.")
    rules.seen.setdefault(row.id, doc.line((*place, "id")))
    if row.kind not in KINDS[row.tier]:
        what = f"kind `{row.kind}` does not belong to tier {row.tier}"
        doc.fault((*place, "kind"), what, f"Use {' or '.join(KINDS[row.tier])}.")
    patterns = {language: _patterns(doc, place, language, row, rules.words) for language in row.patterns}
    _check_examples(doc, place, row, patterns, rules.leaves)
    return RedFlag(row.id, row.tier, row.kind, patterns, row.wording, row.source, row.reason)


def _patterns(doc: Document, place: Place, language: str, row: RuleRow, words: Mapping[str, str]) -> tuple[str, ...]:
    """Return the patterns of one language that compile; note the others."""
    good = []
    for index, short in enumerate(row.patterns[language]):
        spot = (*place, "patterns", language, index)
        unknown = [name for name in _NAME.findall(short) if name not in words]
        for name in unknown:
            doc.fault(spot, f"`<{name}>` is not listed under `words`", nearest(name, words))
        try:
            whole = _whole(short, words)
            re.compile(whole, re.IGNORECASE)
        except re.error as error:
            fix = "Check its brackets and signs; put a backslash before a sign meant as itself."
            doc.fault(spot, f"the pattern `{short}` does not compile: {error}", fix)
            continue
        if not unknown:
            good.append(whole)
    return tuple(good)


def _whole(short: str, words: Mapping[str, str]) -> str:
    named = _NAME.sub(lambda match: f"(?:{words.get(match[1], '')})", short)
    return rf"\b(?:{_CLASS_OR_SIGN.sub(_widened, named)})"


def _widened(match: re.Match[str]) -> str:
    """Return what a space or an apostrophe stands for; a set in square brackets stays as it is."""
    if match[1]:
        return match[1]
    return "['\u2019]" if match[0] == "'" else r"(?:\s+)"


def _check_examples(
    doc: Document, place: Place, row: RuleRow, patterns: Mapping[str, tuple[str, ...]], leaves: ByLanguage
) -> None:
    for language in row.patterns:
        if not row.catches.get(language):
            what = f"rule `{row.id}` has no example in `{language}`"
            doc.fault((*place, "catches"), what, "Add a sentence that it must catch.")
    for language, examples in row.catches.items():
        for index, sentence in enumerate(examples):
            if not _caught(sentence, patterns.get(language, ())):
                what = f'rule `{row.id}` does not catch its own example "{sentence}"'
                doc.fault((*place, "catches", language, index), what, "Widen a pattern, or change the example.")
    for language, sentences in leaves.items():
        for index, sentence in enumerate(sentences):
            if _caught(sentence, patterns.get(language, ())):
                what = f'rule `{row.id}` catches "{sentence}", which it must leave alone'
                doc.fault(("leaves", language, index), what, "Narrow the rule's patterns.")


def _caught(sentence: str, patterns: tuple[str, ...]) -> bool:
    return any(re.search(pattern, sentence, re.IGNORECASE) for pattern in patterns)
