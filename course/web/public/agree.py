"""The author's agreement: the exact words and a revision out; yes or no to that very revision in."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from course import clock
from course.discussion import agreement
from course.discussion.models import Post
from course.discussion.words import PostState
from course.web.forms import Fault, faults_of, one_line
from course.web.frame import personal, render_page

LONGEST_NAME = 60


class AgreeForm(forms.Form):
    """What the author sends back. `revision` names the wording they saw."""

    revision = forms.IntegerField(min_value=1)
    answer = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
    shown_name = forms.CharField(
        label=later("Name to show"), required=False, max_length=LONGEST_NAME, validators=[one_line]
    )


# The page is opened from mail, often where cookies do not last: the token in the link is the authority.
@csrf_exempt
@personal
@require_http_methods(["GET", "HEAD", "POST"])
def agree_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the wording as it would appear, or take the author's yes or no to it."""
    post = agreement.by_token(token)
    if post is None:
        raise Http404
    if post.state != PostState.AWAITING_AUTHOR:
        return _state_page(request, post)
    if request.method == "POST":
        return _answer(request, post)
    return _ask(request, post, AgreeForm())


def _answer(request: HttpRequest, post: Post) -> HttpResponse:
    form = AgreeForm(request.POST)
    if not form.is_valid():
        return _ask(request, post, form, status=400)
    given, now = form.cleaned_data, clock.course_now()
    try:
        if given["answer"] == "yes":
            agreement.agree(post, given["revision"], given["shown_name"], now)
        else:
            agreement.decline(post, given["revision"], now)
    except agreement.OutOfDate:
        return _changed(request, post)
    post.refresh_from_db()
    left_out = given["shown_name"] and post.state == PostState.PUBLISHED and not post.shown_name
    return _state_page(request, post, _("The name held contact details, so it is not shown.") if left_out else "")


def _changed(request: HttpRequest, post: Post) -> HttpResponse:
    """The wording was edited after the author opened the page: show the new one, and why nothing was done."""
    post.refresh_from_db()
    if post.state != PostState.AWAITING_AUTHOR:
        return _state_page(request, post)
    said = _("The wording has changed since you opened this page. Nothing was published. Please read it again below.")
    return _ask(request, post, AgreeForm(), status=409, extra=[Fault(said)])


def _ask(
    request: HttpRequest, post: Post, form: AgreeForm, status: int = 200, extra: list[Fault] | None = None
) -> HttpResponse:
    context = {"post": post, "form": form, "faults": (extra or []) + faults_of(form)}
    return render_page(request, "web/public/agree.html", context, status)


def _state_page(request: HttpRequest, post: Post, extra: str = "") -> HttpResponse:
    if post.state == PostState.PUBLISHED:
        heading, words = _("Thank you: it is published"), _("Your words now stand on the lesson's page.")
        place = f"{reverse('public-lesson', args=[post.lesson])}#question-{post.pk}"
    else:
        heading, place = _("Nothing is published"), ""
        words = _("Nobody but the clinic sees what you wrote. Should the clinic want to publish it, it asks you first.")
    context = {"heading": heading, "words": f"{words} {extra}".strip(), "place": place}
    return render_page(request, "web/public/agree_state.html", context)
