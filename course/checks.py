"""What must be true before anything starts; each fault is one line that says what would be right."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from course import clock, vault
from course.delivery import channels
from course.people import addresses
from course.people.words import Channel
from course.replies import imap


def register_all() -> None:
    """Register this installation's checks with Django."""
    register(production_has_its_secrets)
    register(keys_open)
    register(channels_can_be_set_up)
    register(people_reach_it_by_tls, deploy=True)
    register(mail_is_addressed)
    register(mailbox_can_be_polled)
    register(texts_are_all_set_up_or_not_at_all)


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


def people_reach_it_by_tls(**_options: Any) -> list[Error]:
    """Report a public address in the clear."""
    if settings.PUBLIC_URL.startswith("https://"):
        return []
    words = f"COURSE_PUBLIC_URL is {settings.PUBLIC_URL!r}; write https://…, so that nobody reads a sign-in on its way."
    return [Error(words, id="course.E006")]


def mail_is_addressed(**_options: Any) -> list[Error]:
    """Report a relay that is none, and addresses that are none."""
    wrong = []
    for name, address, right in (
        ("COURSE_MAIL_FROM", settings.MAIL_FROM, "one address, such as lessons@clinic.example.org"),
        ("COURSE_MAIL_DOMAIN", f"reply@{settings.MAIL_DOMAIN}", "a domain, such as course.clinic.example.org"),
    ):
        try:
            addresses.normalise(Channel.EMAIL, address)
        except ValueError:
            wrong.append(f"{name} is {settings.ENVIRONMENT[name]!r}; write {right}.")
    return [Error(words, id="course.E004") for words in wrong]


def mailbox_can_be_polled(**_options: Any) -> list[Error]:
    """Report a mailbox that cannot be signed in to as it is written, and a certificate for none."""
    if not settings.IMAP_URL:
        unused = "COURSE_IMAP_CA_FILE is set and COURSE_IMAP_URL is not; set both, or neither to poll no mailbox."
        return [Error(unused, id="course.E011")] if settings.IMAP_CA_FILE else []
    try:
        imap.account(settings.IMAP_URL, settings.IMAP_CA_FILE)
    except ValueError as fault:
        return [Error(str(fault), id="course.E011")]
    return []


def texts_are_all_set_up_or_not_at_all(**_options: Any) -> list[Error]:
    """Report Twilio settings of which some are set and some are not."""
    names = [f"COURSE_TWILIO_{word}" for word in ("ACCOUNT_SID", "AUTH_TOKEN", "FROM")]
    unset = [name for name in names if not settings.ENVIRONMENT[name]]
    if len(unset) in (0, len(names)):
        return []
    words = f"Not set: {', '.join(unset)}. Set all of {', '.join(names)}, or none of them to send no texts."
    return [Error(words, id="course.E005")]


def production_clock_is_not_turned() -> list[Error]:
    """Refuse a database whose clock the sandbox turned. Asked once the tables are there, so not registered."""
    if settings.SANDBOX or not clock.is_turned():
        return []
    return [Error("This database was made by the sandbox; production needs one of its own.", id="course.E003")]
