"""*Not reached*: the people whose phone no text reached on three days, as a list to phone by."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from course.delivery import unreached
from course.people.models import Staff
from course.web import access
from course.web.frame import render_page

PAGE = 25


@require_safe
@access.for_staff(access.COORDINATORS)
def unreached_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Whom to phone, since when no text arrives, and on how many days one was tried."""
    people = unreached.listed(access.access_contacts(staff))
    context = {
        "shown": Paginator(people, PAGE).get_page(request.GET.get("page")),
        "languages": dict(settings.LANGUAGES),
        "query": "",
    }
    return render_page(request, "web/console/unreached.html", context)
