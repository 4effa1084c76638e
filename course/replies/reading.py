"""A stored reply in; what stands in it out, before anything is made of it."""

import json
import re
from dataclasses import dataclass, replace

from course.people.words import Channel
from course.replies import address, bounce, letter, optout
from course.replies.bounce import Report
from course.replies.complaint import Complaint
from course.replies.extraction import Extracted, extract
from course.replies.models import Reply
from course.replies.optout import Wish
from course.replies.words import ReplyKind

_ANSWER = re.compile(r"^\s*(?:re|aw|sv|rv|fw|fwd|antw|wg)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_A_SIGNATURE = 4  # words: "Thank you, Anna"


@dataclass(frozen=True)
class Opened:
    """``text`` is the whole text; ``sender`` the From address or number; ``machine`` what a machine's mail is."""

    text: str
    sender: str
    subject: str = ""
    attachments: int = 0
    machine: ReplyKind | None = None
    report: Report | Complaint | None = None


def open_reply(reply: Reply) -> Opened:
    """Open the stored bytes. Raises letter.Unreadable for a mail over the limits, ValueError for a broken text."""
    if reply.channel == Channel.SMS:
        params = json.loads(reply.raw)
        pictures = str(params.get("NumMedia", "0"))[:9]
        body = letter.clean(str(params.get("Body", "")))
        return Opened(
            body, str(params.get("From", "")), attachments=min(int(pictures), 99) if pictures.isdecimal() else 0
        )
    return open_mail(reply.raw, reply.purpose)


def open_mail(raw: bytes, purpose: str) -> Opened:
    """Open the bytes of a mail to an address for ``purpose``. Raises letter.Unreadable for one over the limits."""
    mail = letter.open_letter(raw)
    machine, report = bounce.written_by_machine(mail, purpose)
    return Opened(
        letter.words(mail),
        letter.sender(mail),
        letter.header(mail, "Subject"),
        letter.attachments(mail),
        machine,
        report,
    )


def own_words(reply: Reply, opened: Opened, sent: str = "") -> Extracted:
    """Return the person's own words; a text is nothing else. ``sent`` as in `extraction.extract`."""
    if reply.channel == Channel.SMS:
        return Extracted(opened.text.strip(), "", unsure=False)
    return extract(opened.text, sent)


def wish(reply: Reply, opened: Opened, extracted: Extracted, *, phrases: bool = True) -> Wish | None:
    """Return what a person's reply asks for: by the address it was sent to, its words, or its subject.

    Without ``phrases`` only a bare word counts: that is quick.
    """
    if reply.purpose == address.STOP:
        return Wish("stop", "exact", alone=True)
    by_words = optout.wish_of(extracted.own_words, sure=phrases and not extracted.unsure)
    return by_words or _by_subject(opened.subject, extracted, phrases)


def _by_subject(subject: str, extracted: Extracted, phrases: bool) -> Wish | None:
    """Return what a subject that the person wrote asks for; one that begins with Re: is ours.

    Under it may stand nothing but a quotation, a signature or a word of thanks. With more below, the one word that
    has no other meaning stops, and any other is for a person to read.
    """
    if not subject or _ANSWER.match(subject):
        return None
    wish = optout.wish_of(subject, sure=phrases)
    if wish is None or wish.ask != "stop":
        return None
    if extracted.unsure or len(extracted.own_words.split()) <= _A_SIGNATURE:
        return replace(wish, alone=not wish.about)
    certain = wish.surety == "exact" and optout.means_only_us(subject)
    return replace(wish, alone=False, surety="exact" if certain else "unclear")


def plain(reply: Reply) -> str:
    """Return the stored bytes as text without opening them: what a person reads when nothing else could be made."""
    text = letter.clean(letter.decode(bytes(reply.raw), None))
    if reply.channel == Channel.SMS:
        return text
    head, _blank, body = text.partition("\n\n")
    return body or head
