"""In: the `question` of a lesson's front matter. Out: the question, or a fault at the line that is not right."""

from collections.abc import Iterable
from typing import Literal

from course.curriculum import wording
from course.curriculum.document import Document, Place
from course.curriculum.faults import Fault
from course.curriculum.model import Course
from course.curriculum.question import KEYS, Answer, Question
from course.curriculum.values import Row, Words

SLOT = "question"
_PLACE: Place = (SLOT,)


class AnswerRow(Row):
    """One answer."""

    text: Words
    feedback: Words


class AnswersRow(Row):
    """Always three: the letters people reply with."""

    A: AnswerRow
    B: AnswerRow
    C: AnswerRow


class QuestionRow(Row):
    """The key `question` of a lesson file."""

    ask: Words
    answers: AnswersRow
    right: Literal["A", "B", "C"]

    def question(self) -> Question:
        """Return it as the plain value the rest of the course reads."""
        rows = {"A": self.answers.A, "B": self.answers.B, "C": self.answers.C}
        return Question(self.ask, tuple(Answer(key, rows[key].text, rows[key].feedback) for key in KEYS), self.right)


def put_in(texts: Iterable[str], question: Question | None) -> tuple[str, ...]:
    """Replace ``{question}`` in a lesson's texts."""
    if question is None:
        return tuple(texts)
    return tuple(text.replace(f"{{{SLOT}}}", question.in_a_text()) for text in texts)


def check(doc: Document, texts: list[str]) -> None:
    """Note what is wrong with the words of the question, and with the place it has among the texts."""
    for place in _words(doc):
        text = doc.value(place)
        for _line, what, fix in wording.unknown_slots(text, ()) if isinstance(text, str) else ():
            doc.fault(place, what, fix)
    asking = [number for number, text in enumerate(texts) if f"{{{SLOT}}}" in text]
    if doc.value(_PLACE) is None:
        return
    if asking != [len(texts) - 1]:
        fix = "Write `{question}` into the last text, and only there."
        doc.fault(("texts",), "the last of the texts does not ask the question", fix)


def feedback(doc: Document) -> list[tuple[Place, str]]:
    """Return each feedback as the text message it becomes, with its place."""
    places = [place for place in _words(doc) if place[-1] == "feedback"]
    return [(place, f"{{clinic}}: {doc.value(place)}") for place in places if isinstance(doc.value(place), str)]


def unasked(course: Course) -> list[Fault]:
    """Return a fault for each lesson that asks nothing. Not asked of courses registered before lessons had questions:
    people in the middle of one must get the rest of it.
    """
    fix = "Add `question:` with `ask`, `answers` and `right`; docs/add-a-lesson.md shows how."
    return [
        Fault(f"lessons/{lesson.language}/{lesson.slug}.md", 1, "this lesson asks no question", fix)
        for lesson in course.lessons.values()
        if lesson.question is None
    ]


def _words(doc: Document) -> list[Place]:
    answers = [(*_PLACE, "answers", key, each) for key in KEYS for each in ("text", "feedback")]
    return [(*_PLACE, "ask"), *answers]
