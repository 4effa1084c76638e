"""What must be true before anything starts; each fault is one line that says what would be right."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from course import clock, vault
from course.delivery import channels


def register_all() -> None:
    """Register this installation's checks with Django."""
    register(production_has_its_secrets)
    register(keys_open)
    register(channels_can_be_set_up)


def production_has_its_secrets(**_options: Any) -> list[Error]:
    """Name each setting production must have and does not."""
    return [
        Error(f"{setting.name} is not set: {setting.purpose}.", id="course.E001")
        for setting in settings.ENVIRONMENT.missing()
    ]


def keys_open(**_options: Any) -> list[Error]:
    """Report keys that are not keys."""
    if settings.ENVIRONMENT.missing():
        return []
    try:
        vault.decrypt(vault.encrypt(b"check", "check"), "check")
        vault.blind_index("check", "check")
    except vault.VaultError as fault:
        return [Error(str(fault), id="course.E002")]
    return []


def channels_can_be_set_up(**_options: Any) -> list[Error]:
    """Report what no channel can be made of: a relay's URL, a key file, a provider's options."""
    return [Error(fault, id="course.E010") for fault in channels.faults()]


def production_clock_is_not_turned() -> list[Error]:
    """Refuse a database whose clock the sandbox turned. Asked once the tables are there, so not registered."""
    if settings.SANDBOX or not clock.is_turned():
        return []
    return [Error("This database was made by the sandbox; production needs one of its own.", id="course.E003")]
