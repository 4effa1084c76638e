"""*Not reached*: people whose phone no text reached on three days, and numbers that are not theirs any more."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from course.delivery import unreached
from course.people.models import Staff
from course.replies import told
from course.web import access, words
from course.web.frame import render_page

PAGE = 25


@require_safe
@access.for_staff(access.COORDINATORS)
def unreached_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Whom to phone, since when no text arrives, and on how many days one was tried; and who stopped for a reason."""
    contacts = access.access_contacts(staff)
    people = unreached.listed(contacts)
    context = {
        "shown": Paginator(people, PAGE).get_page(request.GET.get("page")),
        "languages": dict(settings.LANGUAGES),
        "query": "",
        "told": told.listed(contacts),
        "abouts": words.TOLD,
    }
    return render_page(request, "web/console/unreached.html", context)
