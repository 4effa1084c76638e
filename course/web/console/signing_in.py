"""Signing in by a link that works once, and out again. GET shows a button; only the press (POST) signs in."""

from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from course import clock
from course.people import audit, sign_in
from course.people.models import Staff
from course.web.access import for_staff
from course.web.frame import personal, render_page

_BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_safe
@personal
def explain_page(request: HttpRequest) -> HttpResponse:
    """How to get a sign-in link."""
    return render_page(request, "web/console/sign_in.html")


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def link_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show whose link this is, or use it up and sign that person in."""
    if request.method == "POST":
        staff = sign_in.use(token, clock.machine_now())
        if staff is not None:
            login(request, staff, backend=_BACKEND)
            messages.success(request, _("You are signed in."))
            return HttpResponseRedirect(reverse("console-today"))
    else:
        staff = sign_in.find(token, clock.machine_now())
    if staff is None:
        return render_page(request, "web/console/sign_in_over.html", status=410)
    return render_page(request, "web/console/sign_in_link.html", {"member": staff})


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff()
def sign_out_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Ask, or end this session."""
    if request.method == "POST":
        audit.record(f"staff:{staff.pk}", "signed_out", f"staff:{staff.pk}")
        logout(request)
        messages.success(request, _("You are signed out."))
        return HttpResponseRedirect(reverse("console-sign-in"))
    return render_page(request, "web/console/sign_out.html")
