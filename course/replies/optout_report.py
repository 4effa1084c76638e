"""Labelled sentences in; how many were acted on, held or left alone, by label and language, out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from course.replies import optout

SHIPPED = Path(__file__).with_name("corpora")
Label = Literal["stop", "clinical", "other"]
Done = Literal["acted", "held", "left"]


class BadLine(Exception):
    """A line of a labelled file cannot be used; the message says where, and what would be right."""


class Sentence(BaseModel):
    """One labelled message. ``half`` names who wrote it: the author of the phrases ("own"), or another ("blind")."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    lang: Literal["en", "es"]
    label: Label
    half: str


@dataclass(frozen=True)
class Rate:
    """What became of the sentences of one label, in one language ("all" for both)."""

    label: Label
    lang: str
    count: int
    acted: int
    held: int

    @property
    def acted_share(self) -> float:
        """Opted out with no person, of 1."""
        return self.acted / self.count

    @property
    def held_share(self) -> float:
        """Held for a person, of 1."""
        return self.held / self.count

    @property
    def noticed_share(self) -> float:
        """Acted on or held, of 1."""
        return (self.acted + self.held) / self.count


def shipped() -> list[Path]:
    """Return the labelled files that come with the project."""
    return sorted(SHIPPED.glob("optout*.jsonl"))


def read(path: Path) -> list[Sentence]:
    """Read one labelled file, a JSON object a line. Raises BadLine, or OSError when it cannot be opened."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(Sentence.model_validate_json(line))
        except ValidationError as error:
            place = ".".join(str(part) for part in error.errors()[0]["loc"]) or "the line"
            right = '{"text": "…", "lang": "en" or "es", "label": "stop", "clinical" or "other", "half": "own"}'
            raise BadLine(f"{path}, line {number}: {place} is not right. Write {right}.") from None
    return found


def done(text: str) -> Done:
    """Return what the course does with a message: opts the person out, holds it for a person, or neither."""
    wish = optout.wish_of(text)
    if wish is None or wish.ask != "stop":
        return "left"
    return "held" if wish.surety == "unclear" else "acted"


def rates(sentences: Sequence[Sentence]) -> list[Rate]:
    """Return the rates by label and language, each label's both languages first."""
    counts: Counter[tuple[Label, str, Done]] = Counter()
    for sentence in sentences:
        became = done(sentence.text)
        counts.update([(sentence.label, sentence.lang, became), (sentence.label, "all", became)])
    labels: tuple[Label, ...] = ("clinical", "stop", "other")
    made = (_rate(counts, label, lang) for label in labels for lang in ("all", "en", "es"))
    return [rate for rate in made if rate.count]


def wrong(sentences: Iterable[Sentence]) -> list[tuple[Sentence, Done]]:
    """Return the sentences that were not treated as their label says, with what became of them."""
    found = ((sentence, done(sentence.text)) for sentence in sentences)
    return [(sentence, became) for sentence, became in found if (became == "acted") != (sentence.label == "stop")]


def _rate(counts: Counter[tuple[Label, str, Done]], label: Label, lang: str) -> Rate:
    acted, held = counts[label, lang, "acted"], counts[label, lang, "held"]
    return Rate(label, lang, acted + held + counts[label, lang, "left"], acted, held)
