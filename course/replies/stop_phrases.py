"""stop_phrases.yaml in; its patterns, ready to match, out. The file is read once and checked as it is read."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

FILE = Path(__file__).with_name("stop_phrases.yaml")

About = Literal["", "wrong_number", "died", "unknown"]
_NAME = re.compile(r"<([a-z_0-9]+)>")


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class GuardRow(_Row):
    """What stands around a phrase and changes what it means."""

    says: Literal["nothing", "unclear"]
    before: str = ""
    after: str = ""
    around: str = ""
    phrase: str = ""
    but: str = ""


class GroupRow(_Row):
    """Phrases that say the same, and why they count."""

    id: str
    says: Literal["clear", "unclear"]
    where: Literal["anywhere", "sentence", "message", "ending"]
    reason: str
    patterns: tuple[str, ...] = Field(min_length=1)
    about: About = ""
    careful: bool = False
    unless: str = ""


class FileRows(_Row):
    """The whole file as it is written."""

    polite: str
    written: dict[str, str]
    spelled: str
    real: str
    words: dict[str, str]
    clinical: str
    acts: str
    guards: tuple[GuardRow, ...]
    groups: tuple[GroupRow, ...]


class Guard(_Row):
    """A guard ready to look: each part that is there must fit, and ``but`` must not."""

    says: Literal["nothing", "unclear"]
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    around: re.Pattern[str] | None
    phrase: re.Pattern[str] | None
    but: re.Pattern[str] | None


class Group(_Row):
    """A group ready to look."""

    row: GroupRow
    patterns: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None


class Phrases(_Row):
    """All that the file says."""

    polite: re.Pattern[str]
    written: tuple[tuple[re.Pattern[str], str], ...]
    spelled: frozenset[str]
    real: frozenset[str]
    clinical: re.Pattern[str]
    acts: re.Pattern[str]
    guards: tuple[Guard, ...]
    groups: tuple[Group, ...]


@lru_cache(maxsize=1)
def phrases() -> Phrases:
    """Return the shipped phrases. Raises pydantic.ValidationError, KeyError or re.error for a broken file."""
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> Phrases:
    """Check the file's text and make its patterns ready."""
    rows = FileRows.model_validate(yaml.safe_load(text))
    words = {name: _alternatives(pattern) for name, pattern in rows.words.items()}
    words["clinical"] = _alternatives(rows.clinical)

    def compiled(pattern: str) -> re.Pattern[str] | None:
        return re.compile(_expanded(pattern, words)) if pattern else None

    return Phrases(
        polite=_any_word(rows.polite),
        written=tuple((_any_word(wrong), right) for right, wrong in rows.written.items()),
        spelled=frozenset(rows.spelled.split()),
        real=frozenset(rows.real.split()),
        clinical=_any_word(rows.clinical),
        acts=_any_word(rows.acts),
        guards=tuple(
            Guard(
                says=row.says,
                before=compiled(row.before),
                after=compiled(row.after),
                around=compiled(row.around),
                phrase=compiled(row.phrase),
                but=compiled(row.but),
            )
            for row in rows.guards
        ),
        groups=tuple(_group(row, words) for row in rows.groups),
    )


def _group(row: GroupRow, words: dict[str, str]) -> Group:
    patterns = tuple(re.compile(rf"(?<!\S)(?:{_expanded(each, words)})(?!\w)") for each in row.patterns)
    unless = re.compile(_expanded(row.unless, words)) if row.unless else None
    return Group(row=row, patterns=patterns, unless=unless)


def _alternatives(pattern: str) -> str:
    """Return a list of words written over several lines as one."""
    return re.sub(r"\s*\|\s*", "|", " ".join(pattern.split())).strip("|")


def _any_word(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_alternatives(pattern)})(?!\w)")


def _expanded(pattern: str, words: dict[str, str]) -> str:
    """Return ``pattern`` with every <name> filled in, names inside names too. Raises KeyError for an unknown name."""
    while _NAME.search(pattern):
        pattern = _NAME.sub(lambda found: words[found[1]], pattern)
    return pattern
