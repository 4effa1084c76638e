"""An opened reply in; what of it is searched for red flags out: all the person wrote, and nothing that we sent."""

import logging
from datetime import datetime

from django.db import transaction

from course.curriculum.model import Course
from course.people.words import Channel
from course.replies import sent
from course.replies.attribution import Who
from course.replies.extraction import Extracted
from course.replies.models import Reply
from course.replies.reading import Opened

log = logging.getLogger(__name__)


def searched(opened: Opened, extracted: Extracted, quotable: str, course: Course) -> str:
    """Return all the person wrote: their own words, the subject, and whatever was cut that we did not send."""
    if sent.echoed(opened.text, course):
        return ""
    own = sent.remainder(extracted.own_words, quotable) if extracted.unsure else extracted.own_words
    return f"{own}\n{opened.subject}\n{sent.remainder(extracted.cut, quotable)}"


def quotable(reply: Reply, who: Who, now: datetime) -> str:
    """Return what we sent that this reply may quote; empty for a text, and when it cannot be told."""
    if reply.channel == Channel.SMS:
        return ""
    try:
        with transaction.atomic():
            return sent.words_for(who.message, who.subscriber.country if who.subscriber else "", now)
    except Exception as error:  # without it more is searched, and nothing is lost
        log.warning("what was sent before reply %s is not known: %s", reply.pk, type(error).__name__)
        return ""
