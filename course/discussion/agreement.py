"""The author's yes or no to one revision in; a published post, or nothing published, out (law 9).

Publishing takes two: a moderator's decision to ask about this very revision, and the author's agreement to it.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from course.discussion import moderation, redaction, states
from course.discussion.models import Decision, Post
from course.discussion.states import By, WrongState
from course.discussion.words import Act, PostState

LONGEST_NAME = 60


class OutOfDate(Exception):
    """The wording changed after the author saw it, or nobody asks about it any more. Nothing was done."""


def by_token(token: str) -> Post | None:
    """Return the post whose agreement link this is; the token is the authority."""
    return Post.objects.filter(agree_token=token).select_related("subscriber").first()


def agree(post: Post, revision: int, shown_name: str, now: datetime) -> None:
    """Publish exactly this revision. Raises OutOfDate when it is not the one that is asked about.

    ``shown_name`` is the name the author chose, or empty. One that holds contact details is not shown: they are
    never published, whoever asks.
    """
    asked = _asked(post, revision)
    name = " ".join(shown_name.split())[:LONGEST_NAME]
    if redaction.contact_details(name, asked.subscriber):
        name = ""
    agreed = {
        "agreed_wording": asked.wording,
        "agreed_answer": asked.answer,
        "agreed_revision": revision,
        "agreed_at": now,
        "published_at": now,
        "shown_name": name,
    }
    with transaction.atomic():
        _move(asked, Act.AUTHOR_AGREED, now, **agreed)
        moderation.close_prompt(asked, now)


def decline(post: Post, revision: int, now: datetime) -> None:
    """Publish nothing; it goes back to the moderators. Raises OutOfDate as `agree` does."""
    asked = _asked(post, revision)
    was_answered = asked.decisions.filter(act=Act.ANSWER).exists()
    with transaction.atomic():
        leads_to = PostState.ANSWERED if was_answered else PostState.HELD
        _move(asked, Act.AUTHOR_DECLINED, now, leads_to=leads_to)
        moderation.close_prompt(asked, now)


def by_text(post_id: int, revision: int, agreed: bool, now: datetime) -> bool:
    """Take `PUBLISH 42`, or a bare yes or no to the open prompt; False when that revision is not asked about."""
    post = Post.objects.filter(pk=post_id).first()
    if post is None:
        return False
    try:
        if agreed:
            agree(post, revision, "", now)
        else:
            decline(post, revision, now)
    except OutOfDate:
        return False
    return True


def _asked(post: Post, revision: int) -> Post:
    """Return the row as it is now, if this revision is what a moderator asked about."""
    fresh = Post.objects.select_related("subscriber").get(pk=post.pk)
    asked = Decision.objects.filter(post=fresh, act=Act.ASK_AUTHOR, revision=revision, staff__isnull=False)
    if fresh.state != PostState.AWAITING_AUTHOR or fresh.revision != revision or not asked.exists():
        raise OutOfDate(_("The wording has changed since you saw it."))
    if fresh.subscriber and fresh.subscriber.erased_at:
        raise OutOfDate(_("Nothing can be published any more."))
    return fresh


def _move(post: Post, act: Act, now: datetime, **columns: object) -> None:
    try:
        states.move(post, act, By(None), now, **columns)
    except WrongState as changed:
        raise OutOfDate(str(changed)) from changed
