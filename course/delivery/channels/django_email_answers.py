"""What a Django or django-anymail backend does with one message in; our outcome out. Mapped here and nowhere else."""

import smtplib
import ssl
from collections.abc import Collection

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused, AnymailUnsupportedFeature
from anymail.message import AnymailStatus
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from course.delivery.channels import http_wire
from course.delivery.channels.base import Result
from course.delivery.channels.smtp_answers import Answer, Phase
from course.delivery.words import Outcome

_STATUSES = {
    "sent": Outcome.ACCEPTED,
    "queued": Outcome.ACCEPTED,
    "invalid": Outcome.REFUSED_ADDRESS,
    "rejected": Outcome.REFUSED_ADDRESS,
    "failed": Outcome.REFUSED_CONTENT,
}
_OUR_SET_UP = (401, 402, 403, 404, 405)
_SMTP_PHASES: dict[type[smtplib.SMTPResponseException], Phase] = {
    smtplib.SMTPSenderRefused: "mail",
    smtplib.SMTPDataError: "end",
}


def hand_over(backend: BaseEmailBackend, key: int, message: EmailMessage) -> Result:
    """Send one message by an open backend and return what became of it. Once open, no answer means unknown."""
    try:
        sent = backend.send_messages([message])
    except AnymailRecipientsRefused:
        return _by_status(key, message)
    except AnymailAPIError as error:
        return _by_api(key, error)
    except (AnymailUnsupportedFeature, ImproperlyConfigured) as error:
        return Result(key, Outcome.REFUSED_SENDER, type(error).__name__, raw=str(error))
    except (AnymailError, ValueError) as error:  # it could not be put in the provider's form: nothing was sent
        return Result(key, Outcome.REFUSED_CONTENT, type(error).__name__, raw=type(error).__name__)
    except (OSError, EOFError) as error:
        return _by_smtp(key, error) or Result(key, Outcome.UNKNOWN, type(error).__name__, raw=type(error).__name__)
    if sent == 0:
        return Result(key, Outcome.REFUSED_CONTENT, "not sent", raw="the backend sent nothing")
    if hasattr(message, "anymail_status"):
        return _by_status(key, message)
    return Result(key, Outcome.ACCEPTED, raw=f"sent {sent}")


def not_handed(key: int, error: Exception) -> Result:
    """Return the outcome when a message could not be made, or a backend not be opened: certainly nothing was sent."""
    if not isinstance(error, OSError):
        return Result(key, Outcome.REFUSED_CONTENT, type(error).__name__, raw=type(error).__name__)
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer("connect", error).result(key)
    ours = isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLCertVerificationError)
    outcome = Outcome.REFUSED_SENDER if ours else Outcome.RETRY
    return Result(key, outcome, type(error).__name__, raw=str(error))


def _by_status(key: int, message: EmailMessage) -> Result:
    status: AnymailStatus = message.anymail_status  # type: ignore[attr-defined]
    words = sorted(each or "unknown" for each in _all(status.status))
    outcome = _STATUSES.get(words[0], Outcome.UNKNOWN) if len(words) == 1 else Outcome.UNKNOWN
    found = _all(status.message_id)
    provider_id = str(next(iter(found)) or "") if len(found) == 1 else ""
    return Result(key, outcome, words[0] if words else "", provider_id, raw=_said(status))


def _by_api(key: int, error: AnymailAPIError) -> Result:
    status, response = error.status_code, error.response
    raw = str(error)
    if status is None:
        outcome = Outcome.RETRY if http_wire.never_left(error.__cause__) else Outcome.UNKNOWN
        return Result(key, outcome, type(error.__cause__ or error).__name__, raw=raw)
    if status == 429:
        return Result(key, Outcome.RETRY, "429", raw=raw, slow_down=True, retry_after=http_wire.retry_after(response))
    if status in _OUR_SET_UP or 300 <= status < 400:
        return Result(key, Outcome.REFUSED_SENDER, str(status), raw=raw)
    refused = 400 <= status < 500 and status != 408
    return Result(key, Outcome.REFUSED_CONTENT if refused else Outcome.UNKNOWN, str(status), raw=raw)


def _by_smtp(key: int, error: BaseException) -> Result | None:
    """Return what Django's SMTP backend was answered; None when no answer came."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        ((code, text), *_others) = error.recipients.values()
        return Answer("rcpt", code, text.decode(errors="replace")).result(key)
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(_SMTP_PHASES.get(type(error), "end"), error).result(key)
    return None


def _answer(phase: Phase, error: smtplib.SMTPResponseException) -> Answer:
    text = error.smtp_error
    return Answer(phase, error.smtp_code, text.decode(errors="replace") if isinstance(text, bytes) else text)


def _all(value: object) -> Collection[str | None]:
    """Return anymail's set, its one bare value, or nothing, as a collection."""
    if value is None:
        return ()
    return value if isinstance(value, set) else (str(value),)


def _said(status: AnymailStatus) -> str:
    response = status.esp_response
    return getattr(response, "text", "") or str(response or "")
