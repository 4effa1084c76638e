"""A recipient address in; what it is for and whose it is out. Identity comes from the token in it (law 8)."""

import re
from dataclasses import dataclass

from django.conf import settings

from course.delivery.models import Message
from course.people.models import Subscriber
from course.people.tokens import TOKEN_LENGTH

REPLY, STOP, BOUNCE, COURSE = "reply", "stop", "bounce", "course"
_LOCAL = re.compile(rf"({REPLY}|{STOP}|{BOUNCE})\+([a-z2-7]{{{TOKEN_LENGTH}}})")


@dataclass(frozen=True)
class Destination:
    """An address of ours. ``message`` is set for reply and bounce, ``subscriber`` for stop, neither for course."""

    purpose: str
    token: str = ""
    message: Message | None = None
    subscriber: Subscriber | None = None


def parse(recipient: str) -> tuple[str, str] | None:
    """Return purpose and token of "reply+TOKEN@domain" (stop, bounce alike), or None for any other address."""
    local, _at, domain = recipient.strip().strip("<>").lower().rpartition("@")
    found = _LOCAL.fullmatch(local)
    if found is None or domain != settings.MAIL_DOMAIN.lower():
        return None
    return found[1], found[2]


def known(recipient: str) -> Destination | None:
    """Return what mail to this address is about, or None when there is no such address here."""
    if recipient.strip().strip("<>").lower() == settings.MAIL_FROM.lower():
        return Destination(COURSE)
    parsed = parse(recipient)
    return find(*parsed) if parsed else None


def find(purpose: str, token: str) -> Destination | None:
    """Return whose token this is, or None when it is nobody's."""
    if purpose == STOP:
        subscriber = Subscriber.objects.filter(stop_token=token, erased_at__isnull=True).first()
        return Destination(purpose, token, subscriber=subscriber) if subscriber else None
    column = "bounce_token" if purpose == BOUNCE else "reply_token"
    message = Message.objects.filter(**{column: token}).select_related("contact__subscriber").first()
    return Destination(purpose, token, message=message) if message else None


def is_ours(address: str) -> bool:
    """Return whether this is an address of this course: nothing is ever answered to itself."""
    clean = address.strip().lower()
    return clean == settings.MAIL_FROM.lower() or parse(clean) is not None
