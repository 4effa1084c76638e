"""One request of each provider in; the mails in it out: envelope, and the mail's own bytes where the provider has them.

A provider that only sends a mail's pieces has it put together again, without its files. Whatever is not of the
provider's shape raises ValueError, LookupError, TypeError or AttributeError.
"""

import json
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from course.replies.composing import compose
from course.replies.letter import MOST_BYTES


@dataclass(frozen=True)
class Incoming:
    """One mail. ``raw`` begins with Return-Path."""

    recipients: tuple[str, ...]
    raw: bytes


def mailgun(request: HttpRequest) -> list[Incoming]:
    """Read a route's form: ``body-mime`` when its address ends in "mime", else the pieces (read as Latin-1)."""
    form = {name: str(value) for name, value in request.POST.items()}
    if "body-mime" in form:
        raw = form["body-mime"].encode("latin-1")
    else:
        text = {name: value.encode("latin-1").decode("utf-8", "replace") for name, value in form.items()}
        files = [("", "")] * min(int(text.get("attachment-count", "0")), 99)
        headers = _pairs(json.loads(text["message-headers"]))
        raw = compose(headers, text.get("body-plain"), text.get("body-html"), files)
    return [_incoming(form["recipient"].split(","), form.get("sender", ""), raw)]


def postmark(request: HttpRequest) -> list[Incoming]:
    """Read one mail: RawEmail when the server is told to include it, else the pieces."""
    event = _json(request, dict)
    headers = [(header["Name"], header["Value"]) for header in event.get("Headers") or []]
    returns = headers[0][1] if headers and headers[0][0].lower() == "return-path" else ""
    if event.get("RawEmail"):
        raw = _bytes(event["RawEmail"])
    else:
        headers += [(name, event[key]) for name, key in _POSTMARK_APART if event.get(key)]
        files = [(file.get("Name"), file.get("ContentType")) for file in event.get("Attachments") or []]
        raw = compose(headers, event.get("TextBody"), event.get("HtmlBody"), files)
    return [_incoming([event["OriginalRecipient"]], returns, raw)]


_POSTMARK_APART = (("From", "From"), ("To", "To"), ("Subject", "Subject"), ("Date", "Date"), ("Reply-To", "ReplyTo"))


def sparkpost(request: HttpRequest) -> list[Incoming]:
    """Read a list of relayed mails; an empty event is a ping."""
    mails = []
    for event in _json(request, list):
        if not event["msys"]:
            continue
        mail = event["msys"]["relay_message"]
        content = mail["content"]["email_rfc822"]
        raw = b64decode(content) if mail["content"]["email_rfc822_is_base64"] else _bytes(content)
        mails.append(_incoming([mail["rcpt_to"]], mail.get("msg_from") or "", raw))
    return mails


def mailersend(request: HttpRequest) -> list[Incoming]:
    """Read one mail."""
    data = _json(request, dict)["data"]
    recipients = [each["email"] for each in data["recipients"]["rcptTo"]]
    return [_incoming(recipients, (data.get("sender") or {}).get("email") or "", _bytes(data["raw"]))]


def mailjet(request: HttpRequest) -> list[Incoming]:
    """Read the pieces of one mail."""
    event = _json(request, dict)
    files = [
        ("", str((part.get("Headers") or {}).get("Content-Type") or "").partition(";")[0])
        for part in event.get("Parts") or []
        if "Attachment" in str(part.get("ContentRef", ""))
    ]
    raw = compose(_pairs(event["Headers"].items()), event.get("Text-part"), event.get("Html-part"), files)
    return [_incoming([event["Recipient"]], event.get("Sender") or "", raw)]


def brevo(request: HttpRequest) -> list[Incoming]:
    """Read the pieces of each mail; its envelope recipient stands in a header that Brevo adds."""
    mails = []
    for item in _json(request, dict)["items"]:
        headers = _pairs(item["Headers"].items())
        files = [(file.get("Name"), file.get("ContentType")) for file in item.get("Attachments") or []]
        raw = compose(headers, item.get("RawTextBody"), item.get("RawHtmlBody"), files)
        recipients = [value for name, value in headers if name.lower() == "delivered-to"]
        returns = next((value for name, value in headers if name.lower() == "return-path"), "")
        mails.append(_incoming(recipients, returns, raw))
    return mails


def _json(request: HttpRequest, shape: type) -> Any:
    body = json.loads(request.body)
    if not isinstance(body, shape):
        raise TypeError(f"a {shape.__name__} was awaited")
    return body


def _bytes(raw: str) -> bytes:
    return raw.encode("utf-8", "replace")


def _pairs(headers: Iterable[Any]) -> list[tuple[str, str]]:
    """Return headers as pairs; one that stands several times may be a list."""
    return [
        (str(name), str(value))
        for name, values in headers
        for value in (values if isinstance(values, list) else [values])
    ]


def _incoming(recipients: Iterable[str], sender: str, raw: bytes) -> Incoming:
    # A sender of several lines would be headers of its own making.
    path = "".join(sign for sign in sender.strip().strip("<>") if sign.isprintable())
    wanted = tuple(str(recipient).strip() for recipient in recipients)
    whole = f"Return-Path: <{path}>\r\n".encode("utf-8", "replace") + raw
    return Incoming(wanted, whole[:MOST_BYTES])  # a person's words stand before their pictures
