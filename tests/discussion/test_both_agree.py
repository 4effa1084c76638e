"""Law 9: no order of acts leads to a published post without a moderator's decision and its author's agreement."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.discussion import agreement, moderation
from course.discussion.models import Decision, Post
from course.discussion.words import Act, PostState
from course.people.models import Staff, Subscriber
from tests.factories import make_post, make_staff

Doing = Callable[[Post, Staff, datetime], object]
_ACTS: dict[str, Doing] = {
    "edit": lambda post, staff, now: moderation.edit(post, staff, f"Words {post.revision}?", "An answer.", "", now),
    "slip": lambda post, staff, now: moderation.edit(post, staff, "Write anna@example.org", "", "", now),
    "ask": moderation.ask_author,
    "answer": lambda post, staff, now: moderation.answer_privately(post, staff, "Yes.", now),
    "reject": lambda post, staff, now: moderation.reject(post, staff, "no", now),
    "withdraw": lambda post, staff, now: moderation.withdraw(post, None, "", now),
    "agree": lambda post, _staff, now: agreement.agree(post, post.revision, "anna@example.org", now),
    "agree_late": lambda post, _staff, now: agreement.agree(post, max(1, post.revision - 1), "", now),
    "decline": lambda post, _staff, now: agreement.decline(post, post.revision, now),
}
_steps = st.lists(st.tuples(st.sampled_from(sorted(_ACTS)), st.booleans(), st.booleans()), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_steps)
def test_only_both_together_publish(
    author: Subscriber, now: datetime, steps: list[tuple[str, bool, bool]], db: Any
) -> None:
    staff = (make_staff(), make_staff())
    post = make_post(author)
    seen = post
    for name, which, looks_again in steps:
        seen = Post.objects.get(pk=post.pk) if looks_again else seen
        with suppress(moderation.WrongState, agreement.OutOfDate):
            _ACTS[name](seen, staff[which], now)
        _check(Post.objects.get(pk=post.pk))


def _check(post: Post) -> None:
    if post.state != PostState.PUBLISHED:
        return
    same = Decision.objects.filter(post=post, revision=post.revision)
    assert _was_asked(post)
    assert same.filter(act=Act.AUTHOR_AGREED, staff__isnull=True).exists()
    assert post.agreed_revision == post.revision
    assert "@" not in post.agreed_wording + post.agreed_answer + post.shown_name


def _was_asked(post: Post) -> bool:
    """Return whether a moderator asked about these very words; encrypted columns are compared here."""
    asked = Decision.objects.filter(post=post, act=Act.ASK_AUTHOR, revision=post.revision)
    return any(each.wording == post.agreed_wording for each in asked)
