"""A request in; refused when it brings more than its page has any use for. Only a mail provider may bring a mail."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

MOST_BYTES = 2_621_440  # Django's own default for a form
_INBOUND_MAIL = re.compile(r"/hooks/mail/[a-z]+/inbound/")


def small_bodies(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 413 to a body over the limit, unread."""

    def limited(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE if _INBOUND_MAIL.fullmatch(request.path) else MOST_BYTES
        if length.isdecimal() and int(length) > most:
            return HttpResponse("This is more than is taken here.\n", status=413, content_type="text/plain")
        return get_response(request)

    return limited
