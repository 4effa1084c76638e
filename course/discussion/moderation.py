"""What a moderator does to a post: each act checks role and state, writes a decision, and tells whom it concerns.

Every function raises NotAllowed or WrongState with a sentence for the moderator, and then changes nothing.
"""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from course.delivery import cancel, eligibility
from course.delivery.words import Reason
from course.discussion import redaction, states
from course.discussion.models import Post
from course.discussion.states import By, NotAllowed, WrongState
from course.discussion.words import Act
from course.people import notices, prompts, versions
from course.people.models import Contact, Prompt, Staff, Subscriber
from course.people.words import Channel, MessageClass, NoticeKind

__all__ = [
    "NotAllowed",
    "WrongState",
    "acknowledge",
    "answer_privately",
    "ask_author",
    "edit",
    "escalate",
    "phoned",
    "reject",
    "withdraw",
]

PUBLISH = "publish"
ASK_LASTS = timedelta(days=14)
ANSWER_LASTS = timedelta(days=7)
_NUMBERS = range(10, 1000)


def edit(post: Post, staff: Staff, wording: str, answer: str, why: str, now: datetime) -> None:
    """Change what would be published. The revision grows, so an agreement that was asked for is void."""
    with transaction.atomic():
        states.move(post, Act.EDIT, By(staff, why), now, wording=wording, answer=answer, revision=post.revision + 1)
        _call_off(post, now)


def ask_author(post: Post, staff: Staff, now: datetime) -> None:
    """Ask whoever wrote it to agree to this very revision, by their own channel."""
    states.check(post, Act.ASK_AUTHOR, By(staff))
    subscriber, contact = _reachable(post)
    _refuse_identifiers(post)
    with transaction.atomic():
        states.move(post, Act.ASK_AUTHOR, By(staff), now)
        number = _open_prompt(post, contact, now)
        words = {
            "post": post.pk,
            "wording": post.wording,
            "answer": post.answer,
            "number": number,
            "link": post.agree_token,
        }
        notices.request(
            NoticeKind.PUBLISH_REQUEST, MessageClass.COURSE, subscriber, _subject(post), now,
            words=words, expires_in=ASK_LASTS,
        )  # fmt: skip


def answer_privately(post: Post, staff: Staff, words: str, now: datetime) -> None:
    """Send ``words`` to the person alone; nothing is published."""
    states.check(post, Act.ANSWER, By(staff))
    subscriber, _contact = _reachable(post)
    with transaction.atomic():
        decision = states.move(post, Act.ANSWER, By(staff, words), now)
        close_prompt(post, now)
        notices.request(
            NoticeKind.ANSWER, MessageClass.COURSE, subscriber, f"decision:{decision.pk}", now,
            words={"answer": words, "question": post.wording}, expires_in=ANSWER_LASTS,
        )  # fmt: skip


def reject(post: Post, staff: Staff, why: str, now: datetime) -> None:
    """Decide that it is not published."""
    with transaction.atomic():
        states.move(post, Act.REJECT, By(staff, why), now)
        _call_off(post, now)


def withdraw(post: Post, staff: Staff | None, why: str, now: datetime) -> None:
    """Take it down, or call it off; ``staff`` is None when the author does."""
    with transaction.atomic():
        states.move(post, Act.WITHDRAW, By(staff, why), now, withdrawn_at=now)
        _call_off(post, now)


def acknowledge(post: Post, staff: Staff, now: datetime) -> None:
    """Say that somebody deals with an urgent reply; the first time stays written."""
    states.move(post, Act.ACKNOWLEDGE, By(staff), now, acknowledged_at=post.acknowledged_at or now)


def escalate(post: Post, staff: Staff, why: str, now: datetime) -> None:
    """Hand it to a colleague: a mark, not a state."""
    states.move(post, Act.ESCALATE, By(staff, why), now, escalated=True)


def phoned(post: Post, staff: Staff, why: str, now: datetime) -> None:
    """Write down that somebody phoned the person, and when they say they did; this acknowledges it too."""
    states.move(post, Act.PHONED, By(staff, why), now, acknowledged_at=post.acknowledged_at or now)


def close_prompt(post: Post, now: datetime) -> None:
    """Close the question that was asked by text about this post: its answer would be to other words."""
    for prompt in Prompt.objects.filter(kind=PUBLISH, subject_key__startswith=f"post:{post.pk}.", closed_at=None):
        prompts.close(prompt, "void", now)


def _call_off(post: Post, now: datetime) -> None:
    """What was asked about this post is over: neither a question nor a request that has not gone out may go."""
    close_prompt(post, now)
    cancel.notices_of(f"post:{post.pk}.")


def _subject(post: Post) -> str:
    return f"post:{post.pk}.{post.revision}"


def _reachable(post: Post) -> tuple[Subscriber, Contact]:
    """Return the author and where course messages reach them. Raises WrongState when none may go."""
    subscriber = post.subscriber
    if subscriber is None or subscriber.erased_at:
        raise WrongState(_("We do not know for sure who wrote this, so nothing can be sent to them."))
    reason = Reason.NO_CONTACT
    for channel in eligibility.channels_of(subscriber):
        contact, reason = eligibility.contact_for(subscriber, channel)
        if contact and not reason:
            return subscriber, contact
    if reason in (Reason.NO_CONSENT, Reason.SUPPRESSED):
        raise WrongState(_("This person has stopped our messages, so nothing can be sent. Phone them if they need us."))
    raise WrongState(_("This person has no address that we may use, so nothing can be sent."))


def _refuse_identifiers(post: Post) -> None:
    """Raise WrongState when the words still give the author away. The clinic's own number may stand in an answer."""
    found = redaction.propose(post.wording, post.subscriber).found
    clinic = _digits(versions.current().clinic.phone)
    in_answer = redaction.contact_details(post.answer, post.subscriber)
    found += [(kind, text) for kind, text in in_answer if kind != "link" and _digits(text)[-10:] != clinic[-10:]]
    if found:
        shown = ", ".join(f"“{text.strip()}”" for _kind, text in found[:5])
        raise WrongState(_("This may give the person away: %(found)s. Take it out, then ask again.") % {"found": shown})


def _open_prompt(post: Post, contact: Contact, now: datetime) -> int:
    """Return the number that `PUBLISH 42` names; for somebody reached by text, open the question under it."""
    used = Prompt.objects.filter(address_index=contact.address_index).values_list("number", flat=True)
    number = secrets.choice([each for each in _NUMBERS if each not in set(used)] or list(_NUMBERS))
    if contact.channel != Channel.SMS:
        return number
    prompt = prompts.open_prompt(contact, PUBLISH, _subject(post), now, number=number, expires_in=ASK_LASTS)
    if prompt is None:
        raise WrongState(
            _("This person has another question from us open on their phone. Ask again when they have answered it.")
        )
    return number


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))
