"""One file a channel, each behind `base.Channel`. Channels see plain values, never a model."""

import os
from functools import lru_cache

from django.conf import settings

from course.delivery.channels.base import Channel
from course.delivery.channels.django_email import DjangoEmailChannel
from course.delivery.channels.dkim_signature import DkimSignature
from course.delivery.channels.smtp import SmtpChannel
from course.delivery.channels.smtp_relay import Relay
from course.delivery.channels.twilio import TwilioChannel
from course.people.words import Channel as ChannelName

_OF_LEASE = 0.8  # of a lease to open an envelope: the rest was a claim's second, and the writing down of the intent


@lru_cache(maxsize=4)
def get(name: ChannelName) -> Channel:
    """Return the channel that carries this kind of message, set up from the settings.

    It keeps connections, so there is one a process. Raises ValueError, one line, for a setting that cannot be used.
    """
    if name == ChannelName.SMS:
        return _twilio()
    return _django_email() if settings.EMAIL_CHANNEL_BACKEND else _smtp()


def faults() -> list[str]:
    """Return one line for each channel whose settings cannot be used. Nothing is sent and nobody is asked."""
    wrong = []
    for make in (_django_email if settings.EMAIL_CHANNEL_BACKEND else _smtp, _twilio):
        try:
            make()
        except ValueError as fault:
            wrong.append(str(fault))
    return wrong


def _smtp() -> Channel:
    signature = None
    if settings.DKIM_SELECTOR or settings.DKIM_KEY_FILE:
        domain = settings.MAIL_FROM.rpartition("@")[2]
        signature = DkimSignature(domain, settings.DKIM_SELECTOR, settings.DKIM_KEY_FILE)
    relay = Relay(settings.SMTP_URL, settings.SMTP_CA_FILE, settings.ANSWER_SECONDS)
    sign = signature.sign if signature else None
    return SmtpChannel(relay, settings.RELAY_LOG, sign, open_seconds=settings.LEASE_SECONDS * _OF_LEASE)


def _django_email() -> Channel:
    return DjangoEmailChannel(settings.EMAIL_CHANNEL_BACKEND, settings.ANYMAIL, settings.ANSWER_SECONDS)


def _twilio() -> Channel:
    return TwilioChannel(
        settings.TWILIO_ACCOUNT_SID,
        settings.TWILIO_AUTH_TOKEN,
        settings.TWILIO_FROM,
        settings.TWILIO_URL,
        answer_seconds=settings.ANSWER_SECONDS,
        concurrency=settings.TWILIO_CONCURRENCY,
    )


# A forked process must not talk over its parent's connections: it makes channels of its own.
os.register_at_fork(after_in_child=get.cache_clear)
