"""The page's style sheet and script, and the number of messages that the script asks for."""

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from course.sandbox.handler import running

STATIC = Path(__file__).resolve().parent / "static"


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """The style sheet."""
    return HttpResponse((STATIC / "sandbox.css").read_bytes(), content_type="text/css; charset=utf-8")


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """The script that says when something new has come."""
    return HttpResponse((STATIC / "sandbox.js").read_bytes(), content_type="text/javascript; charset=utf-8")


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """How many messages have come so far, as a plain number."""
    count = running(request).sandbox.store.change_count()
    return HttpResponse(str(count), content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})
