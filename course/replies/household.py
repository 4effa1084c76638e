"""A text from a number that several people use in; whose it is, once they have told us, out.

We ask by the first letter of each name. Whoever holds the phone sees the lessons that come to it, so a letter tells
them nothing new, and a name or an address would. Where letters do not tell people apart we ask by the day on which
each began; where that does not either, a person finds out. Nothing is filed unless it is certain which reply the
answer is about: no other may have come from that number in between.
"""

import re
from datetime import datetime, timedelta

from django.db.models import Q

from course.curriculum.model import Course
from course.delivery import eligibility
from course.delivery.models import Message
from course.delivery.values import day_name
from course.delivery.words import State
from course.people import notices, prompts
from course.people.models import Prompt, Subscriber
from course.people.words import Channel, ChannelRule, MessageClass, NoticeKind
from course.replies import attribution, doubt, handover, optout, teach_back
from course.replies.attribution import Who
from course.replies.models import Reply
from course.replies.words import ReplyKind, Tier

WHO = "who"
_LASTS = timedelta(days=1)
_MOST = 9
_NUMBER = re.compile(r"^\W*([1-9])\W*$")
_ABOUT = re.compile(r"^reply:(\d+)$")


def ask(reply: Reply, who: Who, course: Course, now: datetime) -> None:
    """Ask who is writing, at most once a day; not in an emergency, nor a number that has stopped."""
    people = sorted(who.sharers, key=lambda person: person.pk)
    if who.contact is None or not 1 < len(people) <= _MOST or Tier(reply.tier) in (Tier.A, Tier.B):
        return
    by, said = _told_apart(people, course)
    key = f"who:{reply.received_at.astimezone(course.zone).date().isoformat()}"
    asked = Prompt.objects.filter(contact=who.contact, kind=WHO, opened_at__gt=now - _LASTS)
    if not by or asked.exists() or eligibility.is_suppressed(who.contact):
        return
    options = [str(person.pk) for person in people]
    if prompts.open_prompt(who.contact, WHO, f"reply:{reply.pk}", now, options=options, expires_in=_LASTS):
        notices.request(
            NoticeKind.WHICH_PERSON, MessageClass.DIRECT, who.contact, key, now,
            words={"by": by, "choices": list(enumerate(said, 1))}, answers_at=reply.received_at,
            rule=ChannelRule.THIS_CONTACT, contact=who.contact, expires_in=_LASTS,
        )  # fmt: skip


def answered(reply: Reply, who: Who, text: str, course: Course, now: datetime) -> bool:
    """File the reply we asked about under whoever a bare number names; False when it names nobody for certain."""
    found = _NUMBER.match(text)
    if found is None or who.contact is None or not who.sharers:
        return False
    prompts.close_expired(who.contact, now)
    prompt = prompts.open_for(who.contact)
    if prompt is None or prompt.kind != WHO or int(found[1]) > len(prompt.options):
        return False
    about = _ABOUT.match(prompt.subject_key)
    held = Reply.objects.filter(pk=int(about[1])).first() if about else None
    chosen = prompt.options[int(found[1]) - 1]
    person = next((each for each in who.sharers if str(each.pk) == chosen), None)
    if held is None or person is None or not _was_asked(reply, who, prompt) or _came_between(held, reply, who):
        return False
    if not prompts.close(prompt, found[1], now):
        return False
    _file(held, who, person, course, now)
    return True


def _file(held: Reply, who: Who, person: Subscriber, course: Course, now: datetime) -> None:
    number = who.contact.address_index if who.contact else ""
    contact = person.contacts.get(channel=Channel.SMS, address_index=number, replaced_at__isnull=True)
    theirs = Who(contact, person)
    Reply.objects.filter(pk=held.pk).update(contact=contact)
    handover.file_under(held.pk, person, attribution.lesson_of(theirs, held, course))
    if teach_back.answer(held, theirs, held.own_words, now):
        Reply.objects.filter(pk=held.pk).update(kind=ReplyKind.ANSWER)
    wish = optout.wish_of(held.own_words)
    if wish and wish.ask == "stop" and wish.surety == "unclear":
        doubt.open_for(person, held, now)


def _told_apart(people: list[Subscriber], course: Course) -> tuple[str, list[str]]:
    letters = [person.greeting_name.strip()[:1].upper() for person in people]
    if all(letters) and len(set(letters)) == len(people):
        return "letter", letters
    days = [day_name(person.joined_at.astimezone(course.zone).date()) for person in people]
    return ("day", days) if len(set(days)) == len(people) else ("", [])


def _was_asked(reply: Reply, who: Who, prompt: Prompt) -> bool:
    """Return whether that number had our question before this was written."""
    return Message.objects.filter(
        request__kind=NoticeKind.WHICH_PERSON, contact=who.contact, accepted_at__gte=prompt.opened_at,
        accepted_at__lte=reply.received_at, state__in=(State.ACCEPTED, State.DELIVERED),
    ).exists()  # fmt: skip


def _came_between(held: Reply, reply: Reply, who: Who) -> bool:
    """Return whether another text from this number came in between, or one that nobody has read yet."""
    number = who.contact.address_index if who.contact else ""
    same_or_unread = Q(contact__address_index=number) | Q(understood_at__isnull=True)
    return Reply.objects.filter(same_or_unread, channel=Channel.SMS, pk__gt=held.pk, pk__lt=reply.pk).exists()
