"""A subscriber and a channel in; the contact to use out, or the reason there is none. Asked when planning."""

from django.conf import settings

from course.curriculum.model import BASE_LANGUAGE, Step
from course.delivery.models import Suppression
from course.delivery.words import Reason
from course.people.models import Consent, Contact, Enrolment, LessonGate, Subscriber
from course.people.words import Channel, ConsentKind


def channels_of(subscriber: Subscriber) -> list[Channel]:
    """Return the channels a person chose, in the order they are used."""
    return [Channel.EMAIL, Channel.SMS] if subscriber.channels == "both" else [Channel(subscriber.channels)]


def contact_for(subscriber: Subscriber, channel: Channel) -> tuple[Contact | None, Reason]:
    """Return where course messages may go by this channel, or why they may not."""
    contact = confirmed_contact(subscriber, channel)
    if contact is None:
        return None, Reason.NO_CONTACT
    if not consents(subscriber, channel):
        return contact, Reason.NO_CONSENT
    if is_suppressed(contact):
        return contact, Reason.SUPPRESSED
    return contact, Reason.NONE


def confirmed_contact(subscriber: Subscriber, channel: Channel) -> Contact | None:
    """Return the address in use for this channel, if it was confirmed."""
    contacts = subscriber.contacts.filter(channel=channel, replaced_at__isnull=True, confirmed_at__isnull=False)
    return contacts.first()


def consents(subscriber: Subscriber, channel: Channel) -> bool:
    """Return whether an agreement to the course by this channel stands."""
    return Consent.objects.filter(
        subscriber=subscriber, kind=ConsentKind.COURSE, channel=channel, withdrawn_at__isnull=True
    ).exists()


def is_suppressed(contact: Contact) -> bool:
    """Return whether this address is on the suppression list."""
    return Suppression.objects.filter(
        address_index=contact.address_index, channel=contact.channel, lifted_at__isnull=True
    ).exists()


def gate(enrolment: Enrolment, step: Step) -> Reason:
    """Law 11 and 12: a lesson goes out only when its gates passed and, outside the sandbox, a person signed it."""
    if step.lesson is None:
        return Reason.NONE
    languages = (enrolment.subscriber.language, BASE_LANGUAGE)
    gates = LessonGate.objects.filter(version=enrolment.cohort.version, lesson=step.lesson, language__in=languages)
    found = {each.language: each for each in gates}
    held = found.get(languages[0]) or found.get(BASE_LANGUAGE)
    if held is None or not held.passed or not (held.signed or settings.SANDBOX):
        return Reason.GATE
    return Reason.NONE
