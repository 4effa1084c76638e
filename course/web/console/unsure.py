"""*Not sure*: the messages of which nobody can say whether they went, and the buttons that settle one.

Names and addresses stand here, so that a coordinator can ask the person. Only a POST acts.
"""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from course import clock
from course.curriculum.model import BASE_LANGUAGE
from course.delivery import by_hand
from course.delivery.by_hand import Word
from course.delivery.models import Message
from course.people import versions
from course.people.models import Staff
from course.web import access, words
from course.web.frame import render_page

PAGE = 25


@dataclass(frozen=True)
class Shown:
    """One message, what it is in words, and whether it could still go."""

    message: Message
    what: str | Promise
    in_time: bool


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff(access.COORDINATORS)
def unsure_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List them, the oldest first, or settle one."""
    if request.method == "POST":
        return _settle(request, staff)
    now = clock.course_now()
    page = Paginator(access.access_unsure(staff).order_by("pk"), PAGE).get_page(request.GET.get("page"))
    rows = [Shown(message, _what(message), message.expires_at > now) for message in page.object_list]
    return render_page(request, "web/console/unsure.html", {"shown": page, "rows": rows, "query": ""})


def _settle(request: HttpRequest, staff: Staff) -> HttpResponse:
    number, act = request.POST.get("message", ""), request.POST.get("act", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19) or act not in list(Word):
        raise BadRequest
    message_id, word = int(number), Word(act)
    if not access.may_see_message(staff, message_id):
        raise Http404
    try:
        by_hand.settle(message_id, word, f"staff:{staff.pk}", clock.course_now())
    except by_hand.NotUnsure:
        messages.error(request, _("Nothing was changed: this message is settled by now, or being sent."))
    except by_hand.TooLate:
        messages.error(request, _("Nothing was changed: it is too late to send this message again."))
    else:
        messages.success(request, str(words.SETTLED[word]))
    return HttpResponseRedirect(request.path)


def _what(message: Message) -> str | Promise:
    if message.request:
        return words.NOTICES[message.request.kind]
    course = versions.course_of(message.version) if message.version else versions.current()
    lesson = course.step(message.step_id).lesson
    if lesson is None:
        return _("Digest of questions")
    return _("Lesson “%(lesson)s”") % {"lesson": course.lesson(lesson, BASE_LANGUAGE).title}
