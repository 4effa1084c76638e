"""The pieces of a mail in; one mail's bytes out, the same each time. A file stands in it by name and kind only."""

import base64
import hashlib
import re
from collections.abc import Iterable

from course.replies.stripping import without_body

_NAME = re.compile(r"[!-9;-~]+")
_OURS = ("content-type", "content-transfer-encoding", "mime-version", "return-path")


def compose(
    headers: Iterable[tuple[str, str]],
    text: str | None,
    html: str | None,
    files: Iterable[tuple[str | None, str | None]],
) -> bytes:
    """Return a mail with these headers and words. ``files`` are (name, kind); what they held is not in it."""
    head = [
        f"{name}: {_one_line(value)}" for name, value in headers if _NAME.fullmatch(name) and name.lower() not in _OURS
    ]
    words = [
        _part(f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64", body)
        for kind, body in (("plain", text), ("html", html))
        if body
    ]
    head += ["MIME-Version: 1.0"]
    inner = _multipart("alternative", words)
    return ("\r\n".join(head) + "\r\n").encode("utf-8", "replace") + _multipart(
        "mixed", [inner, *(without_body(name or "", kind or "") for name, kind in files)]
    )


def _multipart(kind: str, parts: list[bytes]) -> bytes:
    boundary = f"=_{hashlib.sha256(kind.encode() + b''.join(parts)).hexdigest()[:40]}"
    lines = [f'Content-Type: multipart/{kind}; boundary="{boundary}"'.encode(), b""]
    for part in parts:
        lines += [f"--{boundary}".encode(), part]
    return b"\r\n".join([*lines, f"--{boundary}--".encode(), b""])


def _part(head: str, body: str) -> bytes:
    return head.encode() + b"\r\n\r\n" + base64.encodebytes(body.encode("utf-8", "replace")).replace(b"\n", b"\r\n")


def _one_line(value: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in value)
