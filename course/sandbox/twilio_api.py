"""A look-alike of Twilio's messages API, which Twilio's own unmodified library talks to."""

import base64
import binascii
import secrets
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.views.decorators.csrf import csrf_exempt

from course.sandbox import callbacks, twilio_list
from course.sandbox.config import SandboxConfig
from course.sandbox.handler import running
from course.sandbox.records import OUTBOUND, NewText
from course.sandbox.twilio_shapes import (
    MAX_BODY_CHARACTERS,
    ApiError,
    is_e164,
    is_final,
    media_sid_of,
    message_json,
    not_found,
)

MAX_VALIDITY_SECONDS = 36_000
# One white pixel: what a phone's picture needs to be, to be one.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII="
)

View = Callable[..., HttpResponse]


def _guarded(view: View) -> View:
    """Check the account's name and password first, and say every refusal in Twilio's shape."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, account_sid: str, **names: str) -> HttpResponse:
        try:
            _authenticate(request, account_sid, running(request).sandbox.config)
            return view(request, **names)
        except ApiError as error:
            return JsonResponse(error.as_json(), status=error.status)

    return guarded


def _authenticate(request: HttpRequest, account_sid: str, config: SandboxConfig) -> None:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
    except binascii.Error:
        given = b""
    wanted = f"{config.account_sid}:{config.auth_token}".encode()
    known = bool(config.account_sid and config.auth_token) and account_sid == config.account_sid
    if not (secrets.compare_digest(given, wanted) and known):
        raise ApiError(401, 20003, "Authenticate")


@_guarded
def messages(request: HttpRequest) -> HttpResponse:
    """POST creates a text and answers 201; GET lists texts, newest first."""
    if request.method == "POST":
        return _create(request)
    if request.method == "GET":
        return JsonResponse(twilio_list.page(running(request).sandbox, request.GET))
    raise ApiError(405, 20004, "Method not allowed")


def _create(request: HttpRequest) -> HttpResponse:
    machine = running(request)
    config = machine.sandbox.config
    new = _checked(request.POST, config)
    if machine.sandbox.store.is_blocked(new.to_number, new.from_number):
        raise ApiError(400, 21610, "Attempt to send to unsubscribed recipient")
    steps = callbacks.steps(new.sid, new.to_number, new.from_number, config.account_sid)
    text = machine.sandbox.store.add_text(new, steps)
    machine.callbacks.wake()
    return JsonResponse(message_json(text, config.account_sid), status=201)


def _checked(form: QueryDict, config: SandboxConfig) -> NewText:
    to_number, body = form.get("To", ""), form.get("Body", "")
    service = form.get("MessagingServiceSid", "")
    if not to_number:
        raise ApiError(400, 21604, "A 'To' phone number is required.")
    if not is_e164(to_number):
        raise ApiError(400, 21211, "Invalid 'To' Phone Number")
    _check_sender(form.get("From", ""), service, config)
    if not body:
        raise ApiError(400, 21602, "Message body is required.")
    if len(body) > MAX_BODY_CHARACTERS:
        raise ApiError(400, 21617, f"The concatenated message body exceeds the {MAX_BODY_CHARACTERS} character limit")
    return NewText(
        sid=f"SM{secrets.token_hex(16)}",
        to_number=to_number,
        from_number=config.own_number,
        body=body,
        direction=OUTBOUND,
        status="accepted" if service else "queued",
        status_callback=form.get("StatusCallback", ""),
        validity_period=_validity(form.get("ValidityPeriod", "")),
        messaging_service_sid=service,
    )


def _check_sender(from_number: str, service: str, config: SandboxConfig) -> None:
    if not from_number and not service:
        raise ApiError(400, 21603, "A 'From' phone number is required.")
    if from_number and from_number != config.own_number:
        raise ApiError(400, 21606, "The 'From' phone number is not a number of this account.")
    if service and not from_number and service != config.sender:
        raise ApiError(404, 21703, "The Messaging Service does not exist or is not of this account.")


def _validity(words: str) -> int | None:
    if not words:
        return None
    if not (words.isascii() and words.isdigit() and 1 <= int(words) <= MAX_VALIDITY_SECONDS):
        raise ApiError(400, 20001, f"ValidityPeriod must be a number of seconds from 1 to {MAX_VALIDITY_SECONDS}")
    return int(words)


@_guarded
def message(request: HttpRequest, sid: str) -> HttpResponse:
    """GET shows one text, POST with an empty Body wipes its words, DELETE removes it from the list."""
    sandbox = running(request).sandbox
    text = sandbox.store.text(sid)
    if text is None or text.deleted:
        raise not_found(request.path)
    if request.method == "GET":
        return JsonResponse(message_json(text, sandbox.config.account_sid))
    if request.method not in ("POST", "DELETE"):
        raise ApiError(405, 20004, "Method not allowed")
    if not is_final(text):
        raise ApiError(409, 20009, "Cannot change this resource before it is complete.")
    if request.method == "DELETE":
        sandbox.store.redact_text(sid, delete=True)
        return HttpResponse(status=204)
    if request.POST.get("Body") != "":
        raise ApiError(400, 20001, "Only an empty Body may be posted to a message.")
    sandbox.store.redact_text(sid, delete=False)
    wiped = sandbox.store.text(sid) or text
    return JsonResponse(message_json(wiped, sandbox.config.account_sid))


@_guarded
def media(request: HttpRequest, sid: str, media_sid: str) -> HttpResponse:
    """GET the picture that came with a text."""
    text = running(request).sandbox.store.text(sid)
    if text is None or text.deleted or not text.num_media or media_sid != media_sid_of(sid):
        raise not_found(request.path)
    return HttpResponse(PICTURE, content_type="image/png")
