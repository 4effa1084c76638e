"""*On call*: who is on duty, the list, and what nobody has yet, each with a button "I have it". Only a POST acts."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from course import clock
from course.curriculum.model import ReadingHours
from course.delivery import alert_end
from course.discussion import moderation
from course.discussion.models import Post
from course.people import alerts, on_call
from course.people.models import Alert, Staff
from course.people.words import AlertKind
from course.web import access, words
from course.web.frame import render_page


@dataclass(frozen=True)
class Row:
    """One of the list, in words."""

    member: Staff
    hours: str
    routes: list[str]


@dataclass(frozen=True)
class Open:
    """One alert that nobody has, and the reply to read, for those who may."""

    alert: Alert
    post_id: int


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff()
def on_call_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show who is told of an emergency and what is open; take an alert."""
    if request.method == "POST":
        return _take(request, staff)
    now = clock.course_now()
    everybody = on_call.staff()
    context = {
        "open": _open(staff),
        "kinds": words.ALERTS,
        "roles": words.ROLES,
        "on_duty": on_call.members(now),
        "next": on_call.next_members(everybody, now),
        "empty": not on_call.listed(everybody),
        "has_lead": any(member.on_call_lead and on_call.routes(member) for member in everybody),
        "rows": [_row(member) for member in everybody if member.on_call or member.on_call_lead],
        "others": [member for member in everybody if not (member.on_call or member.on_call_lead)],
        "may_take": access.may_have_alerts(staff),
        "may_change": staff.role in access.ADMINISTRATORS,
    }
    return render_page(request, "web/console/on_call.html", context)


def hours_in_words(hours: ReadingHours | None) -> str:
    """Return "Monday to Friday, 09:00 to 17:00, Chicago time"."""
    if hours is None:
        return _("Always")
    spans = {
        "days": _days(sorted(hours.days)),
        "start": f"{hours.start:%H:%M}",
        "end": f"{hours.end:%H:%M}",
        "city": hours.zone.key.rpartition("/")[2].replace("_", " "),
    }
    if hours.end <= hours.start:
        return _("%(days)s, %(start)s to %(end)s on the next day, %(city)s time") % spans
    return _("%(days)s, %(start)s to %(end)s, %(city)s time") % spans


def _take(request: HttpRequest, staff: Staff) -> HttpResponse:
    number = request.POST.get("alert", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise BadRequest
    if not access.may_have_alerts(staff):
        raise PermissionDenied
    alert = alerts.standing().filter(pk=int(number)).first()
    if alert and _have(alert, staff):
        messages.success(request, _("You have it. Nobody is told of it again."))
    else:
        messages.success(request, _("Somebody had it before you."))
    return HttpResponseRedirect(request.path)


def _have(alert: Alert, staff: Staff) -> bool:
    """End the alert; a moderator's button acknowledges the reply, too."""
    ended = bool(alert_end.end([alert], f"staff:{staff.pk}"))
    if ended and alert.kind == AlertKind.REPLY and staff.role in access.MODERATORS:
        post = access.access_posts(staff).filter(reply_id=alert.reply, acknowledged_at__isnull=True).first()
        if post:
            moderation.acknowledge(post, staff, clock.course_now())
    return ended


def _open(staff: Staff) -> list[Open]:
    found = list(alerts.standing().order_by("opened_at", "pk"))
    if staff.role not in access.MODERATORS:
        return [Open(alert, 0) for alert in found]
    replies = [alert.reply for alert in found]
    known = dict(Post.objects.filter(reply_id__in=replies).values_list("reply_id", "pk"))
    return [Open(alert, known.get(alert.reply, 0)) for alert in found]


def _row(member: Staff) -> Row:
    routes = [str(words.CHANNELS[channel]) for channel in on_call.routes(member)]
    return Row(member, hours_in_words(on_call.hours_of(member)), routes)


def _days(days: Sequence[int]) -> str:
    in_a_row = len(days) > 2 and list(days) == list(range(days[0], days[-1] + 1))
    if in_a_row:
        return _("%(first)s to %(last)s") % {"first": WEEKDAYS[days[0]], "last": WEEKDAYS[days[-1]]}
    return ", ".join(str(WEEKDAYS[day]) for day in days)
