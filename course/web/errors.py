"""Pages for what went wrong. The 500 page and the 403 page for forms need neither database nor course."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from course.web.frame import render_page


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request cannot be understood. Its words are never shown back."""
    return render(request, "web/errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: this member of staff may not open this page."""
    return render_page(request, "web/errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing is here."""
    return render_page(request, "web/errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our own fault. No database, no course, no detail."""
    return render(request, "web/errors/500.html", status=500)
