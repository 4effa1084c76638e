"""An instant and a zone in; the words a person reads, always with the zone's name, out."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as date_words
from markupsafe import Markup


def in_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return "Monday 23 November 2026, 10:00 CST"."""
    local = moment.astimezone(zone)
    return f"{date_words(local, 'l j F Y, H:i')} {local:%Z}"


def time_tag(moment: datetime, zone: ZoneInfo) -> Markup:
    """Return the words in a <time> element that also holds the instant."""
    return Markup('<time datetime="{}">{}</time>').format(
        moment.astimezone(zone).isoformat(timespec="minutes"), in_words(moment, zone)
    )


def day_in_words(day: date) -> str:
    """Return "23 November 2026"."""
    return date_words(day, "j F Y")
