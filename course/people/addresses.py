"""An address as typed in, an address as we keep it out: normalised, findable by its blind index, and masked."""

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from course import vault
from course.people.words import Channel


def normalise(channel: str, address: str, country: str = "US") -> str:
    """Return the one spelling of an address: an email in lower case, a number in E.164.

    ``country`` (ISO 3166) is where a number without a country code is. Raises ValueError with a sentence that
    never repeats the address.
    """
    if channel == Channel.EMAIL:
        return _email(address)
    return _number(address, country)


def index(channel: str, address: str, country: str = "US") -> str:
    """Return the blind index of an address. Raises ValueError as ``normalise`` does."""
    return vault.blind_index(channel, normalise(channel, address, country))


def masked(channel: str, address: str) -> str:
    """Return enough of an address for its owner to know it: ``a…@example.org``, ``…0143``."""
    if channel == Channel.EMAIL:
        local, _, domain = address.partition("@")
        return f"{local[:1]}…@{domain}"
    return f"…{address[-4:]}"


def _email(address: str) -> str:
    clean = address.strip().lower()
    try:
        validate_email(clean)
    except ValidationError:
        raise ValueError("That is not an email address; write it like name@example.org.") from None
    return clean


def _number(address: str, country: str) -> str:
    try:
        number = phonenumbers.parse(address, country)
    except phonenumbers.NumberParseException:
        raise ValueError("That is not a phone number; write it like +1 202 555 0123.") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError("That phone number has too many or too few digits.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
