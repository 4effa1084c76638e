"""Plain sentences in; the surest thing they say about stopping, out. The phrases are data: stop_phrases.yaml."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from course.replies.plain import MOST_WORDS, Sentence, in_one
from course.replies.stop_phrases import About, Group, Guard, phrases


@dataclass(frozen=True)
class Found:
    """A phrase that counts: whether it is clear, its words, the group it is of, and what it tells besides."""

    clear: bool
    words: str
    group: str
    about: About = ""


def best(said: Sequence[Sentence]) -> Found | None:
    """Return the first clear phrase, else the first unclear one, else None."""
    unclear: Found | None = None
    for found in _all(said):
        if found.clear:
            return found
        unclear = unclear or found
    return unclear


def _all(said: Sequence[Sentence]) -> Iterator[Found]:
    whole = Sentence(in_one(list(said)), any(sentence.asked for sentence in said))
    joined = Sentence(" , ".join(sentence.words for sentence in said), whole.asked)
    short = len(whole.words.split()) <= MOST_WORDS
    places = {"message": (whole,) if short else (), "ending": (joined,) if short else ()}
    for group in phrases().groups:
        for sentence in places.get(group.row.where, said):
            if group.unless and group.unless.search(sentence.words):
                continue
            yield from _in(sentence, group, whole)
        if group.row.where == "message" and group.row.says == "clear" and len(said) > 1:
            yield from _beside(said, group, whole)


def _beside(said: Sequence[Sentence], group: Group, whole: Sentence) -> Iterator[Found]:
    """Words that would be clear alone, as a sentence beside others: a person looks. One bare word says too little."""
    for sentence in said:
        if " " in sentence.words:
            yield from (replace(found, clear=False) for found in _in(sentence, group, whole))


def _in(sentence: Sentence, group: Group, whole: Sentence) -> Iterator[Found]:
    words = sentence.words
    for pattern in group.patterns:
        found = pattern.search(words) if group.row.where == "anywhere" else pattern.fullmatch(words)
        if found is None:
            continue
        before, phrase, after = words[: found.start()].strip(), found[0].strip(), words[found.end() :].strip()
        says = _guarded(before, phrase, after)
        if says == "nothing":
            continue
        clear = group.row.says == "clear" and says != "unclear"
        if group.row.careful and phrases().clinical.search(whole.words):
            if whole.asked or not clear:
                continue
            clear = False
        yield Found(clear, phrase, group.row.id, group.row.about)


def _guarded(before: str, phrase: str, after: str) -> str:
    """Return "nothing" when what stands around a phrase makes it none, "unclear" when a person must look, else ""."""
    says = [guard.says for guard in phrases().guards if _fits(guard, before, phrase, after)]
    return "nothing" if "nothing" in says else "unclear" if says else ""


def _fits(guard: Guard, before: str, phrase: str, after: str) -> bool:
    if guard.but and guard.but.search(before):
        return False
    parts = (
        guard.before.search(before) if guard.before else True,
        guard.after.match(after) if guard.after else True,
        guard.around.search(f"{before} {phrase} {after}") if guard.around else True,
        guard.phrase.fullmatch(phrase) if guard.phrase else True,
    )
    return all(parts)
