"""A text of ours on call in; the alert they say they have ended, out: "OK 12", or a bare OK when one alone is open."""

import re

from course.delivery import alert_end
from course.delivery.models import Message
from course.delivery.words import State
from course.people import addresses, alerts
from course.people.models import Contact, Staff
from course.people.words import Channel
from course.replies import attribution
from course.replies.models import Reply

_ALERT = re.compile(r"^alert:(\d+)(?:\.|$)")
_LAST = 50  # texts
_OK = re.compile(r"^\W*(?:ok|okay|ack)\W*(\d{1,9})?\W*$", re.IGNORECASE)


def take(reply: Reply, words: str) -> bool:
    """End the alert that a member of staff says they have; False when these are no such words of such a person.

    Who it is comes from the signed number (law 8). Only somebody who had the alert's text before they wrote can end
    it, and a bare OK answers the last text they had.
    """
    said = _OK.match(words)
    if reply.channel != Channel.SMS or said is None:
        return False
    member = _member(attribution.number_of(reply))
    told = _told(member, reply) if member else []
    meant = int(said[1]) if said[1] else (told[0] if told else 0)
    mine = list(alerts.standing().filter(pk__in=told))
    if not said[1] and len(mine) != 1:
        return False
    return bool(alert_end.end([alert for alert in mine if alert.pk == meant], f"staff:{member.pk if member else 0}"))


def _member(number: str) -> Staff | None:
    try:
        index = addresses.index(Channel.SMS, number)
    except ValueError:
        return None
    found = Contact.objects.filter(
        channel=Channel.SMS, address_index=index, replaced_at__isnull=True, staff__is_active=True
    )
    contacts = list(found.select_related("staff")[:2])
    return contacts[0].staff if len(contacts) == 1 else None


def _told(member: Staff, reply: Reply) -> list[int]:
    """Return the alert in each text that this person had before they wrote, the last first; 0 for any other text."""
    sent = Message.objects.filter(
        contact__staff=member, channel=Channel.SMS, state__in=(State.ACCEPTED, State.DELIVERED),
        accepted_at__lte=reply.received_at,
    )  # fmt: skip
    keys = sent.order_by("-accepted_at", "-pk").values_list("request__subject_key", flat=True)[:_LAST]
    return [int(found[1]) if (found := _ALERT.match(key or "")) else 0 for key in keys]
