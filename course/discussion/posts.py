"""An understood reply in, a held post out; and the two ways to look at posts: the queue and the thread."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Case, IntegerField, QuerySet, Value, When

from course.discussion import redaction
from course.discussion.models import Post
from course.discussion.words import PostState
from course.people.models import Subscriber
from course.replies.models import Reply
from course.replies.words import Tier

OPEN = (PostState.HELD, PostState.AWAITING_AUTHOR)
_URGENCY = (Tier.A, Tier.B, Tier.CHECK, Tier.C, Tier.NONE)


def hold(reply: Reply, lesson: str, tier: Tier, words: str, now: datetime) -> int:
    """Hold a reply as a post of its lesson's thread, once; return the post's id. This is where a reply is held.

    The first wording is the person's words without what gives them away. Course time.
    """
    subscriber = reply.contact.subscriber if reply.contact else None
    post, _created = Post.objects.get_or_create(
        reply=reply,
        defaults={
            "subscriber": subscriber,
            "lesson": lesson,
            "tier": tier,
            "wording": redaction.propose(words, subscriber).text,
            "held_at": now,
        },
    )
    return post.pk


def file_under(reply_id: int, person: Subscriber, lesson: str) -> None:
    """Give a held post of nobody's its author; the wording is made anew, now that we know whose name to take out.

    A wording that a moderator has touched stays, and so does a post that has an author.
    """
    for post in Post.objects.filter(reply_id=reply_id, subscriber__isnull=True, state=PostState.HELD):
        words = post.reply.own_words if post.reply else ""
        made_anew = {"wording": redaction.propose(words, person).text} if post.revision == 1 else {}
        unchanged = Post.objects.filter(pk=post.pk, subscriber__isnull=True, revision=post.revision)
        unchanged.update(subscriber=person, lesson=lesson, **made_anew)


def queue(filters: Mapping[str, str] | None = None) -> QuerySet[Post]:
    """Return posts to work on, most urgent first, then the oldest.

    ``filters`` may name `state` (else every open one), `lesson`, `tier` and `escalated` ("yes").
    """
    asked = filters or {}
    rows = Post.objects.select_related("reply", "subscriber")
    rows = rows.filter(state=asked["state"]) if asked.get("state") else rows.filter(state__in=OPEN)
    for column in ("lesson", "tier"):
        if asked.get(column):
            rows = rows.filter(**{column: asked[column]})
    if asked.get("escalated"):
        rows = rows.filter(escalated=True)
    whens = [When(tier=tier, then=Value(place)) for place, tier in enumerate(_URGENCY)]
    urgency = Case(*whens, default=Value(len(_URGENCY)), output_field=IntegerField())
    return rows.order_by(urgency, "held_at", "pk")


def thread(lesson: str) -> list[Post]:
    """Return the published posts of a lesson, oldest first.

    Only `agreed_wording`, `agreed_answer`, `shown_name` and `published_at` may be shown; nothing else is loaded.
    """
    rows = Post.objects.filter(lesson=lesson, state=PostState.PUBLISHED).order_by("published_at", "pk")
    return list(rows.only("lesson", "agreed_wording", "agreed_answer", "shown_name", "published_at"))
