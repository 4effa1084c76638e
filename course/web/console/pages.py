"""*Today* and *Cohorts*: numbers for staff, no one's words or address."""

from django.core.paginator import Paginator
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from course import clock
from course.delivery import unreached
from course.people import on_call
from course.people.models import Staff
from course.people.words import EnrolmentState
from course.replies import told
from course.web import access, words
from course.web.console.numbers import numbers
from course.web.frame import render_page

PAGE = 25


@require_safe
@access.for_staff()
def today_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """What is due, sent, held and urgent, as it stands now."""
    now = clock.course_now()
    may_phone = staff.role in access.COORDINATORS
    context = {
        "now": now,
        "numbers": numbers(now),
        "what": words.HOLDS,
        "may_moderate": staff.role in access.MODERATORS,
        "may_hold": staff.role in access.HOLDERS,
        "may_release": may_phone,
        "may_phone": may_phone,
        "unsure": access.access_unsure(staff).count() if may_phone else 0,
        "unreached": len(unreached.listed(access.access_contacts(staff))) if may_phone else 0,
        "told": len(told.listed(access.access_contacts(staff))) if may_phone else 0,
    }
    return render_page(request, "web/console/today.html", context)


@require_safe
@access.for_staff(access.COORDINATORS)
def cohorts_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The cohorts this member of staff looks after, with counts and the next due time."""
    active = Q(enrolments__state=EnrolmentState.ACTIVE)
    cohorts = access.access_cohorts(staff).annotate(
        people=Count("enrolments"),
        active=Count("enrolments", filter=active),
        waiting=Count("enrolments", filter=Q(enrolments__state=EnrolmentState.WAITING)),
        stopped=Count("enrolments", filter=Q(enrolments__state=EnrolmentState.STOPPED)),
        finished=Count("enrolments", filter=Q(enrolments__state=EnrolmentState.FINISHED)),
        next_due=Min("enrolments__next_due_at", filter=active),
    )
    nobody_on_call = not on_call.listed(on_call.staff())
    shown = Paginator(cohorts.order_by("-starts_on", "name"), PAGE).get_page(request.GET.get("page"))
    return render_page(
        request,
        "web/console/cohorts.html",
        {"shown": shown, "states": words.COHORT_STATES, "query": "", "nobody_on_call": nobody_on_call},
    )
