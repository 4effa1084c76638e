"""Pages for anyone: the course, its lessons with what was published about them, help, accessibility, privacy."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe
from markupsafe import Markup

from course.curriculum.markdown import to_html
from course.curriculum.model import BASE_LANGUAGE, Course, Lesson, Step
from course.delivery import values
from course.delivery.steps import fill
from course.discussion import posts
from course.web import access
from course.web.frame import render_page, with_course

LATEST = 4
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ps", "ur", "yi"})


@require_safe
@with_course
def course_page(request: HttpRequest, course: Course) -> HttpResponse:
    """What the course is, its lessons, who runs it, and the newest published questions."""
    lessons = _lessons(course)
    by_slug = {lesson.slug: lesson for _step, lesson in lessons}
    latest = [(post, by_slug[post.lesson]) for post in access.access_latest_published(LATEST) if post.lesson in by_slug]
    context = {"course": course, "reading": values.reading(course), "lessons": lessons, "latest": latest}
    return render_page(request, "web/public/course.html", context)


@require_safe
@with_course
def numbered_lesson(request: HttpRequest, course: Course, number: int) -> HttpResponse:
    """Lead from a link in a message, which names no condition, to the lesson."""
    slug = next((lesson.slug for step, lesson in _lessons(course) if step.number == number), None)
    if slug is None:
        raise Http404
    return HttpResponseRedirect(reverse("public-lesson", args=[slug]))


@require_safe
@with_course
def lesson_page(request: HttpRequest, course: Course, slug: str) -> HttpResponse:
    """One lesson as it is sent, and the published questions about it."""
    lessons = _lessons(course)
    place = next((place for place, (_step, lesson) in enumerate(lessons) if lesson.slug == slug), None)
    if place is None:
        raise Http404
    step, lesson = lessons[place]
    body = to_html(fill(lesson.body, course, course.clinic.country))
    context = {
        "course": course,
        "step": step,
        "lesson": lesson,
        "direction": "rtl" if lesson.language in _RIGHT_TO_LEFT else "ltr",
        "body": Markup(body),  # noqa: S704  to_html escapes all HTML of the file
        "posts": posts.thread(slug),
        "before": lessons[place - 1][1] if place else None,
        "after": lessons[place + 1][1] if place + 1 < len(lessons) else None,
    }
    return render_page(request, "web/public/lesson.html", context)


@require_safe
@with_course
def help_page(request: HttpRequest, course: Course) -> HttpResponse:
    """Signs that cannot wait, the numbers to call, who reads replies, and how to stop."""
    signs = [flag for flag in course.red_flags if flag.tier == "A" and flag.kind == "emergency"]
    context = {
        "course": course,
        "reading": values.reading(course),
        "signs": signs,
        "numbers": course.emergency(course.clinic.country),
    }
    return render_page(request, "web/public/help.html", context)


@require_safe
@with_course
def accessibility_page(request: HttpRequest, course: Course) -> HttpResponse:
    """What was checked about these pages, and what was not."""
    return render_page(request, "web/public/accessibility.html", {"course": course})


@require_safe
@with_course
def privacy_page(request: HttpRequest, course: Course) -> HttpResponse:
    """What is kept, who sees it, and what is not private."""
    return render_page(request, "web/public/privacy.html", {"course": course})


def _lessons(course: Course) -> list[tuple[Step, Lesson]]:
    """Return the schedule's lessons in their order, each once."""
    steps = {step.lesson: step for step in reversed(course.steps) if step.lesson}
    in_order = sorted(steps.values(), key=course.steps.index)
    return [(step, course.lesson(step.lesson or "", BASE_LANGUAGE)) for step in in_order]
