"""One colleague's place on the on-call list in; changed by an administrator, or a fault for each field, out."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_http_methods

from course.curriculum import duty
from course.people import on_call
from course.people.models import Staff
from course.web import access
from course.web.forms import faults_of, one_line
from course.web.frame import render_page

_FIELDS = {"days": "days", "from": "start", "to": "end", "zone": "zone"}


class MemberForm(forms.Form):
    """Whether they are on call, when, and who covers for them."""

    on_call = forms.BooleanField(label=later("Is on call"), required=False)
    lead = forms.BooleanField(label=later("Is a lead: is told after three tries"), required=False)
    days = forms.CharField(label=later("Days"), required=False, max_length=40, validators=[one_line])
    start = forms.CharField(label=later("From"), required=False, max_length=5, validators=[one_line])
    end = forms.CharField(label=later("To"), required=False, max_length=5, validators=[one_line])
    zone = forms.CharField(label=later("Time zone"), required=False, max_length=64, validators=[one_line])
    cover = forms.ModelChoiceField(
        Staff.objects.none(), label=later("Who covers while they are off"), required=False,
        error_messages={"invalid_choice": later("Choose a colleague who works here.")},
    )  # fmt: skip

    def __init__(self, member: Staff, *args: Any, **kwargs: Any) -> None:
        """Offer every colleague but ``member`` as cover."""
        super().__init__(*args, **kwargs)
        self.fields["cover"].queryset = (  # type: ignore[attr-defined]  # it is a ModelChoiceField
            Staff.objects.filter(is_active=True).exclude(pk=member.pk).order_by("name")
        )

    def hours(self) -> dict[str, str]:
        """Return the hours as they are kept; empty when no field of theirs is filled."""
        given = {name: self.cleaned_data.get(field, "") for name, field in _FIELDS.items()}
        return {name: words for name, words in given.items() if words}

    def clean(self) -> dict[str, Any]:
        """Say beside each field what is wrong with the hours."""
        for name, sentence in duty.faults(self.hours()).items():
            if not self.has_error(_FIELDS[name]):
                self.add_error(_FIELDS[name], sentence)
        return self.cleaned_data


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff(access.ADMINISTRATORS)
def member_page(request: HttpRequest, staff: Staff, staff_id: int) -> HttpResponse:
    """Show and change one colleague's place on the list."""
    member = access.access_colleague(staff_id)
    if request.method != "POST":
        return _show(request, member, MemberForm(member, initial=_kept(member), auto_id="member-%s"))
    form = MemberForm(member, request.POST, auto_id="member-%s")
    if form.is_valid():
        given = form.cleaned_data
        try:
            on_call.change(
                member, f"staff:{staff.pk}", on_call=given["on_call"], lead=given["lead"], hours=form.hours(),
                cover=given["cover"],
            )  # fmt: skip
        except ValueError as fault:
            form.add_error("cover", str(fault))
        else:
            messages.success(request, _("Changed for %(name)s.") % {"name": member.name})
            return HttpResponseRedirect(reverse("console-on-call"))
    return _show(request, member, form, 400)


def _kept(member: Staff) -> dict[str, Any]:
    hours = {field: member.hours.get(name, "") for name, field in _FIELDS.items()}
    return {"on_call": member.on_call, "lead": member.on_call_lead, "cover": member.cover_id, **hours}


def _show(request: HttpRequest, member: Staff, form: MemberForm, status: int = 200) -> HttpResponse:
    context = {"member": member, "form": form, "faults": faults_of(form)}
    return render_page(request, "web/console/on_call_member.html", context, status)
