"""What went wrong with an HTTP request in; whether the other side can have heard of it, and when to come back, out."""

import math
import ssl

import requests
from urllib3.exceptions import NewConnectionError, SSLError


def never_left(error: BaseException | None) -> bool:
    """Return whether the connection was never made, so that the other side cannot have stored anything."""
    reason = getattr(error.args[0], "reason", None) if error and error.args else None
    stranger = isinstance(reason, SSLError) and isinstance(reason.args[0], ssl.SSLCertVerificationError)
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError) or stranger


def retry_after(response: requests.Response | None) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110, 10.2.3); None without one, or when it is a date."""
    words = response.headers.get("Retry-After", "") if response is not None else ""
    try:
        seconds = float(words)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
