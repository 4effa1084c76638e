"""A request in; refused when it brings more than its page has any use for. Only a mail provider may bring a mail."""

import logging
import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

log = logging.getLogger(__name__)

MOST_BYTES = 2_621_440  # Django's own default for a form
_INBOUND_MAIL = re.compile(r"/hooks/mail/[a-z]+/inbound/")


def small_bodies(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 413 to a body over the limit, unread."""

    def limited(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        is_mail = bool(_INBOUND_MAIL.fullmatch(request.path))
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE if is_mail else MOST_BYTES
        if length.isdecimal() and int(length) > most:
            if is_mail:  # its writer is not told: somebody here must know
                log.error("a provider brought a mail of %s bytes, which is over the limit", length)
            return HttpResponse("This is more than is taken here.\n", status=413, content_type="text/plain")
        return get_response(request)

    return limited
