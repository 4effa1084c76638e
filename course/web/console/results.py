"""*Answers to questions*: how many people gave each answer to each lesson's question, and nothing about any of them."""

from dataclasses import dataclass

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from course.curriculum.model import BASE_LANGUAGE, Lesson
from course.curriculum.question import Question
from course.people.models import Staff
from course.replies.models import QuizAnswer
from course.web import access
from course.web.frame import render_page, site

FEWEST = 5  # people; of fewer a colleague might know who answered what


@dataclass(frozen=True)
class Bar:
    """One answer: how many people gave it, and how long its bar is, in percent of all who answered."""

    key: str
    text: str
    right: bool
    count: int
    percent: float


@dataclass(frozen=True)
class Result:
    """One lesson's question; ``bars`` is empty while fewer than FEWEST people have answered it."""

    number: int
    lesson: Lesson
    question: Question
    people: int
    bars: list[Bar]


@require_safe
@access.for_staff()
def results_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """One table for each lesson, in the order of the schedule."""
    return render_page(request, "web/console/results.html", {"results": _results()})


def _results() -> list[Result]:
    course = site().course
    rows = QuizAnswer.objects.values_list("lesson", "question", "key").annotate(count=Count("pk")).order_by()
    counts = {(lesson, mark, key): count for lesson, mark, key, count in rows}
    steps = [(step.number or 0, step.lesson) for step in course.steps if step.lesson] if course else []
    lessons = [(number, course.lesson(slug, BASE_LANGUAGE)) for number, slug in steps] if course else []
    return [
        _result(number, lesson, lesson.question, counts) for number, lesson in lessons if lesson.question is not None
    ]


def _result(number: int, lesson: Lesson, question: Question, counts: dict[tuple[str, str, str], int]) -> Result:
    of = {answer.key: counts.get((lesson.slug, question.mark, answer.key), 0) for answer in question.answers}
    people = sum(of.values())
    bars = [
        Bar(
            answer.key,
            answer.text,
            answer.key == question.right,
            of[answer.key],
            round(100 * of[answer.key] / people, 1),
        )
        for answer in question.answers
        if people >= FEWEST
    ]
    return Result(number, lesson, question, people, bars)
