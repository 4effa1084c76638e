"""An understood reply in; the notices it calls for out. Each is asked for once, however often this runs."""

from datetime import datetime, timedelta

from course.curriculum import duty, timetable
from course.curriculum.model import Course
from course.curriculum.question import Answer
from course.people import alerts, notices, on_call
from course.people.models import Contact
from course.people.words import AlertKind, Channel, ChannelRule, MessageClass, NoticeKind
from course.replies.attribution import Who
from course.replies.models import Reply
from course.replies.words import Tier

_SAFETY_LASTS = timedelta(hours=12)


def safety(who: Who, reply: Reply, kind: str, now: datetime) -> None:
    """Send the fixed safety words of ``kind`` (emergency, self_harm, urgent) to the address that wrote, at once."""
    recipient = who.subscriber or who.contact
    if recipient is None or who.contact is None:
        return
    _safety(recipient, who.contact, reply, kind, now)


def safety_to_other(contact: Contact | None, reply: Reply, kind: str, now: datetime) -> None:
    """Send the fixed words to the From address too, when it is not the one the token names: somebody there wrote."""
    if contact is not None:
        _safety(contact, contact, reply, kind, now)


def urgent(post_id: int, reply: Reply, now: datetime) -> None:
    """Tell everybody on call that a reply may be an emergency."""
    alerts.begin(AlertKind.REPLY, f"reply:{reply.pk}", now, {"post": post_id})


def today(post_id: int, reply: Reply, course: Course, now: datetime) -> None:
    """Tell on-call once that a reply needs a person today, when it came while nobody reads replies."""
    if not duty.inside(course.reading_hours, now):
        on_call.tell(NoticeKind.URGENT, f"today:{reply.pk}", now, {"post": post_id, "today": True})


def received(who: Who, reply: Reply, course: Course, tier: Tier, low_mood: bool, now: datetime) -> None:
    """Say that the message came in, by when a person answers, and what to do in an emergency."""
    recipient = who.subscriber or who.contact
    if recipient is None or who.contact is None:
        return
    day = timetable.answer_by(now, course.reading_hours, course.answer_within)
    words: dict[str, str | int] = {"answer_by": day.isoformat()}
    if tier in (Tier.B, Tier.C):
        words["tier"] = tier.value
    if low_mood:
        words["low_mood"] = True
    if reply.attachments:
        words["attachments"] = reply.attachments
    notices.request(
        NoticeKind.RECEIVED, MessageClass.DIRECT, recipient, f"reply:{reply.pk}", now,
        words=words, rule=ChannelRule.THIS_CONTACT, contact=who.contact, answers_at=reply.received_at,
    )  # fmt: skip


def feedback(who: Who, reply: Reply, answer: Answer, now: datetime) -> None:
    """Say the lesson's kind words about an answer to its question."""
    if who.subscriber is None or who.contact is None:
        return
    notices.request(
        NoticeKind.FEEDBACK, MessageClass.DIRECT, who.subscriber, f"reply:{reply.pk}", now,
        words={"answer_key": answer.key, "feedback": answer.feedback},
        rule=ChannelRule.THIS_CONTACT, contact=who.contact, answers_at=reply.received_at,
    )  # fmt: skip


def helped(who: Who, reply: Reply, course: Course, now: datetime) -> None:
    """Send the help notice; a stranger gets it at most once a day, so that two machines cannot talk for ever."""
    recipient = who.subscriber or who.contact
    if recipient is None or who.contact is None:
        return
    day = reply.received_at.astimezone(course.zone).date()
    key = f"reply:{reply.pk}" if who.subscriber else f"stranger:{day.isoformat()}"
    notices.request(
        NoticeKind.HELP, MessageClass.DIRECT, recipient, key, now,
        rule=ChannelRule.THIS_CONTACT, contact=who.contact, answers_at=reply.received_at,
    )  # fmt: skip


def stopped(who: Who, reply: Reply, course: Course, now: datetime) -> None:
    """Confirm a stop of a number that is nobody's, or several people's, at most once a day."""
    if who.contact is None or who.contact.channel != Channel.SMS:
        return
    day = reply.received_at.astimezone(course.zone).date()
    notices.request(
        NoticeKind.STOPPED, MessageClass.DIRECT, who.contact, f"stranger:{day.isoformat()}", now,
        rule=ChannelRule.THIS_CONTACT, contact=who.contact, answers_at=reply.received_at,
    )  # fmt: skip


def _safety(recipient: notices.Recipient, contact: Contact, reply: Reply, kind: str, now: datetime) -> None:
    notices.request(
        NoticeKind.SAFETY, MessageClass.SAFETY, recipient, f"reply:{reply.pk}.{kind}", now,
        words={"safety_kind": kind}, rule=ChannelRule.THIS_CONTACT, contact=contact,
        answers_at=reply.received_at, expires_in=_SAFETY_LASTS,
    )  # fmt: skip
