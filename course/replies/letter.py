"""The bytes of a mail in; its words, sender and number of attachments out.

Limits come before parsing. Python's own `policy.default` raises on some real mail, so this parses with compat32
and decodes by hand.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.header import Header, decode_header
from email.message import Message
from email.policy import compat32
from email.utils import parseaddr
from typing import Any

from course.replies import html_words

MOST_BYTES = 10 * 1024 * 1024
MOST_PARTS = 100
MOST_BOUNDARIES = 2_000
MOST_LINES = 250_000  # ten megabytes of a file have about 140,000
DEEPEST = 20
MOST_HEADER_BYTES = 64 * 1024
MOST_DECODED = 4_000  # characters of one header; Python's decoder takes the square of its length
MOST_SENDER = 320

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_TYPED = re.compile(rb"^content-type\s*:", re.IGNORECASE | re.MULTILINE)
_NESTS = re.compile(rb"^content-type\s*:\s*(?:multipart/|message/)", re.IGNORECASE | re.MULTILINE)
# Python takes a header of this kind apart in the square of its length.
_LONG_TYPE = re.compile(rb"^content-(?:type|disposition)\s*:(?:[^\r\n]|\r?\n[ \t]){8000}", re.IGNORECASE | re.MULTILINE)
_NOT_FILES = ("multipart/", "application/pgp-signature", "application/pkcs7-signature", "message/delivery-status")
_TEXT_FILES = ("text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/rtf", "text/x-amp-html")
# Invisible signs that mail programs put between words.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad")) | {0xA0: " "}


class Unreadable(Exception):
    """The mail is over a limit or does not parse; its bytes are kept and a person is shown them."""


def open_letter(raw: bytes) -> "Message[str, str]":
    """Parse a mail. Raises Unreadable."""
    head_end = _HEAD_END.search(raw)
    if len(raw) > MOST_BYTES or (head_end.start() if head_end else len(raw)) > MOST_HEADER_BYTES:
        raise Unreadable("too large")
    if _LONG_TYPE.search(raw):
        raise Unreadable("a header too long")
    parts, nests = len(_TYPED.findall(raw)), len(_NESTS.findall(raw))
    if parts > MOST_PARTS or nests > DEEPEST or raw.count(b"\n--") > MOST_BOUNDARIES:
        raise Unreadable("too many parts")
    if raw.count(b"\n") > MOST_LINES:
        raise Unreadable("too many lines")
    try:
        return message_from_bytes(raw, policy=compat32)
    except Exception as error:  # whatever a hostile mail makes the parser raise: the bytes are kept
        raise Unreadable(type(error).__name__) from error


def header(mail: "Message[str, str]", name: str) -> str:
    """Return one header on one line, decoded as far as it can be; empty when there is none."""
    value = mail.get(name)
    if value is None:
        return ""
    try:
        whole = _eight_bit(mail, name) if isinstance(value, Header) else str(value)
        pieces = [_piece(text, charset) for text, charset in decode_header(whole[:MOST_DECODED])]
        pieces.append(whole[MOST_DECODED:])
    except Exception:  # a broken encoded word: show it as it came
        pieces = [str(value)]
    return " ".join(clean("".join(pieces)).split())


def _eight_bit(mail: "Message[str, str]", name: str) -> str:
    """Return a header whose bytes are no ASCII (RFC 6532): the parser would put marks in their place."""
    raw = next(str(value) for key, value in mail.raw_items() if key.lower() == name.lower())
    return decode(raw.encode("ascii", "surrogateescape"), None)


def sender(mail: "Message[str, str]") -> str:
    """Return the bare address of From in lower case; it proves nothing (law 8)."""
    try:
        return parseaddr(header(mail, "From")[:MOST_SENDER])[1].strip().lower()
    except RecursionError:  # brackets within brackets
        return ""


def words(mail: "Message[str, str]") -> str:
    """Return the text of a mail: the plain part where there is one, else the HTML part as text."""
    found = [text for text in _texts(mail) if text.strip()]
    if not found:  # a phone may call the only words of a mail a file
        found = [body(part) for part in leaves(mail) if part.get_content_type() == "text/plain"]
    return clean("\n".join(found))


def attachments(mail: "Message[str, str]") -> int:
    """Return how many pictures, recordings and files came with a mail."""
    return sum(is_file(part) for part in leaves(mail))


def leaves(mail: "Message[str, str]") -> Iterator["Message[str, str]"]:
    """Yield the parts that hold no other part; a mail inside the mail counts as one part."""
    if mail.get_content_maintype() == "multipart" and mail.is_multipart():
        for part in children(mail):
            yield from leaves(part)
    else:
        yield mail


def children(part: "Message[str, str]") -> "list[Message[str, str]]":
    """Return the parts in a part. What holds none is not asked for its words, which fails in some charsets."""
    payload: Any = part.get_payload() if part.is_multipart() else []
    return list(payload)


def body(part: "Message[str, str]") -> str:
    """Return what stands in a part that holds no other, decoded as far as it can be."""
    return decode(_payload(part), _charset(part))


def report_parts(mail: "Message[str, str]", *kinds: str) -> Iterator["Message[str, str]"]:
    """Yield the parts of these kinds of a multipart/report only: a person may forward a report and write about it."""
    if mail.get_content_type() == "multipart/report":
        yield from (part for part in leaves(mail) if part.get_content_type() in kinds)


def clean(text: str) -> str:
    """Return text with plain line ends that any database and encoder takes."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if lines.isascii():
        return lines
    return lines.translate(_INVISIBLE).encode("utf-8", "replace").decode("utf-8")


