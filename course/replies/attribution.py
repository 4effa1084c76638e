"""A reply in; whose it is, and about which lesson, out: by token or signed number only (law 8)."""

import json
from dataclasses import dataclass

from course import vault
from course.curriculum.model import Course
from course.delivery.models import Message
from course.people import addresses, subscribers, versions
from course.people.models import Contact, Subscriber
from course.people.words import Channel
from course.replies import address
from course.replies.models import Reply


@dataclass(frozen=True)
class Who:
    """Whose a reply is. ``subscriber`` is None for a stranger, and for a number that several people share.

    ``contact`` is where answers go; None when the sender has no address that anything could go to. ``disagrees``:
    a mail came from another address than the one its token belongs to. Then it stays with the token's owner, since
    From proves nothing, and a person is shown that somebody else may have written it.
    """

    contact: Contact | None
    subscriber: Subscriber | None = None
    message: Message | None = None
    sharers: tuple[Subscriber, ...] = ()
    disagrees: bool = False


def of(reply: Reply, sender: str) -> Who:
    """Return whose ``reply`` is. ``sender`` is the From address or number; for mail it names only a stranger."""
    if reply.channel == Channel.SMS:
        return _by_number(sender, reply)
    if reply.purpose == address.COURSE:
        return Who(_stranger(Channel.EMAIL, sender))
    found = address.find(reply.purpose, reply.token)
    if found is None:
        return Who(None)
    if found.subscriber:
        contact = _mail_contact(found.subscriber)
        return Who(contact, found.subscriber, disagrees=_disagrees(contact, sender))
    message = found.message
    contact = message.contact if message else None
    person = contact.subscriber if contact else None
    return Who(contact, person, message, disagrees=_disagrees(contact, sender))


def number_of(reply: Reply) -> str:
    """Return the signed number that a text came from; empty when the stored request names none."""
    params = json.loads(reply.raw)
    return str(params.get("From", ""))


def lesson_of(who: Who, reply: Reply, course: Course) -> str:
    """Return the slug of the lesson a reply is about.

    That is the lesson of the message it answers, else the lesson last accepted at that address before it came,
    else the course's first. Compares course times.
    """
    messages = [who.message] if who.message else []
    if who.contact:
        rows = Message.objects.filter(
            contact__address_index=who.contact.address_index, channel=who.contact.channel, enrolment__isnull=False,
            accepted_at__lte=reply.received_at,
        )  # fmt: skip
        if who.subscriber:
            rows = rows.filter(contact__subscriber=who.subscriber)
        messages += list(rows.select_related("enrolment__cohort__version").order_by("-accepted_at", "-pk")[:20])
    slugs = (_lesson(message) for message in messages)
    return next(filter(None, slugs), "") or _first_lesson(course)


def _by_number(number: str, reply: Reply) -> Who:
    try:
        index = addresses.index(Channel.SMS, number)
    except ValueError:
        return Who(None)  # a short code or a name: nothing can be sent there
    contacts = Contact.objects.filter(
        channel=Channel.SMS, address_index=index, replaced_at__isnull=True, subscriber__erased_at__isnull=True
    )
    found = [each for each in contacts.select_related("subscriber") if each.subscriber]
    if len(found) != 1:
        sharers = tuple(each.subscriber for each in found if each.subscriber)
        return Who(_stranger(Channel.SMS, number), sharers=sharers)
    last = Message.objects.filter(contact=found[0], accepted_at__lte=reply.received_at)
    return Who(found[0], found[0].subscriber, last.order_by("-accepted_at", "-pk").first())


def _stranger(channel: Channel, sender: str) -> Contact | None:
    if channel == Channel.EMAIL and address.is_ours(sender):
        return None
    try:
        return subscribers.stranger(channel, sender)
    except (ValueError, vault.VaultError):
        return None


def _mail_contact(subscriber: Subscriber) -> Contact | None:
    return subscriber.contacts.filter(channel=Channel.EMAIL, replaced_at__isnull=True).first()


def _disagrees(contact: Contact | None, sender: str) -> bool:
    return bool(contact and sender and sender != contact.address.lower())


def _lesson(message: Message) -> str:
    if message.enrolment is None:
        return ""
    course = versions.course_of(message.enrolment.cohort.version)
    try:
        return course.step(message.step_id).lesson or ""
    except KeyError:
        return ""


def _first_lesson(course: Course) -> str:
    return next((step.lesson for step in course.steps if step.lesson), "")
