"""A raw message in; subject, words and HTML out, as a mail program shows them. Odd mail never raises."""

import email
import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

from markupsafe import Markup, escape

_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>\"]+")
_TRAILING = ".,;:!?)]'"


@dataclass(frozen=True)
class OpenMail:
    """A message as it is read. ``html`` may be empty; ``language`` is a BCP 47 tag or empty."""

    subject: str
    sender: str
    date: str
    plain: str
    html: str
    language: str
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str:
        """Return the first header of that name on one line, or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


def open_mail(raw: bytes) -> OpenMail:
    """Decode ``raw``; what cannot be decoded shows as replacement characters."""
    message = email.message_from_bytes(raw)
    headers = tuple((name, _decoded(str(value))) for name, value in message.items())
    plain, html = _part(message, "text/plain"), _part(message, "text/html")
    shown = plain or html or message
    return OpenMail(
        subject=_decoded(str(message.get("Subject", ""))) or "No subject",
        sender=_decoded(str(message.get("From", ""))),
        date=_decoded(str(message.get("Date", ""))),
        plain=_text(plain) if plain else "",
        html=_text(html) if html else "",
        language=_decoded(str(shown.get("Content-Language", "") or message.get("Content-Language", ""))),
        headers=headers,
    )


def linked(text: str) -> Markup:
    """Return ``text`` escaped, each URL in it a link; a full stop after a URL stays outside."""
    parts: list[str] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        address = found.group().rstrip(_TRAILING)
        parts += [escape(text[end : found.start()]), Markup('<a href="{0}">{0}</a>').format(address)]
        end = found.start() + len(address)
    return Markup("").join([*parts, escape(text[end:])])


def _part(message: Message, content_type: str) -> Message | None:
    for part in message.walk():
        if part.get_content_type() == content_type and part.get_content_disposition() != "attachment":
            return part
    return None


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        words = raw.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        words = raw.decode("utf-8", "replace")
    words = words.replace("\r\n", "\n")
    return _unflowed(words) if part.get_param("format") == "flowed" else words


def _unflowed(words: str) -> str:
    """Join format=flowed lines into paragraphs (RFC 3676, section 4): a line that ends in a space goes on."""
    out: list[str] = []
    open_line = False
    for line in words.split("\n"):
        unstuffed = line.removeprefix(" ")
        if open_line:
            out[-1] += unstuffed
        else:
            out.append(unstuffed)
        open_line = unstuffed.endswith(" ") and unstuffed != "-- "
    return "\n".join(out)


def _decoded(value: str) -> str:
    try:
        words = str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        words = value
    return " ".join(words.split())
