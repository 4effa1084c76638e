"""The acts a moderator has on a reply: for each a form, and what it asks of the discussion."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as later

from course.discussion import moderation, states
from course.discussion.models import Post
from course.discussion.words import Act, PostState
from course.people.models import Staff
from course.replies.words import Tier
from course.web.forms import one_line, seen

MOST_CHARACTERS = 5_000
Given = Mapping[str, Any]


class ActForm(forms.Form):
    """Every act names the revision the moderator saw."""

    revision = forms.IntegerField(min_value=1)


class WordingForm(ActForm):
    """What would be published."""

    wording = forms.CharField(label=later("Wording"), max_length=MOST_CHARACTERS, validators=[seen])
    answer = forms.CharField(
        label=later("Public answer"), required=False, max_length=MOST_CHARACTERS, validators=[seen]
    )
    why = forms.CharField(label=later("Why you changed it"), required=False, max_length=300, validators=[one_line])


class AnswerForm(ActForm):
    """A private answer."""

    words = forms.CharField(label=later("Your answer"), max_length=MOST_CHARACTERS, validators=[seen])


class ReasonForm(ActForm):
    """An act that needs its reason written."""

    why = forms.CharField(
        label=later("Reason"),
        max_length=300,
        validators=[one_line],
        error_messages={"required": later("Write a reason.")},
    )


FORMS: dict[str, type[ActForm]] = {
    "save": WordingForm,
    "ask": WordingForm,
    "answer": AnswerForm,
    "reject": ReasonForm,
    "withdraw": ReasonForm,
    "escalate": ReasonForm,
    "acknowledge": ActForm,
}
# "ask" saves first, and so may start wherever words may be changed.
_STEPS = {
    "save": Act.EDIT,
    "ask": Act.EDIT,
    "answer": Act.ANSWER,
    "reject": Act.REJECT,
    "withdraw": Act.WITHDRAW,
    "escalate": Act.ESCALATE,
    "acknowledge": Act.ACKNOWLEDGE,
}
DONE: dict[str, Promise] = {
    "save": later("Saved."),
    "ask": later("Saved. The author is asked now."),
    "answer": later("The answer is on its way to the person who wrote."),
    "reject": later("Rejected. It will not be published."),
    "withdraw": later("Withdrawn. It is no longer on the lesson's page."),
    "escalate": later("Handed to a colleague."),
    "acknowledge": later("Acknowledged."),
}


def acts_of(post: Post) -> frozenset[str]:
    """Return the acts that make sense, of those the discussion's own table allows in this state."""
    acts = {act for act, step in _STEPS.items() if PostState(post.state) in states.TABLE[step].starts}
    if post.tier == Tier.NONE or post.acknowledged_at is not None:
        acts.discard("acknowledge")
    if post.state != PostState.PUBLISHED:
        acts.discard("withdraw")  # what nobody can see yet is rejected, not taken down
    return frozenset(acts)


def carry_out(act: str, post: Post, staff: Staff, given: Given, now: datetime) -> None:
    """Do it. Raises moderation.NotAllowed or moderation.WrongState with a sentence for the moderator."""
    _DO[act](post, staff, given, now)


def _save(post: Post, staff: Staff, given: Given, now: datetime) -> None:
    moderation.edit(post, staff, given["wording"], given["answer"], given["why"], now)


@transaction.atomic
def _ask(post: Post, staff: Staff, given: Given, now: datetime) -> None:
    if (given["wording"], given["answer"]) != (post.wording, post.answer):
        _save(post, staff, given, now)
        post.refresh_from_db()
    moderation.ask_author(post, staff, now)


_DO: dict[str, Callable[[Post, Staff, Given, datetime], object]] = {
    "save": _save,
    "ask": _ask,
    "answer": lambda post, staff, given, now: moderation.answer_privately(post, staff, given["words"], now),
    "reject": lambda post, staff, given, now: moderation.reject(post, staff, given["why"], now),
    "withdraw": lambda post, staff, given, now: moderation.withdraw(post, staff, given["why"], now),
    "escalate": lambda post, staff, given, now: moderation.escalate(post, staff, given["why"], now),
    "acknowledge": lambda post, staff, _given, now: moderation.acknowledge(post, staff, now),
}
