"""The bytes of an understood reply in; the same without what its pictures, recordings and files held, out.

Each file stays by its name and kind, so that it is still counted. Every word of the mail stays: when it would not,
the bytes stay as they came.
"""

import json
import re
import unicodedata
from email.generator import BytesGenerator
from email.message import Message
from io import BytesIO

from course.people.words import Channel
from course.replies import letter
from course.replies.models import Reply

_KIND = re.compile(r"[a-z0-9][a-z0-9.+-]{0,40}/[a-z0-9][a-z0-9.+-]{0,80}")
_LONGEST_NAME = 60
# These may hold the mail itself, sealed by the person's mail program.
_SEALED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/ms-tnef", "application/pgp-encrypted")


def without_files(reply: Reply) -> bytes:
    """Return what is kept of an understood reply for good."""
    raw = bytes(reply.raw)
    try:
        return _text(raw) if reply.channel == Channel.SMS else _mail(raw)
    except Exception:  # a mail that cannot be written again stays as it came: its words count more
        return raw


def without_body(name: str, kind: str) -> bytes:
    """Return a part of a mail that names a file and holds nothing."""
    return b"\r\n".join([*(f"{key}: {value}".encode() for key, value in _named(name, kind)), b"", b""])


def safe_name(name: str) -> str:
    """Return a file's name as it can be shown and written: no path, no control or direction signs, 60 signs long."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(sign if sign.isalnum() or sign in " ._-()" else "_" for sign in unicodedata.normalize("NFC", last))
    stem, dot, ending = shown.strip(" .").rpartition(".")
    if not dot or len(ending) > 8:
        return shown.strip(" .")[:_LONGEST_NAME] or "file"
    return f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}"


def _named(name: str, kind: str) -> list[tuple[str, str]]:
    clean = kind.strip().lower()
    if not _KIND.fullmatch(clean) or clean.startswith(("multipart/", "message/")):
        clean = "application/octet-stream"
    encoded = safe_name(name).encode()
    plain = encoded.isascii()
    shown = f'"{encoded.decode()}"' if plain else "utf-8''" + "".join(f"%{byte:02X}" for byte in encoded)
    return [("Content-Type", clean), ("Content-Disposition", f"attachment; filename{'' if plain else '*'}={shown}")]


def _text(raw: bytes) -> bytes:
    params = json.loads(raw)
    kept = {name: value for name, value in params.items() if not name.startswith("MediaUrl")}
    return raw if kept == params else json.dumps(kept, sort_keys=True).encode()


def _mail(raw: bytes) -> bytes:
    mail = letter.open_letter(raw)
    if mail.get_content_type() == "multipart/encrypted":
        return raw
    before = letter.words(mail), letter.attachments(mail)
    files = [part for part in mail.walk() if _goes(part)]
    if not files:
        return raw
    for part in files:
        _empty(part)
    out = BytesIO()
    BytesGenerator(out, mangle_from_=False, maxheaderlen=0).flatten(mail, linesep="\r\n")
    kept = out.getvalue()
    again = letter.open_letter(kept)
    return kept if (letter.words(again), letter.attachments(again)) == before else raw


def _goes(part: "Message[str, str]") -> bool:
    is_written = part.get_content_type() == "text/plain"  # somebody may have typed it, file or not
    kept = is_written or part.get_content_type() in _SEALED
    return not part.is_multipart() and letter.is_file(part) and not kept


def _empty(part: "Message[str, str]") -> None:
    name, kind = letter.clean(str(part.get_filename() or "")), part.get_content_type()
    for header in {key for key, _value in part.items() if key.lower().startswith("content-")}:
        del part[header]
    for key, value in _named(name, kind):
        part[key] = value
    part.set_payload("")
