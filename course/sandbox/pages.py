"""The store's rows in; the chosen mailbox, message and conversation out. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import phonenumbers
from markupsafe import Markup

from course.sandbox.reading import OpenMail, linked, open_mail
from course.sandbox.records import Mailbox, ReceivedMail, Typed
from course.sandbox.store import SandboxStore

SHOWN = 100


@dataclass(frozen=True)
class Chosen:
    """What the query chose: places in the lists of mailboxes and phones, from 1, and a mail's id; 0: none."""

    box: int = 0
    mail: int = 0
    phone: int = 0

    def href(self, **changed: int) -> str:
        """Return the page's URL with some choices changed. It holds numbers only, never an address."""
        choice = {"box": self.box, "mail": self.mail, "phone": self.phone} | changed
        return "/?" + urlencode({name: value for name, value in choice.items() if value})


@dataclass(frozen=True)
class Choice:
    """One line of a list of links."""

    href: str
    name: str
    detail: str
    current: bool


@dataclass(frozen=True)
class Shown:
    """One mail, open."""

    id: int
    address: str
    mail: OpenMail
    plain: Markup
    when: str
    replies: list[Typed]


@dataclass(frozen=True)
class Bubble:
    """One text of a conversation."""

    who: str
    mine: bool
    body: Markup
    picture: bool
    when: str
    status: str


@dataclass(frozen=True)
class Page:
    """All that the page shows."""

    chosen: Chosen
    mailboxes: list[Choice]
    phones: list[Choice]
    messages: list[Choice]
    older: int
    open: Shown | None
    number: str
    number_in_words: str
    bubbles: list[Bubble]


def in_words(moment: datetime) -> str:
    """Return a time as a person says it: "Monday 23 November 2026, 10:00 UTC"."""
    return f"{moment:%A} {moment.day} {moment:%B %Y, %H:%M} UTC"


def build(store: SandboxStore, asked: Chosen) -> Page:
    """Look up what ``asked`` chose; else the first mailbox, its newest mail and the first phone."""
    everyone = store.addresses()
    boxes = [one for one in everyone if one.kind == "email"]
    phones = [one for one in everyone if one.kind == "phone"]
    box, phone = _place(asked.box, boxes), _place(asked.phone, phones)
    mails = store.mails(boxes[box - 1].address, newest=SHOWN)[::-1] if box else []
    mail = next((one for one in mails if one.id == asked.mail), _elsewhere(store, asked.mail, boxes, box))
    mail = mail or (mails[0] if mails else None)
    number = phones[phone - 1].address if phone else ""
    chosen = Chosen(box, mail.id if mail else 0, phone)
    return Page(
        chosen=chosen,
        mailboxes=[_person(one, chosen.href(box=n, mail=0), n == box) for n, one in enumerate(boxes, 1)],
        phones=[_person(one, chosen.href(phone=n) + "#phone", n == phone) for n, one in enumerate(phones, 1)],
        messages=[_message(one, chosen) for one in mails],
        older=boxes[box - 1].count - len(mails) if box else 0,
        open=_shown(store, mail) if mail else None,
        number=number,
        number_in_words=spaced(number),
        bubbles=_bubbles(store, number) if number else [],
    )


def spaced(number: str) -> str:
    """Return an E.164 number as people read it, or as it is when no country has such numbers."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _place(asked: int, people: list[Mailbox]) -> int:
    return asked if 1 <= asked <= len(people) else min(1, len(people))


def _elsewhere(store: SandboxStore, mail_id: int, boxes: list[Mailbox], box: int) -> ReceivedMail | None:
    """Return an older mail of the same mailbox that the list no longer reaches."""
    mail = store.mail(mail_id) if box and mail_id else None
    return mail if mail and mail.rcpt_to.lower() == boxes[box - 1].address.lower() else None


def _person(one: Mailbox, href: str, current: bool) -> Choice:
    noun = "message" if one.count == 1 else "messages"
    name = spaced(one.address) if one.kind == "phone" else one.address
    return Choice(href, name, f"{one.count} {noun}", current)


def _message(mail: ReceivedMail, chosen: Chosen) -> Choice:
    subject = open_mail(mail.raw).subject
    return Choice(chosen.href(mail=mail.id) + "#mail", subject, in_words(mail.course_time), mail.id == chosen.mail)


def _shown(store: SandboxStore, mail: ReceivedMail) -> Shown:
    opened = open_mail(mail.raw)
    words = linked(opened.plain.strip("\n"))
    return Shown(mail.id, mail.rcpt_to, opened, words, in_words(mail.course_time), store.replies_to(mail.id))


def _bubbles(store: SandboxStore, number: str) -> list[Bubble]:
    return [
        Bubble(
            who="You wrote" if text.inbound else "They wrote",
            mine=text.inbound,
            body=linked(text.body),
            picture=text.num_media > 0,
            when=in_words(text.course_time),
            status="" if text.inbound else text.status,
        )
        for text in store.texts(number, newest=SHOWN)
    ]
