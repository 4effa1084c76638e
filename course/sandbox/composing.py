"""Words typed here in; a message out as a mail program writes it: words on top, the original quoted below."""

import re
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr

from markupsafe import Markup, escape

from course.sandbox.reading import OpenMail

_BODY = re.compile(r"<body[^>]*>(.*?)(?:</body>|$)", re.IGNORECASE | re.DOTALL)
_QUOTE_STYLE = "margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"


def answer_address(mail: OpenMail) -> str:
    """Return the bare address that an answer to ``mail`` goes to: Reply-To, else From (RFC 5322, 3.6.2)."""
    return parseaddr(mail.header("Reply-To") or mail.header("From"))[1]


def reply(mail: OpenMail, from_address: str, words: str, now: datetime) -> EmailMessage:
    """Return the answer of ``from_address`` to ``mail``, with plain and HTML parts. ``now`` is aware."""
    subject = mail.subject if mail.subject.lower().startswith("re:") else f"Re: {mail.subject}"
    message = _new(from_address, answer_address(mail), subject, now)
    original_id = mail.header("Message-ID")
    if original_id:
        message["In-Reply-To"] = original_id
        message["References"] = f"{mail.header('References')} {original_id}".strip()
    attribution = f"On {mail.date}, {mail.sender} wrote:"
    quoted = "\n".join(f"> {line}".rstrip() for line in mail.plain.rstrip("\n").split("\n"))
    message.set_content(f"{words}\n\n{attribution}\n\n{quoted}\n")
    message.add_alternative(_gmail_html(words, attribution, _inner_html(mail)), subtype="html")
    return message


def fresh(from_address: str, to_address: str, subject: str, words: str, now: datetime) -> EmailMessage:
    """Return a new message that answers nothing, plain text only."""
    message = _new(from_address, to_address, subject, now)
    message.set_content(f"{words}\n")
    return message


def _new(from_address: str, to_address: str, subject: str, now: datetime) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = from_address
    message["To"] = to_address
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=from_address.rpartition("@")[2] or "sandbox.invalid")
    return message


def _inner_html(mail: OpenMail) -> Markup:
    if not mail.html:
        return _lines(mail.plain)
    found = _BODY.search(mail.html)
    # A mail program quotes HTML as it got it; the course must cope with it, so it is not cleaned here.
    return Markup(found.group(1) if found else mail.html)  # noqa: S704


def _lines(words: str) -> Markup:
    return Markup("<br>\n").join(escape(line) for line in words.split("\n"))


def _gmail_html(words: str, attribution: str, original: Markup) -> str:
    return Markup(
        """<div dir="ltr">{words}</div><br>
<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{attribution}<br></div>
<blockquote class="gmail_quote" style="{style}">
{original}
</blockquote></div>
"""
    ).format(words=_lines(words), attribution=attribution, style=_QUOTE_STYLE, original=original)
