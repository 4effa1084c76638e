"""One file a channel, each behind `base.Channel`. Channels see plain values, never a model."""

from functools import lru_cache

from django.conf import settings

from course.delivery.channels.base import Channel
from course.delivery.channels.smtp import SmtpChannel
from course.delivery.channels.twilio import TwilioChannel
from course.people.words import Channel as ChannelName


@lru_cache(maxsize=4)
def get(name: ChannelName) -> Channel:
    """Return the channel that carries this kind of message, set up from the settings."""
    if name == ChannelName.EMAIL:
        return SmtpChannel(settings.SMTP_URL, settings.RELAY_LOG, settings.ANSWER_SECONDS)
    return TwilioChannel(
        settings.TWILIO_ACCOUNT_SID,
        settings.TWILIO_AUTH_TOKEN,
        settings.TWILIO_FROM,
        settings.TWILIO_URL,
        settings.ANSWER_SECONDS,
    )
