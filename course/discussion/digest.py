"""A span of course time in; the published posts for a digest out. Planning freezes which; sending asks again."""

from datetime import datetime
from typing import Any

from course.discussion.models import Post
from course.discussion.words import PostState

ALL = "all"


def entries_for(lesson_scope: str, since: datetime | None, until: datetime) -> list[dict[str, Any]]:
    """Return what was published after ``since`` (None: ever) up to ``until``, oldest first.

    ``lesson_scope`` is a lesson's slug, or "all".
    """
    rows = Post.objects.filter(state=PostState.PUBLISHED, published_at__lte=until)
    if since is not None:
        rows = rows.filter(published_at__gt=since)
    if lesson_scope != ALL:
        rows = rows.filter(lesson=lesson_scope)
    return [_entry(post) for post in rows.order_by("published_at", "pk")]


def still_published(post_ids: list[int]) -> list[dict[str, Any]]:
    """Return those of ``post_ids`` that stand published now, oldest first: what was withdrawn drops out."""
    rows = Post.objects.filter(state=PostState.PUBLISHED, pk__in=post_ids)
    return [_entry(post) for post in rows.order_by("published_at", "pk")]


def _entry(post: Post) -> dict[str, Any]:
    return {
        "lesson": post.lesson,
        "wording": post.agreed_wording,
        "answer": post.agreed_answer,
        "name": post.shown_name,
        "post": post.pk,
    }
