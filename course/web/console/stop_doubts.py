"""A moderator's word on a reply that may be a stop in; the person stopped, or their lessons going on, out."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_POST

from course import clock
from course.people.models import Staff
from course.replies import doubt
from course.replies.words import DoubtDecision
from course.web import access

DONE: dict[str, Promise] = {
    DoubtDecision.STOP: later("They are stopped. They are told so, and how to come back."),
    DoubtDecision.GO_ON: later("Their lessons go on."),
}


@require_POST
@access.for_staff(access.MODERATORS)
def decide_page(request: HttpRequest, staff: Staff, post_id: int) -> HttpResponse:
    """Decide, once: of two who press at the same time the first is heard."""
    post = access.access_post(staff, post_id)
    decision = request.POST.get("decision", "")
    if decision not in DONE:
        raise BadRequest
    found = doubt.of_reply(post.reply_id)
    if found is None:
        raise Http404
    if doubt.decide(found, DoubtDecision(decision), f"staff:{staff.pk}", clock.course_now()):
        messages.success(request, str(DONE[decision]))
    else:
        messages.error(request, _("Nothing was changed: this is decided already."))
    return HttpResponseRedirect(reverse("console-reply", args=[post_id]))
