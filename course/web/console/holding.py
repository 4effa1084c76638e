"""*Hold everything*: what a hold holds, in plain words, and the buttons that hold and release. Only a POST acts."""

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_http_methods

from course import clock
from course.delivery import holds
from course.delivery.words import HoldScope
from course.people.models import Staff
from course.web import access, words
from course.web.forms import faults_of, one_line
from course.web.frame import render_page


class HoldForm(forms.Form):
    """Why everything is held."""

    why = forms.CharField(label=later("Reason"), required=False, max_length=200, validators=[one_line])


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff(access.HOLDERS)
def hold_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Say what is held and what a hold does; hold everything, or release one scope."""
    form = HoldForm(auto_id="hold-%s")
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act == "release":
            return _release(request, staff)
        if act != "hold":
            raise BadRequest
        form = HoldForm(request.POST, auto_id="hold-%s")
        if form.is_valid():
            return _hold(request, staff, form.cleaned_data["why"])
    standing = list(holds.standing())
    context = {
        "form": form,
        "faults": faults_of(form),
        "holds": standing,
        "all_held": any(hold.scope == HoldScope.ALL for hold in standing),
        "what": words.HOLDS,
        "may_release": staff.role in access.COORDINATORS,
    }
    return render_page(request, "web/console/hold.html", context, 400 if form.errors else 200)


def _hold(request: HttpRequest, staff: Staff, why: str) -> HttpResponse:
    held = holds.hold(HoldScope.ALL, why or _("Held from the console."), f"staff:{staff.pk}", clock.machine_now())
    said = _("Everything is held. Safety messages still go.") if held else _("Everything was held already.")
    messages.success(request, said)
    return HttpResponseRedirect(reverse("console-today"))


def _release(request: HttpRequest, staff: Staff) -> HttpResponse:
    if staff.role not in access.COORDINATORS:
        raise PermissionDenied
    scope = request.POST.get("scope", "")
    if scope not in HoldScope.values:
        raise BadRequest
    released = holds.release(HoldScope(scope), f"staff:{staff.pk}", clock.machine_now())
    messages.success(request, _("Released. Messages go out again.") if released else _("It was not held any more."))
    return HttpResponseRedirect(reverse("console-hold"))
