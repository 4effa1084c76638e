"""What stands around every page: a request and a template in, the whole page out.

`render_page` gives each template `site`, `staff`, `notices` and the two ways to say a time; a page adds its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from markupsafe import Markup

from course.curriculum.model import Course
from course.people import versions
from course.people.models import Staff
from course.web import times

P = ParamSpec("P")


@dataclass(frozen=True)
class Site:
    """The course as a page's frame knows it; without a registered course only neutral words."""

    course: Course | None
    name: str
    sample: bool
    emergency: str
    language: str
    direction: str

    @property
    def zone(self) -> ZoneInfo:
        """The zone that times on pages are told in."""
        return self.course.zone if self.course else ZoneInfo("UTC")


def site() -> Site:
    """Return the frame's facts of the newest course."""
    try:
        course: Course | None = versions.current()
    except versions.NoCourse:
        course = None
    return Site(
        course=course,
        name=course.clinic.name if course else _("Course"),
        sample=settings.SANDBOX or course is None or course.clinic.sample,
        emergency=course.emergency(course.clinic.country).emergency if course else _("your local emergency number"),
        language=get_language() or "en",
        direction="rtl" if get_language_bidi() else "ltr",
    )


def render_page(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Return one page in the frame. It reads, and changes nothing but the reader's own notices."""
    around = site()
    staff = getattr(request, "user", None) if request.path.startswith("/console/") else None
    frame = {
        "site": around,
        "staff": staff if isinstance(staff, Staff) else None,
        "notices": list(get_messages(request)),
        "when": _when(around.zone),
        "day": times.day_in_words,
    }
    return render(request, template, frame | dict(context or {}), status=status)


def personal(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Mark a page that no cache may keep."""

    @wraps(view)
    def kept_nowhere(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(*args, **kwargs)
        add_never_cache_headers(response)
        return response

    return kept_nowhere


def with_course(
    view: Callable[Concatenate[HttpRequest, Course, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Give a page the newest course; before there is one, say so plainly (503)."""

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            course = versions.current()
        except versions.NoCourse:
            return render_page(request, "web/public/no_course.html", status=503)
        return view(request, course, *args, **kwargs)

    return page


def _when(zone: ZoneInfo) -> Callable[[datetime], Markup]:
    return partial(times.time_tag, zone=zone)
