"""The state machine of a post, in one table: an act, the states it may start from, and the state it leads to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from course.delivery import alert_end, cancel
from course.discussion import overdue
from course.discussion.models import Decision, Post
from course.discussion.words import Act, PostState
from course.people import audit
from course.people.models import Staff
from course.people.words import Role

_HELD, _ASKED, _OUT = PostState.HELD, PostState.AWAITING_AUTHOR, PostState.PUBLISHED
_ANSWERED, _REJECTED, _WITHDRAWN = PostState.ANSWERED, PostState.REJECTED, PostState.WITHDRAWN


class NotAllowed(Exception):
    """This person may not do this. The message is a sentence for them."""


class WrongState(Exception):
    """The post is not in a state for this, or somebody changed it meanwhile. The message is a sentence."""


@dataclass(frozen=True)
class Step:
    """One act: where it may start, where it leads (None: it changes no state), and who may do it."""

    starts: frozenset[PostState]
    leads_to: PostState | None
    by_author: bool = False


TABLE: Mapping[Act, Step] = {
    Act.EDIT: Step(frozenset({_HELD, _ASKED, _ANSWERED}), _HELD),
    Act.ASK_AUTHOR: Step(frozenset({_HELD, _ANSWERED}), _ASKED),
    Act.ANSWER: Step(frozenset({_HELD, _ASKED}), _ANSWERED),
    Act.REJECT: Step(frozenset({_HELD, _ASKED, _ANSWERED}), _REJECTED),
    Act.WITHDRAW: Step(frozenset({_HELD, _ASKED, _OUT, _ANSWERED}), _WITHDRAWN, by_author=True),
    Act.ESCALATE: Step(frozenset({_HELD, _ASKED, _ANSWERED}), None),
    Act.ACKNOWLEDGE: Step(frozenset(PostState), None),
    Act.PHONED: Step(frozenset(PostState), None),
    Act.AUTHOR_AGREED: Step(frozenset({_ASKED}), _OUT, by_author=True),
    Act.AUTHOR_DECLINED: Step(frozenset({_ASKED}), _HELD, by_author=True),
}
MODERATORS = frozenset({Role.MODERATOR, Role.ADMINISTRATOR})


@dataclass(frozen=True)
class By:
    """Who acts, and why; ``staff`` is None when the author does."""

    staff: Staff | None
    why: str = ""


def check(post: Post, act: Act, by: By) -> None:
    """Raise NotAllowed or WrongState when ``act`` may not be done to ``post`` now."""
    if by.staff is None:
        if not TABLE[act].by_author:
            raise NotAllowed(_("Only a moderator can do this."))
    elif act in (Act.AUTHOR_AGREED, Act.AUTHOR_DECLINED):
        raise NotAllowed(_("Only the person who wrote it can agree or decline."))
    elif by.staff.role not in MODERATORS or not by.staff.is_active:
        raise NotAllowed(_("Only a moderator or an administrator can do this."))
    if post.state not in TABLE[act].starts:
        raise WrongState(_("This reply is not in a state for that. Load the page again to see what was done."))


def move(post: Post, act: Act, by: By, now: datetime, **columns: Any) -> Decision:
    """Do ``act``: change the row only if nobody changed it since ``post`` was read, and write down who and why.

    Raises NotAllowed or WrongState and changes nothing.
    """
    check(post, act, by)
    leads_to = columns.pop("leads_to", TABLE[act].leads_to)
    changes = columns | ({"state": leads_to} if leads_to else {})
    with transaction.atomic():
        same = Post.objects.filter(pk=post.pk, state=post.state, revision=post.revision)
        if not same.update(**changes):
            raise WrongState(_("A colleague changed this reply a moment ago. Load the page again."))
        for column, value in changes.items():
            setattr(post, column, value)
        decision = Decision.objects.create(
            post=post, staff=by.staff, act=act, why=by.why, wording=post.wording, revision=post.revision, at=now
        )
        if by.staff:
            _somebody_has_it(post, act, by.staff)
        audit.record(f"staff:{by.staff.pk}" if by.staff else "author", act, f"post:{post.pk}")
    return decision


def _somebody_has_it(post: Post, act: Act, staff: Staff) -> None:
    """End what people are told about this post: its alerts, and the apology for a silence that is over."""
    if act != Act.ESCALATE and post.reply_id:  # who hands it on does not have it
        alert_end.of_reply(post.reply_id, f"staff:{staff.pk}")
    if act in overdue.HEARD and post.overdue_at:
        cancel.notices_of(overdue.apology_of(post))
