"""A stored reply in; what it asks done, its red flags answered, and a held post out.

What it asks and whether it holds a red flag are two questions, asked independently: "STOP, I can't feel my legs"
stops the course and gets the safety text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from course.curriculum.model import Course
from course.people import subscribers, versions
from course.people.models import Contact
from course.people.words import Channel
from course.replies import (
    address,
    answers,
    attribution,
    doubt,
    handover,
    household,
    orders,
    reading,
    reports,
    searching,
    staff_words,
    teach_back,
    triage,
)
from course.replies.attribution import Who
from course.replies.extraction import Extracted
from course.replies.models import Reply
from course.replies.optout import Wish
from course.replies.reading import Opened
from course.replies.triage import Flag
from course.replies.words import ReplyKind, Tier


@dataclass(frozen=True)
class Understood:
    """One reply with everything that was found in it."""

    reply: Reply
    opened: Opened
    who: Who
    extracted: Extracted
    flags: Sequence[Flag]
    wish: Wish | None


def understand(reply: Reply, opened: Opened, course: Course, now: datetime, machine_now: datetime) -> None:
    """Understand ``reply`` and act on it; the caller holds the transaction. ``now`` is course time."""
    who = attribution.of(reply, opened.sender)
    quotable = searching.quotable(reply, who, now)
    extracted = reading.own_words(reply, opened, quotable)
    looked_at = searching.searched(opened, extracted, quotable, course)
    wish = reading.wish(reply, opened, extracted)
    wish = orders.believed(who, wish) if wish else None
    found = Understood(reply, opened, who, extracted, triage.find(course, looked_at), wish)
    _fill(found)
    if opened.machine:
        _set_aside(found, course, now, machine_now)
    else:
        _answer(found, course, now)


def hold_unread(reply: Reply, course: Course | None, now: datetime) -> None:
    """Hold a reply that could not be understood: the raw text for a person, its red flags found all the same."""
    words = reading.plain(reply)
    who = _who_at_all(reply)
    flags = triage.find(course, words) if course else []
    found = Understood(reply, Opened(words, ""), who, Extracted(words, "", unsure=True), flags, None)
    _fill(found)
    reply.kind = ReplyKind.UNCLEAR
    reply.tier = min(reply.tier, Tier.CHECK, key=lambda tier: triage.ORDER.index(Tier(tier)))
    post_id = handover.hold(reply, _lesson(found, course), Tier(reply.tier), words, now)
    if course:
        _respond(found, course, post_id, now)


def _fill(found: Understood) -> None:
    reply = found.reply
    reply.contact, reply.message = found.who.contact, found.who.message
    reply.own_words, reply.cut = found.extracted.own_words, found.extracted.cut
    reply.attachments = min(found.opened.attachments, 999)
    reply.red_flags = [{"rule": flag.rule, "tier": flag.tier.value} for flag in found.flags]
    reply.tier = triage.highest(found.flags)
    reply.sender_disagrees = found.who.disagrees


def _answer(found: Understood, course: Course, now: datetime) -> None:
    """Do what is asked, then hold what a person must read, then send what is due to whoever wrote."""
    reply, who, wish = found.reply, found.who, found.wish
    if wish is None and staff_words.take(reply, found.extracted.own_words):
        reply.kind = ReplyKind.ANSWER
        return
    asked = orders.obey(reply, who, wish, course, now) if wish else None
    asked = asked or _answered(found, course, now)
    said_all = asked in (ReplyKind.PUBLISH, ReplyKind.ANSWER) or bool(asked and wish and wish.alone and not who.sharers)
    reply.kind = asked or _kind(found)
    if said_all and reply.tier == Tier.NONE:
        return
    post_id = handover.hold(reply, _lesson(found, course), Tier(reply.tier), found.extracted.own_words, now)
    if wish and wish.ask == "stop" and wish.surety == "unclear":
        doubt.open_for(who.subscriber, reply, now)
    _respond(found, course, post_id, now)
    if asked is None and who.sharers:
        household.ask(reply, who, course, now)


def _answered(found: Understood, course: Course, now: datetime) -> ReplyKind | None:
    """Let a bare answer close the one question that is open, whichever it is."""
    if found.extracted.unsure:
        return None
    reply, who, words = found.reply, found.who, found.extracted.own_words
    if orders.answer_prompt(reply, who, words, now):
        return ReplyKind.PUBLISH
    if teach_back.answer(reply, who, words, now) or household.answered(reply, who, words, course, now):
        return ReplyKind.ANSWER
    return None


def _respond(found: Understood, course: Course, post_id: int, now: datetime) -> None:
    reply, who = found.reply, found.who
    if reply.tier == Tier.B:
        answers.today(post_id, reply, course, now)
    if reply.tier == Tier.A:
        for kind in sorted({flag.kind for flag in found.flags if flag.tier == Tier.A}):
            answers.safety(who, reply, kind, now)
            if reply.sender_disagrees and not address.is_ours(found.opened.sender):
                answers.safety_to_other(_other(found.opened.sender), reply, kind, now)
        answers.urgent(post_id, reply, now)
    elif reply.kind in (ReplyKind.STOP, ReplyKind.STRANGER, ReplyKind.HELP, ReplyKind.PUBLISH):
        # These have an answer of their own, and after a stop only its confirmation goes (law 4); words that need a
        # doctor today are not held back by that.
        if reply.tier == Tier.B:
            answers.safety(who, reply, "urgent", now)
        if reply.kind == ReplyKind.STRANGER:
            answers.helped(who, reply, course, now)
    else:
        low_mood = any(flag.kind == "low_mood" for flag in found.flags)
        answers.received(who, reply, course, _notice_tier(found.flags), low_mood, now)


def _set_aside(found: Understood, course: Course, now: datetime, machine_now: datetime) -> None:
    """Keep a machine's mail and answer nothing; a person reads a complaint that nobody can be found for."""
    reply, machine = found.reply, found.opened.machine
    reply.kind = machine or ReplyKind.AUTO_REPLY
    if reports.apply(reply, found.opened, found.who.message, now, machine_now):
        return
    perhaps_a_person = reply.purpose != address.BOUNCE and reply.tier != Tier.NONE
    if perhaps_a_person or machine == ReplyKind.COMPLAINT:
        post_id = handover.hold(reply, _lesson(found, course), Tier(reply.tier), found.extracted.own_words, now)
        if reply.tier == Tier.A:
            answers.urgent(post_id, reply, now)


def _kind(found: Understood) -> ReplyKind:
    if found.who.subscriber is None and not found.who.sharers:
        return ReplyKind.STRANGER
    unclear = bool(found.who.sharers) or bool(found.wish) or found.extracted.unsure
    return ReplyKind.UNCLEAR if unclear else ReplyKind.QUESTION


def _notice_tier(flags: Sequence[Flag]) -> Tier:
    tiers = {flag.tier for flag in flags}
    return next((tier for tier in (Tier.B, Tier.C) if tier in tiers), Tier.NONE)


def _lesson(found: Understood, course: Course | None) -> str:
    return attribution.lesson_of(found.who, found.reply, course) if course else ""


def _who_at_all(reply: Reply) -> Who:
    try:
        return attribution.of(reply, attribution.number_of(reply) if reply.channel == Channel.SMS else "")
    except ValueError:
        return Who(None)


def _other(sender: str) -> Contact | None:
    try:
        return subscribers.stranger(Channel.EMAIL, sender)
    except ValueError:
        return None


def current_course() -> Course | None:
    """Return the newest course, or None while none is registered: replies are stored and held all the same."""
    try:
        return versions.current()
    except versions.NoCourse:
        return None
