"""In: one lesson file, Markdown under a front matter. Out: a lesson, or every fault in it."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, TypeAdapter

from course.curriculum import question_file, wording
from course.curriculum.document import Document, Place
from course.curriculum.faults import Fault
from course.curriculum.model import Lesson
from course.curriculum.question_file import QuestionRow
from course.curriculum.segments import fold
from course.curriculum.values import ReviewRow, Row, Words

_FENCE = "---"
_NAME = re.compile(r"lessons/([a-z]{2,3}(?:-[A-Za-z0-9]+)*)/([a-z0-9]+(?:-[a-z0-9]+)*)\.md")


class FrontMatter(Row):
    """What stands between the two lines of dashes."""

    title: Words
    subject: Words
    minutes: Annotated[int, Field(ge=1, le=60)]
    action: Words
    texts: Annotated[tuple[Words, ...], Field(min_length=1)]
    question: QuestionRow | None = None
    review: ReviewRow


@dataclass(frozen=True)
class Around:
    """What a lesson's words are checked against: the longest things that can be filled in, and private
    words.
    """

    clinic: str
    count: int
    emergencies: Sequence[str]
    private_words: Sequence[str]

    def filled(self, text: str) -> str:
        """Return ``text`` as it is at its longest."""
        longest = max((wording.ANY_COUNTRY, *self.emergencies), key=len)
        values = {"clinic": self.clinic, "emergency": longest}
        values |= dict.fromkeys(("number", "count"), str(self.count))
        return fold(wording.fill(text, values))


_FRONT = TypeAdapter(FrontMatter)


def split_name(file: str) -> tuple[str, str] | None:
    """Return (language, slug) of a lesson's canonical name, or None when it is not one."""
    match = _NAME.fullmatch(file)
    return (match[1], match[2]) if match else None


def read_lesson(file: str, text: str, around: Around) -> tuple[Lesson | None, list[Fault]]:
    """Return the lesson and all faults; the lesson is None when any of its words could not be read."""
    name = split_name(file)
    if name is None:
        fix = "Name it lessons/<language>/<small-letters-and-dashes>.md."
        return None, [Fault(file, 1, "this is not the name of a lesson file", fix)]
    lines = text.split("\n")
    end = next((n for n, line in enumerate(lines) if n and line.rstrip() == _FENCE), None)
    if lines[0].rstrip() != _FENCE or end is None:
        fix = "Begin with a line of three dashes, the keys, and three dashes again."
        return None, [Fault(file, 1, "the front matter is missing", fix)]
    # The opening dashes become an empty line, so that line numbers hold.
    doc = Document(file, "\n".join(["", *lines[1:end]]))
    body = "\n".join(lines[end + 1 :])
    _check_body(doc, body, first_line=end + 2)
    if doc.data is None:
        return None, doc.faults
    row = doc.read((), _FRONT)
    _check_words(doc, name[0], around, row)
    if row is None:
        return None, doc.faults
    lesson = _lesson(*name, row, body.strip() + "\n")
    if not lesson.reviewed:
        what, fix = unsigned("lesson", lesson.review.signed, lesson.content_hash)
        doc.fault(("review",), what, fix, "review")
    return lesson, doc.faults


def unsigned(thing: str, signed_before: bool, content_hash: str) -> tuple[str, str]:
    """Return what and fix for words that no person has signed as they stand (law 12)."""
    state = "was signed before its words changed" if signed_before else "has not been checked by a clinician"
    return f"this {thing} {state}", f"A signature must carry the content hash {content_hash}."


def _lesson(language: str, slug: str, row: FrontMatter, body: str) -> Lesson:
    words = [language, slug, row.title, row.subject, row.minutes, row.action, list(row.texts), body]
    words += [row.question.model_dump()] if row.question else []
    question = row.question.question() if row.question else None
    digest = hashlib.sha256(json.dumps(words, ensure_ascii=True).encode()).hexdigest()
    return Lesson(
        slug=slug,
        language=language,
        title=row.title,
        subject=row.subject,
        minutes=row.minutes,
        action=row.action,
        body=body,
        texts=wording.number_parts(question_file.put_in(row.texts, question)),
        review=row.review.review(),
        content_hash=digest,
        question=question,
    )


def _check_body(doc: Document, body: str, first_line: int) -> None:
    if not body.strip():
        fix = "Write the lesson in Markdown under the front matter."
        doc.faults.append(Fault(doc.file, max(first_line - 1, 1), "the lesson has no words", fix))
    for line, what, fix in wording.unknown_slots(body, wording.BODY_SLOTS):
        doc.faults.append(Fault(doc.file, first_line + line, what, fix))


def _check_words(doc: Document, language: str, around: Around, row: FrontMatter | None) -> None:
    """Check each text that can be read, even where another key of the front matter has a fault."""
    for key in ("title", "subject", "action"):
        _check_slots(doc, (key,), ())
    subject = doc.value(("subject",))
    if isinstance(subject, str):
        for what, fix in wording.subject_problems(subject, around.private_words):
            doc.fault(("subject",), what, fix)
    places = doc.entries(("texts",))
    texts = [doc.value(place) for place in places]
    if not all(isinstance(text, str) for text in texts):
        return
    question_file.check(doc, texts)
    question = row.question.question() if row and row.question else None
    allowed = wording.TEXT_SLOTS | {wording.PART} | ({question_file.SLOT} if doc.value(("question",)) else set())
    asked = wording.number_parts(question_file.put_in(texts, question))
    sent = [pair for pair in zip(places, asked, strict=True) if _check_slots(doc, pair[0], allowed)]
    for place, text in [*sent, *(question_file.feedback(doc) if question else [])]:
        if not list(wording.unknown_slots(text, wording.TEXT_SLOTS)):
            filled = around.filled(text)
            for what, fix in wording.text_problems(text, filled, language, around.private_words, around.clinic):
                doc.fault(place, what, fix)


def _check_slots(doc: Document, place: Place, allowed: Sequence[str] | frozenset[str]) -> bool:
    """Note placeholders that cannot be filled; return whether all can."""
    text = doc.value(place)
    problems = list(wording.unknown_slots(text, allowed)) if isinstance(text, str) else []
    for _, what, fix in problems:
        doc.fault(place, what, fix)
    return not problems