def decode(payload: bytes, charset: str | None) -> str:
    """Decode by the declared charset, else UTF-8, else Windows-1252: many mails declare the wrong one."""
    for name in filter(None, (charset, "utf-8")):
        try:
            return payload.decode(name)
        except (LookupError, ValueError):
            continue
    return payload.decode("cp1252", "replace")


def _piece(text: Any, charset: str | None) -> str:
    return decode(text, charset) if isinstance(text, bytes) else str(text)


def _texts(part: "Message[str, str]") -> list[str]:
    kind = part.get_content_type()
    if part.is_multipart() and kind.startswith("multipart/"):
        within = children(part)
        if kind == "multipart/alternative":
            plain = [child for child in within if child.get_content_type() == "text/plain"]
            if any(text.strip() for child in plain for text in _texts(child)):
                within = plain[:1]
        return [text for child in within for text in _texts(child)]
    if is_file(part) or part.get_content_maintype() != "text":
        return []
    text = body(part)
    if kind == "text/html":
        return [html_words.to_text(text)]
    if _parameter(part, "format") == "flowed":
        return [_unflowed(text, joined=_parameter(part, "delsp") == "yes")]
    return [text]


def is_file(part: "Message[str, str]") -> bool:
    """Return whether a part is a picture, recording or file, and not words."""
    kind = part.get_content_type()
    if kind.startswith(_NOT_FILES):
        return False
    named = str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment")
    return named or not kind.startswith("text/") or kind in _TEXT_FILES


def _payload(part: "Message[str, str]") -> bytes:
    try:
        payload: Any = part.get_payload(decode=True)
    except Exception:  # a broken transfer encoding: take what stands there
        payload = str(part.get_payload()).encode("utf-8", "replace")
    return payload if isinstance(payload, bytes) else b""


def _charset(part: "Message[str, str]") -> str | None:
    try:
        return part.get_content_charset()
    except Exception:  # a parameter that cannot be read: guess instead
        return None


def _parameter(part: "Message[str, str]", name: str) -> str:
    try:
        return str(part.get_param(name) or "").lower()
    except Exception:  # a parameter that cannot be read counts as absent
        return ""


def _unflowed(text: str, *, joined: bool) -> str:
    """Join the lines that a mail program broke softly (RFC 3676): a line that ends in a space goes on.

    ``joined``: the space at the break is no part of the words (DelSp=yes).
    """
    lines: list[list[str]] = []
    soft_depth = -1
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip(">"))
        body = line[depth:].removeprefix(" ")
        soft = body.endswith(" ") and body != "-- "
        said = body[:-1] if soft and joined else body
        if depth == soft_depth and lines and body != "-- ":
            lines[-1].append(said)
        else:
            lines.append([f"{'>' * depth}{' ' if depth else ''}", said])
        soft_depth = depth if soft else -1
    return "\n".join("".join(pieces) for pieces in lines)
