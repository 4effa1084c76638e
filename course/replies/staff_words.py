"""A text of ours on call in; the alert they say they have ended, out: "OK 12", or a bare OK when one alone is open."""

import re

from django.db.models import Q

from course.delivery import alert_end
from course.people import addresses, alerts
from course.people.models import Alert, Contact, NoticeRequest, Staff
from course.people.words import Channel, NoticeKind
from course.replies import attribution
from course.replies.models import Reply

_OK = re.compile(r"^\W*(?:ok|okay|ack)\W*(\d{1,9})?\W*$", re.IGNORECASE)


def take(reply: Reply, words: str) -> bool:
    """End the alert that a member of staff says they have; False when these are no such words of such a person.

    Who it is comes from the signed number (law 8), and only somebody who was told of an alert can end it.
    """
    said = _OK.match(words)
    if reply.channel != Channel.SMS or said is None:
        return False
    member = _member(attribution.number_of(reply))
    mine = [alert for alert in alerts.standing() if member and _was_told(alert, member)]
    if said[1]:
        mine = [alert for alert in mine if alert.pk == int(said[1])]
    if member is None or len(mine) != 1:
        return False
    return bool(alert_end.end(mine, f"staff:{member.pk}"))


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


def _was_told(alert: Alert, member: Staff) -> bool:
    keys = Q(subject_key=f"alert:{alert.pk}") | Q(subject_key__startswith=alerts.repeats_of(alert))
    return NoticeRequest.objects.filter(keys, kind=NoticeKind.URGENT, recipient=f"staff:{member.pk}").exists()
