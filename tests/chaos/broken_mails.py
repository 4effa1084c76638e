"""A pen with a mark in; the bytes of mails that no mail program should write, and that come all the same, out."""

from collections.abc import Callable

from tests.chaos.mails import Pen, parts, plain_part

_UTF8 = "Content-Type: text/plain; charset=utf-8"


def _nothing(_pen: Pen) -> bytes:
    return b""  # its mark stands in Return-Path


def _no_body(pen: Pen) -> bytes:
    return pen.head()


def _empty_line_first(pen: Pen) -> bytes:
    return f"\r\n{pen.words()} {pen.mark}\r\n".encode()


def _no_head(pen: Pen) -> bytes:
    return f"{pen.words()} {pen.mark}\r\n".encode()


def _wrong_charset(pen: Pen) -> bytes:
    declared, real = pen.rng.choice((
        ("us-ascii", "utf-8"), ("utf-8", "cp1252"), ("utf-8", "utf-16"), ("x-unknown-9", "utf-8"), ("utf-16", "utf-8"),
        ("utf-7", "latin-1"), ("idna", "utf-8"), ("rot13", "utf-8"), ("unicode_escape", "utf-8"),
        ("undefined", "utf-8"), ("zlib", "utf-8"), ("\x00", "utf-8"), ("utf-8' OR 1", "utf-8"),
        ("punycode", "utf-8"), ("a" * 300, "utf-8"),
    ))  # fmt: skip
    return pen.mail("¿Puedo nadar? Ça va \\x é\r\n".encode(real), f'Content-Type: text/plain; charset="{declared}"')


def _never_ends(pen: Pen) -> bytes:
    return parts(pen, "multipart/mixed", plain_part(pen.words()), end=b"--b1\r\nContent-Type: text/pl")


def _no_boundary(pen: Pen) -> bytes:
    return pen.mail(b"--b1\r\n" + plain_part(pen.words()) + b"--b1--\r\n", "Content-Type: multipart/mixed")


def _other_boundary(pen: Pen) -> bytes:
    return pen.mail(b"--b2\r\n" + plain_part(pen.words()), 'Content-Type: multipart/alternative; boundary="b1"')


def _broken_encoding(pen: Pen) -> bytes:
    encoding = pen.rng.choice(("base64", "quoted-printable", "x-uuencode", "8bit, base64", "x-none"))
    body = pen.rng.choice(
        (b"=E9=ZZ=\r\n=", b"!!!not base64===", b"begin 666 x\r\n#0V%T\r\nMMM\r\n", b"QUJ", "é=".encode())
    )
    return pen.mail(body, _UTF8, f"Content-Transfer-Encoding: {encoding}")


def _long_head(pen: Pen) -> bytes:
    more = [f"X-Trace-{number}: {'t' * 900}" for number in range(90)]
    return pen.mail(f"{pen.words()} {pen.mark}\r\n".encode(), *more)


def _one_long_header(pen: Pen) -> bytes:
    return pen.mail(pen.words().encode(), "References: " + "\r\n ".join(["<a@example.org>" * 20] * 300))


def _odd_headers(pen: Pen) -> bytes:
    lines = pen.rng.choice(
        (b" starts folded\r\n", b"no colon here\r\n", b": no name\r\n", b"X-\x80\xff: \xfe\r\n", b"\t\r\n")
    )
    return lines + pen.mail(f"{pen.words()} {pen.mark}\r\n".encode())


def _many_parts(pen: Pen) -> bytes:
    return parts(pen, "multipart/mixed", *[plain_part(pen.words())] * 150)


def _deep(pen: Pen) -> bytes:
    opened = "".join(f"--d{n}\r\nContent-Type: multipart/mixed; boundary=d{n + 1}\r\n\r\n" for n in range(40))
    return pen.mail(
        opened.encode() + b"--d40\r\n" + plain_part(pen.words()), "Content-Type: multipart/mixed; boundary=d0"
    )


def _mails_in_mails(pen: Pen) -> bytes:
    return pen.mail(b"Content-Type: message/rfc822\r\n\r\n" * 15 + pen.words().encode(), "Content-Type: message/rfc822")


def _many_boundaries(pen: Pen) -> bytes:
    return pen.mail(b"--b1\r\n" * 3000, 'Content-Type: multipart/mixed; boundary="b1"')


def _junk(pen: Pen) -> bytes:
    return pen.head() + b"\r\n" + pen.rng.randbytes(5000).replace(b"\r\n", b"")


def _all_junk(pen: Pen) -> bytes:
    return pen.rng.randbytes(pen.rng.randrange(1, 3000)).replace(b"\r\n", b"") + pen.mark.encode()


