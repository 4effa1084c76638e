"""A person in; a subscriber with contacts and consents out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from course import vault
from course.people import addresses, audit
from course.people.models import Consent, Contact, Subscriber
from course.people.words import Channel, ConsentKind, ConsentSource


@dataclass(frozen=True)
class Agreement:
    """What a person agreed to: the exact words, and where they were given."""

    wording: str
    wording_version: str
    source: ConsentSource
    kinds: Sequence[ConsentKind] = (ConsentKind.COURSE, ConsentKind.KEEP_REPLIES)
    origin: str = ""
    privacy_warning_accepted: bool = True


@transaction.atomic
def add(contacts: Mapping[str, str], agreement: Agreement | None, now: datetime, **preferences: Any) -> Subscriber:
    """Add a subscriber reached at ``contacts`` (channel to address). Raises ValueError for a bad address.

    With an agreement the contacts count as confirmed and each channel gets its consents; without one nothing may
    be sent yet.
    """
    channels = "both" if len(contacts) > 1 else next(iter(contacts))
    subscriber = Subscriber.objects.create(joined_at=now, channels=channels, **preferences)
    for channel, address in contacts.items():
        _add_contact(subscriber, Channel(channel), address, now if agreement else None)
        if agreement:
            agree(subscriber, Channel(channel), agreement, now)
    audit.record("system", "subscriber_added", f"subscriber:{subscriber.pk}")
    return subscriber


def agree(subscriber: Subscriber, channel: Channel, agreement: Agreement, now: datetime) -> None:
    """Record an agreement for one channel; one that already stands is left as it is."""
    for kind in agreement.kinds:
        Consent.objects.get_or_create(
            subscriber=subscriber,
            kind=kind,
            channel=channel,
            withdrawn_at=None,
            defaults={
                "wording": agreement.wording,
                "wording_version": agreement.wording_version,
                "language": subscriber.language,
                "source": agreement.source,
                "origin": agreement.origin,
                "privacy_warning_accepted": agreement.privacy_warning_accepted,
                "given_at": now,
            },
        )


def stranger(channel: Channel, address: str) -> Contact:
    """Return the contact of somebody who wrote to us and is in no course. Raises ValueError for a bad address."""
    clean = addresses.normalise(channel, address)
    contact, _created = Contact.objects.get_or_create(
        channel=channel,
        address_index=vault.blind_index(channel, clean),
        subscriber=None,
        staff=None,
        defaults={"address": clean},
    )
    return contact


def _add_contact(subscriber: Subscriber, channel: Channel, address: str, confirmed_at: datetime | None) -> Contact:
    clean = addresses.normalise(channel, address, subscriber.country or "US")
    return Contact.objects.create(
        subscriber=subscriber,
        channel=channel,
        address=clean,
        address_index=vault.blind_index(channel, clean),
        confirmed_at=confirmed_at,
    )
