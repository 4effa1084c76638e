"""The stop link of every email: GET shows what will happen, POST stops (RFC 8058). The token is the authority."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from course import clock
from course.delivery import suppression
from course.web import access
from course.web.frame import personal, render_page


# A mail program presses this with no cookie and no form of ours: only the unguessable token can be asked for.
@csrf_exempt
@personal
@require_http_methods(["GET", "HEAD", "POST"])
def stop_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the button, or stop every channel of the person the link belongs to; pressed again, it stays stopped."""
    subscriber = access.access_subscriber_by_stop_token(token)
    if subscriber is None:
        return render_page(request, "web/public/stop_unknown.html", status=404)
    if request.method == "POST":
        now = clock.course_now()
        # A notice is written once for each source: someone who stops, starts and stops again is told each time.
        suppression.stop(subscriber, contact=None, source=f"link:{now:%Y%m%dT%H%M%S}", now=now, answers_at=now)
        return render_page(request, "web/public/stop.html", {"stopped": True})
    return render_page(request, "web/public/stop.html", {"stopped": access.has_stopped(subscriber)})
