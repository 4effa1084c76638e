"""A signed POST to the course, as Twilio would send it: 15 seconds for an answer. Nothing is followed."""

import http.client
from typing import Any
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

TIMEOUT_SECONDS = 15.0


class Unreachable(Exception):
    """Nothing answered, or not in time. The message names host and port."""


def post(url: str, params: dict[str, str], auth_token: str, timeout: float = TIMEOUT_SECONDS) -> tuple[int, str]:
    """POST ``params`` as a form with X-Twilio-Signature; return the HTTP status and its reason.

    Raises Unreachable when the connection fails or ``timeout`` seconds pass without an answer.
    """
    parts = urlsplit(url)
    maker = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "User-Agent": "TwilioProxy/1.1",
        "X-Twilio-Signature": _signature(url, params, auth_token),
    }
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = maker(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request("POST", path, urlencode(params), headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"{parts.hostname} port {parts.port or 80}") from error
    else:
        return answer.status, answer.reason
    finally:
        connection.close()


def _signature(url: str, params: dict[str, str], auth_token: str) -> str:
    validator: Any = RequestValidator  # twilio gives it no types
    return str(validator(auth_token).compute_signature(url, params))
