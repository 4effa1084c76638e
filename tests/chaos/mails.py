"""A pen with a mark in; the bytes of mails as mail programs, machines and hurried people write them, out."""

import base64
import quopri
import random
from collections.abc import Callable
from dataclasses import dataclass

WORDS = (
    "Can I swim with this?", "My legs cramp at night, what helps?", "Thank you, that was clear.", "How long do I walk?",
    "I do not understand the second part.", "Is a bicycle better than walking?", "STOP", "Start", "HELP", "Yes",
    "please take me off this list", "I fell yesterday and my leg is weak", "Estoy mejor, gracias", "Ça va mieux déjà",
    "Better today \U0001f600\U0001f44d\U0001f3fd", "What about vitamin D?", "I have gone numb between my legs",
)  # fmt: skip


@dataclass(frozen=True)
class Pen:
    """Who writes: the mark that must stand in the bytes, and the address in From."""

    rng: random.Random
    mark: str
    sender: str

    def words(self) -> str:
        """Return something a person may write; most often nothing that makes everybody run."""
        return self.rng.choice(WORDS[:6]) if self.rng.random() < 0.7 else self.rng.choice(WORDS)

    def head(self, *more: str, subject: str = "Re: Lesson 1") -> bytes:
        """Return the headers of a mail without the empty line."""
        lines = [
            f"From: Somebody <{self.sender}>", "To: course@example.org", f"Subject: {subject}",
            f"Message-ID: <{self.mark}@mail.example.org>", "Date: Mon, 23 Nov 2026 16:00:00 +0000",
            "MIME-Version: 1.0", *more,
        ]  # fmt: skip
        return "".join(f"{line}\r\n" for line in lines).encode()

    def mail(self, body: bytes, *more: str, subject: str = "Re: Lesson 1") -> bytes:
        """Return a whole mail."""
        return self.head(*more, subject=subject) + b"\r\n" + body


def parts(pen: Pen, kind: str, *pieces: bytes, end: bytes = b"--b1--\r\n") -> bytes:
    """Return a multipart mail; each piece is a part with its headers."""
    body = b"".join(b"--b1\r\n" + piece + b"\r\n" for piece in pieces)
    return pen.mail(body + end, f'Content-Type: {kind}; boundary="b1"')


def plain_part(words: str) -> bytes:
    """Return a part with words."""
    return b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + words.encode() + b"\r\n"


def file_part(pen: Pen, size: int, kind: str = "image/jpeg") -> bytes:
    """Return an attachment of about ``size`` bytes."""
    head = f'Content-Type: {kind}\r\nContent-Disposition: attachment; filename="{pen.mark}.bin"\r\n'
    body = base64.encodebytes(pen.rng.randbytes(size)).replace(b"\n", b"\r\n")
    return f"{head}Content-Transfer-Encoding: base64\r\n\r\n".encode() + body


def _plain(pen: Pen) -> bytes:
    return pen.mail(f"{pen.words()}\r\n".encode(), "Content-Type: text/plain; charset=utf-8")


def _quoted(pen: Pen) -> bytes:
    quote = "On Sunday the course <course@example.org> wrote:\r\n> Walk a little every day.\r\n> Sit when you must.\r\n"
    return pen.mail(f"{pen.words()}\r\n\r\n{quote}".encode(), "Content-Type: text/plain; charset=utf-8")


def _html(pen: Pen) -> bytes:
    return pen.mail(f"<p>{pen.words()}<br>--<br><b>Anna</b></p>".encode(), "Content-Type: text/html; charset=utf-8")


def _both(pen: Pen) -> bytes:
    words = pen.words()
    page = f"Content-Type: text/html; charset=utf-8\r\n\r\n<div>{words}</div>\r\n".encode()
    return parts(pen, "multipart/alternative", plain_part(words), page)


def _flowed(pen: Pen) -> bytes:
    return pen.mail(
        f"{pen.words()} \r\nand more\r\n-- \r\nAnna\r\n".encode(), "Content-Type: text/plain; format=flowed"
    )


def _base64(pen: Pen) -> bytes:
    body = base64.encodebytes(pen.words().encode())
    return pen.mail(body, "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64")


def _printable(pen: Pen) -> bytes:
    body = quopri.encodestring(pen.words().encode("latin-1", "replace"))
    return pen.mail(body, "Content-Type: text/plain; charset=latin-1", "Content-Transfer-Encoding: quoted-printable")