def _nul(pen: Pen) -> bytes:
    place = pen.rng.choice(("body", "subject", "from", "name"))
    mail = pen.mail(b"I wal\x00k\x00\r\n\x00", _UTF8)
    spoilt = {"subject": (b"Lesson", b"Les\x00son"), "from": (b"<", b"<\x00"), "name": (b"Subject", b"Sub\x00ject")}
    return mail.replace(*spoilt[place], 1) if place in spoilt else mail


def _bare_line_ends(pen: Pen) -> bytes:
    end = pen.rng.choice((b"\n", b"\r", b"\r\r\n", b"\n\r", b"\n.\n"))
    return pen.mail(f"{pen.words()}\r\n.\r\n..\r\nline two".encode(), _UTF8).replace(b"\r\n", end)


def _huge_subject(pen: Pen) -> bytes:
    subject = pen.rng.choice(
        ("long " * 6000, "=?utf-8?q?=C3=A9?= " * 900, "=?utf-8?b?w6k?= =?x-no?q?=ZZ?=", "=?utf-8?b?!?=")
    )
    return pen.mail(pen.words().encode(), subject=subject)


def _odd_from(pen: Pen) -> bytes:
    senders = (
        b"", b"<>", b"undisclosed-recipients:;", b"Anna", "Ännä <änna@exämple.org>".encode(), b"a@" + b"b" * 5000,
        b"course@example.org", b"one@example.org, two@example.org", b"=?utf-8?q?a=40b?= <", b"\xff\xfe@example.org",
        b'"a\\" b"@example.org', b"x" * 400 + b"@example.org", b"a@b@c", b"anna@[127.0.0.1]", b"(((((((((((", b"@",
        b"anna@example.org\r\nFrom: two@example.org",
    )  # fmt: skip
    mail = pen.mail(f"{pen.words()} {pen.mark}\r\n".encode(), _UTF8)
    return mail.replace(f"Somebody <{pen.sender}>".encode(), pen.rng.choice(senders), 1)


def _odd_type(pen: Pen) -> bytes:
    kind = pen.rng.choice((
        "text", "/", "multipart/", "text/plain; charset", "text/plain; charset*0*=utf-8''%ZZ; charset*1=x", ";;;",
        "text/plain; format=flowed; delsp", "multipart/report; report-type",
        "text/html; charset=utf-8\r\nContent-Type: x",
        "text/plain; charset*=bogus'en'%E2%82", 'multipart/mixed; boundary=""', 'multipart/mixed; boundary=" "',
    ))  # fmt: skip
    return pen.mail(f"<p>{pen.words()}\r\n".encode(), f"Content-Type: {kind}")


def _deep_page(pen: Pen) -> bytes:
    tag = pen.rng.choice((b"<div>", b"<table><tr><td>", b"<blockquote>", b"<b>"))
    return pen.mail(tag * 4000 + pen.words().encode(), "Content-Type: text/html; charset=utf-8")


def _odd_page(pen: Pen) -> bytes:
    page = pen.rng.choice((
        "", "<", "<!--", "<?xml version='1.0' encoding='utf-16'?><p>x", "&#0;&#xD800;&#99999999;", "<p>\x01\x0b\ufffe",
        "<![CDATA[", "<table colspan=99999999><td colspan=9999999>x",
    ))  # fmt: skip
    return pen.mail(page.encode(), "Content-Type: text/html; charset=utf-8")


def _quotes_only(pen: Pen) -> bytes:
    return pen.mail((b">" * pen.rng.randrange(1, 80) + b" quoted\r\n") * 4000, _UTF8)


SHAPES: dict[str, Callable[[Pen], bytes]] = {
    "nothing": _nothing, "no body": _no_body, "empty line first": _empty_line_first, "no head": _no_head,
    "wrong charset": _wrong_charset, "never ends": _never_ends, "no boundary": _no_boundary,
    "other boundary": _other_boundary, "broken encoding": _broken_encoding, "long head": _long_head,
    "one long header": _one_long_header, "odd headers": _odd_headers, "many parts": _many_parts, "deep": _deep,
    "mails in mails": _mails_in_mails, "many boundaries": _many_boundaries, "junk": _junk, "all junk": _all_junk,
    "nul": _nul, "bare line ends": _bare_line_ends, "huge subject": _huge_subject, "odd from": _odd_from,
    "odd type": _odd_type, "deep page": _deep_page, "odd page": _odd_page, "quotes only": _quotes_only,
}  # fmt: skip
