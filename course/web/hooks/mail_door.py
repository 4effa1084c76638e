"""What a mail provider's hook does with one request in; its answer out. Never a 500 for what a stranger posts.

With no secret set a hook answers 503 and takes nothing, a wrong one gets 403, junk 400, and database trouble 503: then
the provider brings it again.
"""

import logging
from collections.abc import Callable

from anymail.exceptions import AnymailConfigurationError, AnymailWebhookValidationFailure
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import Error as DatabaseTrouble
from django.http import HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase

log = logging.getLogger(__name__)

_UNREADABLE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    MultiPartParserError,
    RequestDataTooBig,
    SuspiciousOperation,
    UnreadablePostError,
)


class NotStored(Exception):
    """It was read and could not be kept; whatever the reason, the provider shall bring it again."""


def answer(key_name: str, take: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Return what ``take`` answers to a request, or the refusal its exception means.

    ``key_name`` is django-anymail's setting for the provider's signing key, empty when it signs nothing.
    """
    if not any(settings.ANYMAIL.get(name) for name in ("WEBHOOK_SECRET", key_name)):
        return _no(503, "Set COURSE_WEBHOOK_SECRET, or the key with which this provider signs, to take what it brings.")
    try:
        return take()
    except AnymailWebhookValidationFailure:
        return _no(403, "The secret or the signature does not fit.")
    except (AnymailConfigurationError, DatabaseTrouble, NotStored) as trouble:
        log.warning("not taken: %s", type(trouble).__name__)
        return _no(503, "It cannot be stored now. Send it again.")
    except _UNREADABLE as junk:
        log.warning("not taken: %s", type(junk).__name__)
        return _no(400, "It cannot be read.")


def _no(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain")
