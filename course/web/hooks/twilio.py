"""Twilio's signed webhooks: a text that came in, or what became of one we sent. Stored first, then acknowledged.

A hook whose secret is not set answers 503: with no secret, nothing that comes in can be trusted. Junk and forged
requests get 403, never 500. 503 is also the answer to database trouble: then Twilio, or our own poll of its list,
brings the text again.
"""

import logging
import re
from urllib.parse import parse_qsl

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import Error as DatabaseTrouble
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator

from course import clock
from course.delivery import receipts
from course.replies import intake

log = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024
MOST_PARAMETERS = 100
_FORM = "application/x-www-form-urlencoded"
_INBOUND = re.compile(
    r"MessageSid|SmsSid|SmsMessageSid|AccountSid|MessagingServiceSid|From|To|Body|NumMedia|NumSegments|OptOutType"
    r"|ApiVersion|SmsStatus|MediaUrl\d|MediaContentType\d"
)
_STATUS = re.compile(
    r"MessageSid|SmsSid|AccountSid|MessagingServiceSid|From|To|MessageStatus|SmsStatus|ErrorCode|ErrorMessage"
    r"|ApiVersion|RawDlrDoneDate"
)


class Refused(Exception):
    """The request is not one of Twilio's. The message is one plain sentence."""


class NotConfigured(Exception):
    """This installation has no secret to tell Twilio's requests from forged ones."""


@csrf_exempt
@require_POST
def inbound(request: HttpRequest) -> HttpResponse:
    """Store one text, then answer with TwiML that says nothing: what we answer goes out through the outbox."""
    try:
        params = _signed(request, _INBOUND, needed=("MessageSid", "From"))
        intake.store_text(params, clock.course_now(), clock.machine_now())
    except (Refused, NotConfigured, DatabaseTrouble) as trouble:
        return _no(trouble)
    return HttpResponse('<?xml version="1.0" encoding="UTF-8"?><Response/>', content_type="text/xml")


@csrf_exempt
@require_POST
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Keep what became of the text whose row has this token; an unknown one changes nothing."""
    try:
        params = _signed(request, _STATUS, needed=("MessageSid", "MessageStatus"))
        receipts.twilio_status(token, params, clock.course_now(), clock.machine_now())
    except (Refused, NotConfigured, DatabaseTrouble) as trouble:
        return _no(trouble)
    return HttpResponse(status=204)


def _signed(request: HttpRequest, allowed: re.Pattern[str], needed: tuple[str, ...]) -> dict[str, str]:
    """Return the allowed parameters of a request that Twilio signed. Raises Refused or NotConfigured."""
    if not settings.TWILIO_AUTH_TOKEN or not settings.TWILIO_ACCOUNT_SID:
        raise NotConfigured("Texts are not set up here: COURSE_TWILIO_AUTH_TOKEN and the account's SID are not set.")
    params = _parameters(request)
    query = request.META.get("QUERY_STRING", "")
    url = settings.PUBLIC_URL + request.path + (f"?{query}" if query else "")
    validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)  # type: ignore[no-untyped-call]  # twilio has no types
    try:
        genuine = validator.validate(url, params, request.headers.get("X-Twilio-Signature", ""))  # type: ignore[no-untyped-call]
    except ValueError:  # a query or a letter that cannot stand in a signed address
        genuine = False
    if not genuine:
        raise Refused("The signature does not fit.")
    if params.get("AccountSid") != settings.TWILIO_ACCOUNT_SID:
        raise Refused("This is another account's request.")
    if not all(params.get(name) for name in needed):
        raise Refused(f"The request needs {' and '.join(needed)}.")
    return {name: value for name, value in params.items() if allowed.fullmatch(name)}


def _parameters(request: HttpRequest) -> dict[str, str]:
    if request.content_type != _FORM:
        raise Refused("Only a form is read here.")
    try:
        body = request.body
        if len(body) > MOST_BYTES:
            raise Refused("This is more than a text can hold.")
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except (RequestDataTooBig, UnreadablePostError, ValueError):
        raise Refused("The form cannot be read.") from None
    params = dict(pairs)
    if len(params) != len(pairs):
        raise Refused("A parameter stands twice.")
    return params


def _no(trouble: Exception) -> HttpResponse:
    log.warning("not taken: %s", type(trouble).__name__)
    if isinstance(trouble, Refused):
        return HttpResponse(f"{trouble}\n", status=403, content_type="text/plain")
    said = str(trouble) if isinstance(trouble, NotConfigured) else "The text cannot be stored now. Send it again."
    return HttpResponse(f"{said}\n", status=503, content_type="text/plain")
