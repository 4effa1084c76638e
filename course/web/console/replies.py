"""The moderators' queue and the page of one reply. No page here holds a name, an address or a number of a person."""

from collections import Counter
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from course import clock
from course.curriculum.model import BASE_LANGUAGE, RedFlag
from course.discussion import moderation, redaction
from course.discussion.models import Post
from course.discussion.words import PostState
from course.people.models import Staff
from course.replies import doubt
from course.web import access, words
from course.web.console import reply_forms
from course.web.console.reply_forms import ActForm
from course.web.forms import Fault, faults_of
from course.web.frame import render_page, site

PAGE = 25


@dataclass(frozen=True)
class Shown:
    """Words as a moderator may see them: marks in place of what was removed, and what that was, counted."""

    text: str
    removed: list[tuple[str, int]]


@require_safe
@access.for_staff(access.MODERATORS)
def replies_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The queue: one state at a time, urgent first."""
    asked = request.GET.get("state", "")
    chosen = asked if asked in words.POST_STATES else PostState.HELD
    shown = Paginator(access.access_queue(staff, chosen), PAGE).get_page(request.GET.get("page"))
    counts = dict(access.access_posts(staff).values_list("state").annotate(count=Count("pk")).order_by())
    context = {
        "chosen": chosen,
        "states": words.POST_STATES,
        "tiers": words.TIERS,
        "counts": counts,
        "titles": _titles(),
        "shown": shown,
        "doubts": doubt.of_replies(post.reply_id for post in shown.object_list),
        "query": f"state={chosen}&",
    }
    return render_page(request, "web/console/replies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff(access.MODERATORS)
def reply_page(request: HttpRequest, staff: Staff, post_id: int) -> HttpResponse:
    """One reply: what was written, what would be removed, the warning signs, the acts and the history."""
    post = access.access_post(staff, post_id)
    if request.method != "POST":
        return _show(request, post)
    act = request.POST.get("act", "")
    if act not in reply_forms.FORMS:
        raise BadRequest
    form = reply_forms.FORMS[act](request.POST, auto_id=_ids(act))
    if not form.is_valid():
        return _show(request, post, {act: form}, faults_of(form), status=400)
    if form.cleaned_data["revision"] != post.revision:
        fault = Fault(
            _("A colleague changed this reply while you had it open. Nothing of yours was saved. Read it again.")
        )
        return _show(request, post, {act: form}, [fault], status=409)
    try:
        reply_forms.carry_out(act, post, staff, form.cleaned_data, clock.course_now())
    except (moderation.NotAllowed, moderation.WrongState) as refusal:
        return _show(request, access.access_post(staff, post_id), {act: form}, [Fault(str(refusal))], status=409)
    messages.success(request, str(reply_forms.DONE[act]))
    return HttpResponseRedirect(request.path)


def _show(
    request: HttpRequest,
    post: Post,
    bound: dict[str, ActForm] | None = None,
    faults: list[Fault] | None = None,
    status: int = 200,
) -> HttpResponse:
    reply = post.reply
    context = {
        "post": post,
        "title": _titles().get(post.lesson, ""),
        "states": words.POST_STATES,
        "tiers": words.TIERS,
        "decided": words.ACTS,
        "doubt": doubt.of_reply(post.reply_id),
        "doubts": words.DOUBTS,
        "flags": _flags(post),
        "original": _without_names(reply.own_words if reply else post.wording, post),
        "cut": _without_names(reply.cut if reply else "", post),
        "attachments": reply.attachments if reply else 0,
        "acts": reply_forms.acts_of(post),
        "forms": _forms(post, bound or {}),
        "with_reason": _with_reason(),
        "history": post.decisions.all(),
        "faults": faults or [],
    }
    return render_page(request, "web/console/reply.html", context, status)


def _forms(post: Post, bound: dict[str, ActForm]) -> dict[str, ActForm]:
    """Return a form for each act; "ask" stands in the form of "save"."""
    start = {"wording": post.wording, "answer": post.answer}
    empty = {act: kind(initial=start, auto_id=_ids(act)) for act, kind in reply_forms.FORMS.items()}
    typed = dict(bound)
    if "ask" in typed:
        typed["save"] = typed.pop("ask")
    return empty | typed


def _ids(act: str) -> str:
    return f"{'save' if act == 'ask' else act}-%s"


def _with_reason() -> list[tuple[str, str, str]]:
    return [
        ("escalate", _("Hand to a colleague"), _("Hand it over")),
        ("reject", _("Reject"), _("Reject: do not publish")),
        ("withdraw", _("Take it down"), _("Withdraw it from the public page")),
    ]


def _without_names(text: str, post: Post) -> Shown:
    redacted = redaction.propose(text, post.subscriber)
    kinds = Counter(str(words.REMOVED.get(kind, kind)) for kind, _found in redacted.found)
    return Shown(redacted.text, sorted(kinds.items()))


def _flags(post: Post) -> list[RedFlag]:
    course = site().course
    found = {flag.get("rule") for flag in post.reply.red_flags} if post.reply else set()
    return [flag for flag in course.red_flags if flag.id in found] if course else []


def _titles() -> dict[str, str]:
    course = site().course
    lessons = course.lessons.values() if course else ()
    return {lesson.slug: lesson.title for lesson in lessons if lesson.language == BASE_LANGUAGE}
