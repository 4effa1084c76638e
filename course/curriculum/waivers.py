"""In: a clinic's redflags.yaml and the shipped one. Out: a fault for each tier A rule taken away or made less without
a signed waiver, and for each waiver that has run out.

A clinic may add to the list as it likes. A waiver names the rule, who answers for it, why, and until when.
"""

from collections.abc import Iterator
from datetime import date

from pydantic import TypeAdapter

from course.curriculum.document import Document
from course.curriculum.faults import Fault
from course.curriculum.folder import RED_FLAGS
from course.curriculum.model import RedFlag
from course.curriculum.plain_words import readings
from course.curriculum.red_flag_file import RedFlagFile, RuleRow, caught, read_red_flags
from course.curriculum.values import Day, Row, Slug, Words


class WaiverRow(Row):
    """One entry of `waivers`: a person's name under a rule that this clinic does without."""

    rule: Slug
    name: Words
    reason: Words
    until: Day


_WAIVER = TypeAdapter(WaiverRow)
_CATCHES: TypeAdapter[RuleRow] = TypeAdapter(RuleRow)


def waiver_faults(own: str, shipped: str, today: date) -> list[Fault]:
    """Return what is missing from the text ``own`` of redflags.yaml, beside the text that ships."""
    doc, reference = Document(RED_FLAGS, own), Document(RED_FLAGS, shipped)
    file, known = read_red_flags(doc), read_red_flags(reference)
    doc.faults.clear()  # those are told by the parser
    waived = set(_waived(doc, known, today))
    examples = _examples(reference)
    for rule in known.rules:
        if rule.tier == "A" and rule.id not in waived:
            _compare(doc, file, rule, examples.get(rule.id, {}))
    return doc.faults


def _waived(doc: Document, known: RedFlagFile, today: date) -> Iterator[str]:
    ids = {rule.id for rule in known.rules if rule.tier == "A"}
    for place in doc.entries(("waivers",)):
        row = doc.read(place, _WAIVER)
        if row is None:
            continue
        if row.rule not in ids:
            what = f"the waiver names `{row.rule}`, which is no shipped rule of tier A"
            doc.fault((*place, "rule"), what, "Take the waiver away, or name the rule it is for.")
        elif row.until < today:
            what = f"the waiver for `{row.rule}` by {row.name} ran out on {row.until}"
            doc.fault((*place, "until"), what, "Put the rule back, or have the waiver signed again.")
        else:
            yield row.rule


def _compare(doc: Document, file: RedFlagFile, rule: RedFlag, examples: dict[str, tuple[str, ...]]) -> None:
    """Note what ``rule`` has lost: itself, its tier, a language, or a sentence that it must catch."""
    fix = f"Put it back as it ships, or add a waiver for `{rule.id}` under `waivers` (rule, name, reason, until)."
    found = next(((index, own) for index, own in enumerate(file.rules) if own.id == rule.id), None)
    if found is None:
        doc.fault(("rules",), f"the shipped rule `{rule.id}` of tier A is missing", fix)
        return
    index, own = found
    if own.tier != "A":
        doc.fault(("rules", index, "tier"), f"the rule `{rule.id}` is of tier {own.tier}; it ships as A", fix)
    for language, sentences in examples.items():
        if language not in own.patterns:
            doc.fault(("rules", index, "patterns"), f"the rule `{rule.id}` has no patterns in `{language}`", fix)
            continue
        lost = next((each for each in sentences if not caught(own, readings(each, file.shorthand))), None)
        if lost is not None:
            doc.fault(("rules", index, "patterns"), f'the rule `{rule.id}` no longer catches "{lost}"', fix)


def _examples(doc: Document) -> dict[str, dict[str, tuple[str, ...]]]:
    rows = [doc.read(place, _CATCHES) for place in doc.entries(("rules",))]
    return {row.id: dict(row.catches) for row in rows if row is not None}
