"""Held posts whose answer day has passed in; colleagues told, and the person who waits, once each, out. Course time."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from course.curriculum import timetable
from course.curriculum.model import Course
from course.discussion.models import Decision, Post
from course.discussion.words import Act, PostState
from course.people import notices
from course.people.models import NoticeRequest, Staff, Subscriber
from course.people.words import MessageClass, NoticeKind, Role
from course.replies.words import ReplyKind

# By these the person heard from us, or will: nobody needs to say sorry for a silence.
HEARD = (Act.ANSWER, Act.ASK_AUTHOR, Act.PHONED)
_WRITTEN_BY_MACHINES = (ReplyKind.BOUNCE, ReplyKind.COMPLAINT, ReplyKind.AUTO_REPLY)
_LASTS = timedelta(days=2)
_WORDS = ("wording", "answer", "reply__raw", "reply__own_words", "reply__cut")  # nobody's words are needed here


def look(course: Course, now: datetime) -> int:
    """Tell of every post that nobody answered by the day the person was promised; return how many."""
    today = now.astimezone(course.reading_hours.zone).date()
    waiting = Post.objects.filter(state=PostState.HELD, overdue_at__isnull=True, reply__isnull=False)
    rows = waiting.select_related("reply").defer(*_WORDS).order_by("held_at")
    late = [post for post in rows if _answer_by(post, course) < today]
    heard = set(Decision.objects.filter(post__in=late, act__in=HEARD).values_list("post_id", flat=True))
    return sum(_tell(post, now) for post in late if post.pk not in heard)


@transaction.atomic
def _tell(post: Post, now: datetime) -> bool:
    """Tell of one post, if nobody did or decided meanwhile."""
    if not Post.objects.filter(pk=post.pk, state=PostState.HELD, overdue_at__isnull=True).update(overdue_at=now):
        return False
    for member in _colleagues(post):
        words = {"post": post.pk} if member.role != Role.COORDINATOR else {}
        notices.request(NoticeKind.OVERDUE, MessageClass.DIRECT, member, f"post:{post.pk}", now, words=words)
    if post.subscriber and post.reply and post.reply.kind not in _WRITTEN_BY_MACHINES:
        _apologise(post, post.subscriber, now)
    return True


def _apologise(post: Post, subscriber: Subscriber, now: datetime) -> None:
    """Say sorry, once a day for whatever waits. Class course: after a stop, or outside their hours, nothing may go."""
    said = NoticeRequest.objects.filter(
        kind=NoticeKind.APOLOGY, recipient=notices.key_of(subscriber), not_before__gt=now - timedelta(days=1)
    )
    if not said.exists():
        notices.request(
            NoticeKind.APOLOGY, MessageClass.COURSE, subscriber, f"{apology_of(post)}1", now, expires_in=_LASTS
        )


def apology_of(post: Post) -> str:
    """Return what the subject key of its apology begins with."""
    return f"late:{post.pk}."


def _answer_by(post: Post, course: Course) -> date:
    """Return the day that the received notice promised: it counts from when the reply was held."""
    return timetable.answer_by(post.held_at, course.reading_hours, course.answer_within)


def _colleagues(post: Post) -> Iterable[Staff]:
    """Return every moderator, and who looks after the person's cohorts."""
    active = Staff.objects.filter(is_active=True)
    moderators = list(active.filter(role=Role.MODERATOR)) or list(active.filter(role=Role.ADMINISTRATOR))
    mine = active.filter(cohort__enrolments__subscriber=post.subscriber) if post.subscriber else active.none()
    return {member.pk: member for member in [*moderators, *mine]}.values()
