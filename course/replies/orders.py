"""What a reply asks us to do in; done, out: stop, start, help, or an answer to the one open prompt."""

import re
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from course.curriculum.model import Course
from course.delivery import suppression
from course.delivery.models import Message
from course.delivery.words import State, SuppressionReason
from course.people import prompts, versions
from course.people.models import Contact, Prompt
from course.people.words import Channel, NoticeKind
from course.replies import answers, attribution, doubt, handover, reading, told
from course.replies.attribution import Who
from course.replies.models import Reply
from course.replies.optout import Wish
from course.replies.words import DoubtDecision, ReplyKind

PUBLISH = "publish"
_PUBLISH = re.compile(r"^\W*publish\W*(\d{1,4})?\W*$", re.IGNORECASE)
_YES = re.compile(r"^\W*(yes|y|s[ií])(\W+please)?\W*$", re.IGNORECASE)
_NO = re.compile(r"^\W*(no|n)(\W+(thanks|thank you|gracias))?\W*$", re.IGNORECASE)
_SUBJECT = re.compile(r"^post:(\d+)\.(\d+)$")


def at_once(reply: Reply, now: datetime) -> None:
    """Act on exact words in the request that stored them (law 5), in one transaction; other words wait."""
    opened = reading.open_reply(reply)
    if opened.machine:
        return
    wish = reading.wish(reply, opened, reading.own_words(reply, opened), phrases=False)
    if wish is None or wish.surety != "exact" or wish.ask == "help":
        return
    with transaction.atomic():
        who = attribution.of(reply, opened.sender)
        kind = obey(reply, who, wish, versions.current(), now)
        if kind in (ReplyKind.STOP, ReplyKind.START):
            Reply.objects.filter(pk=reply.pk, kind="").update(kind=kind, contact=who.contact)


def obey(reply: Reply, who: Who, wish: Wish, course: Course, now: datetime) -> ReplyKind | None:
    """Do what ``wish`` asks; return what the reply was, or None when it asked for nothing that could be done.

    A reply whose exact words were acted on when it was stored has its kind already, and is not obeyed again: a
    later START would be undone.
    """
    wish = believed(who, wish)
    if wish.surety == "unclear" or (not who.subscriber and reply.channel == Channel.EMAIL and wish.ask != "help"):
        return None
    if wish.ask == "help":
        answers.helped(who, reply, course, now)
        return ReplyKind.HELP
    kind, opposite = (ReplyKind.STOP, ReplyKind.START) if wish.ask == "stop" else (ReplyKind.START, ReplyKind.STOP)
    if reply.kind == kind or _overtaken(reply, who, opposite):
        return kind
    if kind == ReplyKind.STOP:
        _stop(reply, who, wish, course, now)
    else:
        _start(reply, who, course, now)
    return kind


def believed(who: Who, wish: Wish) -> Wish:
    """Return ``wish``, or the same as an unclear one when the mail came from another address than its token's owner.

    An exact STOP still stops: whoever holds the token may end the course, as with the link in every mail, and stopping
    is the safe side. A phrase may be about the other person ("take me off this list"), and a START would agree in the
    owner's name. HELP changes nothing.
    """
    harmless = wish.ask == "help" or (wish.ask == "stop" and wish.surety == "exact")
    return wish if harmless or not who.disagrees else replace(wish, surety="unclear", alone=False)


def answer_prompt(reply: Reply, who: Who, text: str, now: datetime) -> bool:
    """Let a bare answer or `PUBLISH 42` close this person's one open prompt; False when it answers nothing."""
    if reply.channel != Channel.SMS or who.contact is None or who.subscriber is None:
        return False
    agreed = _agreed(text)
    if agreed is None:
        return False
    prompts.close_expired(who.contact, now)
    prompt = prompts.open_for(who.contact)
    if prompt is None or prompt.kind != PUBLISH or prompt.contact_id != who.contact.pk:
        return False
    if not _number_fits(text, prompt) or not _was_asked(reply, who.contact, prompt, text):
        return False
    about = _SUBJECT.match(prompt.subject_key)
    if about is None or not prompts.close(prompt, "yes" if agreed else "no", now):
        return False
    return handover.author_answers(int(about[1]), int(about[2]), agreed, now)


def _was_asked(reply: Reply, contact: Contact, prompt: Prompt, text: str) -> bool:
    """Return whether the person had our question before they wrote; a bare yes answers only the last thing sent."""
    sent = Message.objects.filter(
        contact=contact, state__in=(State.ACCEPTED, State.DELIVERED), accepted_at__lte=reply.received_at
    ).order_by("-accepted_at", "-pk")
    asked = sent.filter(request__kind=NoticeKind.PUBLISH_REQUEST, request__subject_key=prompt.subject_key).first()
    if asked is None:
        return False
    named = any(character.isdigit() for character in text)
    return named or sent.first() == asked


def _stop(reply: Reply, who: Who, wish: Wish, course: Course, now: datetime) -> None:
    source = f"reply:{reply.pk}"
    if who.subscriber:
        suppression.stop(who.subscriber, contact=who.contact, source=source, now=now, answers_at=reply.received_at)
        doubt.settle(who.subscriber, DoubtDecision.STOP, reply, now)
    elif who.contact:
        suppression.suppress(who.contact, SuppressionReason.STOPPED, source, now)
        answers.stopped(who, reply, course, now)
    if wish.about and who.contact:
        told.write_down(who.contact, wish.about)
    if wish.wrong_number and who.contact and who.contact.channel == Channel.SMS:
        suppression.suppress(who.contact, SuppressionReason.WRONG_NUMBER, source, now)


def _start(reply: Reply, who: Who, course: Course, now: datetime) -> None:
    source = f"reply:{reply.pk}"
    started = False
    if who.subscriber:
        doubt.settle(who.subscriber, DoubtDecision.GO_ON, reply, now)
        started = suppression.start(who.subscriber, contact=who.contact, source=source, now=now)
    for sharer in who.sharers:
        suppression.lift(sharer, who.contact, now)
    if not started:
        answers.helped(who, reply, course, now)


def _overtaken(reply: Reply, who: Who, opposite: ReplyKind) -> bool:
    """Return whether the person has since asked for the opposite, and was obeyed."""
    # A text that a down endpoint missed is stored after what was written later.
    when = reply.received_at
    later = Reply.objects.filter(Q(received_at__gt=when) | Q(received_at=when, pk__gt=reply.pk), kind=opposite)
    if who.subscriber:
        return later.filter(contact__subscriber=who.subscriber).exists()
    return who.contact is not None and later.filter(contact=who.contact).exists()


def _agreed(text: str) -> bool | None:
    if _PUBLISH.match(text) or _YES.match(text):
        return True
    return False if _NO.match(text) else None


def _number_fits(text: str, prompt: Prompt) -> bool:
    named = _PUBLISH.match(text)
    return named is None or named[1] is None or int(named[1]) == prompt.number
