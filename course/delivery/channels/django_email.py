"""Mail in, a provider's answer out, by any email backend of Django or django-anymail."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal

from anymail.backends.base import AnymailBaseBackend
from anymail.backends.base_requests import AnymailRequestsBackend
from anymail.exceptions import AnymailUnsupportedFeature
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.module_loading import import_string

from course.delivery.channels import django_email_answers
from course.delivery.channels.base import AboutTo, Finding, Mail, Outgoing, Result, Sent, Standing
from course.delivery.words import METADATA_KEY

# Headers that Django or the provider makes anew from the message's parts.
_MADE_AGAIN = {
    "from", "to", "subject", "reply-to", "mime-version", "content-type", "content-transfer-encoding",
    "content-language",
}  # fmt: skip


class DjangoEmailChannel:
    """Sends by the backend with the dotted name ``backend``.

    A backend of anymail takes its options from the setting ANYMAIL; ``options`` are the arguments of any other. Raises
    ValueError, one line, when the backend cannot be made of them.
    """

    can_look_up = False

    def __init__(self, backend: str, options: Mapping[str, Any], answer_seconds: float = 30) -> None:
        self._class = _class_named(backend)
        self._anymail = issubclass(self._class, AnymailBaseBackend)
        self._options = {} if self._anymail else {name.lower(): value for name, value in options.items()}
        if issubclass(self._class, AnymailRequestsBackend):
            self._options["timeout"] = answer_seconds
        try:
            made = self._class(**self._options)
        except (ImproperlyConfigured, ImportError, TypeError, ValueError) as error:
            raise ValueError(f"COURSE_ANYMAIL does not fit {backend}: {_one_line(error)}") from None
        if getattr(made, "debug_api_requests", False):
            raise ValueError("COURSE_ANYMAIL has DEBUG_API_REQUESTS, which prints whole messages; take it out.")
        self._extras = _known_extras(made) if isinstance(made, AnymailBaseBackend) else []

    def send(self, batch: Iterable[Outgoing], about_to: AboutTo) -> Iterator[Result]:
        """Send the mails in order. A provider's connection is kept for the batch."""
        backend: BaseEmailBackend | None = None
        try:
            for mail in batch:
                if not isinstance(mail, Mail):
                    raise TypeError("The django_email channel carries mail only.")
                try:
                    message = self._message(mail)
                    backend = backend or self._open()
                except (ValueError, LookupError, OSError) as error:
                    yield django_email_answers.not_handed(mail.key, error)
                    continue
                if not about_to(mail):
                    continue
                result = django_email_answers.hand_over(backend, mail.key, message)
                # Django's own SMTP backend cannot say whether a connection that waited was lost before its next mail.
                if not self._anymail:
                    _close(backend)
                    backend = None
                yield result
        finally:
            if backend:
                _close(backend)

    def look_up(self, sent: Sent) -> Finding:
        """Raise OSError: no provider can be asked for a Message-ID in one way that all of them know."""
        raise OSError("This channel cannot look up what went.")

    def status_of(self, provider_id: str) -> Standing | None:
        """Return None: a provider tells it by its webhook only."""
        return None

    def _open(self) -> BaseEmailBackend:
        backend = self._class(**self._options)
        backend.open()
        return backend

    def _message(self, mail: Mail) -> EmailMultiAlternatives:
        """Return a Django message that says what the rendered mail says: both parts and every header."""
        rendered = message_from_bytes(mail.content, policy=policy.default)
        headers = {name: str(value) for name, value in rendered.items() if name.lower() not in _MADE_AGAIN}
        message = EmailMultiAlternatives(
            subject=str(rendered["Subject"]),
            body=_part(rendered, "plain"),
            from_email=str(rendered["From"]),
            to=[mail.recipient],
            reply_to=[str(rendered["Reply-To"])] if rendered["Reply-To"] else None,
            headers=headers,
        )
        if html := _part(rendered, "html"):
            message.attach_alternative(html, "text/html")
        if not self._anymail:  # Django's own backends take the envelope from from_email and the header from headers
            message.from_email, message.extra_headers["From"] = mail.envelope_from, message.from_email
        for name in self._extras:
            setattr(message, name, _extras(mail.envelope_from, mail.message_id)[name])
        return message


def _class_named(name: str) -> type[BaseEmailBackend]:
    try:
        found = import_string(name)
    except ImportError as error:
        raise ValueError(f"COURSE_EMAIL_BACKEND is {name}, which cannot be loaded: {_one_line(error)}") from None
    if not (isinstance(found, type) and issubclass(found, BaseEmailBackend)):
        said = f"COURSE_EMAIL_BACKEND is {name}, which is no email backend of Django or django-anymail."
        raise ValueError(said)  # noqa: TRY004  a setting is wrong, not an argument's type
    return found


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _extras(envelope_from: str, message_id: str) -> dict[str, Any]:
    """Return what anymail can carry beyond a plain message. Nobody may follow who opens a mail or presses a link."""
    return {
        "envelope_sender": envelope_from,
        "metadata": {METADATA_KEY: message_id},
        "track_opens": False,
        "track_clicks": False,
    }


def _known_extras(backend: AnymailBaseBackend) -> list[str]:
    """Return the names of those that this provider knows; one it does not would be refused at each message."""
    known = []
    for name, value in _extras("bounce@example.org", "probe@example.org").items():
        probe = EmailMultiAlternatives("probe", "probe", "course@example.org", ["probe@example.org"])
        setattr(probe, name, value)
        with suppress(AnymailUnsupportedFeature):
            backend.build_message_payload(probe, backend.send_defaults)
            known.append(name)
    return known


def _part(rendered: EmailMessage, kind: Literal["plain", "html"]) -> str:
    part = rendered.get_body((kind,))
    return str(part.get_content()) if part else ""


def _close(backend: BaseEmailBackend) -> None:
    """Close a backend; one whose connection is gone already may say so."""
    with suppress(OSError):
        backend.close()