def _attached(pen: Pen) -> bytes:
    files = [file_part(pen, pen.rng.randrange(1, 60_000)) for _file in range(pen.rng.randrange(1, 4))]
    return parts(pen, "multipart/mixed", plain_part(pen.words()), *files)


def _inside(pen: Pen) -> bytes:
    return parts(pen, "multipart/mixed", plain_part(pen.words()), b"Content-Type: message/rfc822\r\n\r\n" + _both(pen))


def _signed(pen: Pen) -> bytes:
    signature = b"Content-Type: application/pgp-signature\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\nxx\r\n"
    return parts(pen, "multipart/signed", plain_part(pen.words()), signature)


def _long(pen: Pen) -> bytes:
    return pen.mail((pen.words() + "\r\n").encode() * pen.rng.randrange(1000, 9000), "Content-Type: text/plain")


def _bounce(pen: Pen) -> bytes:
    code = pen.rng.choice(("5.1.1", "4.2.2", "5.7.1", "5.2.2"))
    told = f"Final-Recipient: rfc822; {pen.sender}\r\nAction: failed\r\nStatus: {code}\r\n".encode()
    status = b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n" + told
    return parts(pen, "multipart/report; report-type=delivery-status", plain_part("It did not arrive."), status)


def _broken_bounce(pen: Pen) -> bytes:
    status = (
        b"Content-Type: message/delivery-status\r\n\r\nAction\r\nStatus: 99.x\r\n\r\nStatus:\r\nFinal-Recipient: ;;\r\n"
    )
    return parts(pen, "multipart/report; report-type=delivery-status", status, end=b"")


def _odd_report(pen: Pen) -> bytes:
    kind = pen.rng.choice(("message/delivery-status", "message/global-delivery-status", "message/feedback-report"))
    returned = pen.rng.choice(("text/rfc822-headers", "message/rfc822", "message/rfc822-headers", "text/x"))
    charset = pen.rng.choice(("idna", "undefined", "\0", "x-none", "utf-16", "us-ascii"))
    told = pen.rng.choice((b"Status: 5.1.1\r\nAction: f\xc3\xa9\r\n", b"", b"\xff\xfe\r\n\r\n\xe9: \xe9\r\n", b"\0"))
    pieces = [f'Content-Type: {each}; charset="{charset}"\r\n\r\n'.encode() + told for each in (kind, returned)]
    return parts(pen, "multipart/report; report-type=delivery-status", *pieces)


def _complaint(pen: Pen) -> bytes:
    told = b"Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n"
    return parts(pen, "multipart/report; report-type=feedback-report", plain_part("Spam"), told)


def _away(pen: Pen) -> bytes:
    return pen.mail(b"I am away until Monday.\r\n", "Auto-Submitted: auto-replied", subject="Out of office")


def _oversized(pen: Pen) -> bytes:
    return pen.mail(b"x" * 76 + b"\r\n" + (b"y" * 76 + b"\r\n") * 140_000)


def _large(pen: Pen) -> bytes:
    return parts(pen, "multipart/mixed", plain_part(pen.words()), file_part(pen, 3_000_000, "video/mp4"))


def _one_line(pen: Pen) -> bytes:
    return pen.mail(b"I walk. " * 110_000 + b"\r\n")


def _too_long_a_line(pen: Pen) -> bytes:
    return pen.mail(b"I walk. " * 150_000 + b"\r\n")


SHAPES: dict[str, Callable[[Pen], bytes]] = {
    "plain": _plain, "quoted": _quoted, "html": _html, "both": _both, "flowed": _flowed, "base64": _base64,
    "printable": _printable, "attached": _attached, "inside": _inside, "signed": _signed, "long": _long,
    "bounce": _bounce, "broken bounce": _broken_bounce, "odd report": _odd_report, "complaint": _complaint,
    "away": _away, "foreign sender": _plain, "oversized": _oversized, "large": _large, "one line": _one_line,
    "too long a line": _too_long_a_line,
    "stop mail": _plain, "stranger": _plain, "nobody": _plain, "two recipients": _both, "one of two is nobody": _quoted,
}  # fmt: skip
ORDINARY = ("plain", "quoted", "html", "both", "flowed", "base64", "printable", "attached")
LARGE = ("oversized", "large", "one line", "too long a line", "long")
REFUSED = ("oversized", "too long a line")
WRITTEN_BY_MACHINES = ("bounce", "broken bounce", "odd report", "complaint", "away")
