"""What replies hand on to the room below, which they may not import: three functions, lent in `apps.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from course.people.models import Subscriber
from course.replies.models import Reply
from course.replies.words import Tier

Hold = Callable[[Reply, str, Tier, str, datetime], int]
AuthorAnswers = Callable[[int, int, bool, datetime], bool]
FileUnder = Callable[[int, Subscriber, str], None]


@dataclass(frozen=True)
class _Lent:
    hold: Hold
    author_answers: AuthorAnswers
    file_under: FileUnder


_lent: list[_Lent] = []


def register(hold: Hold, author_answers: AuthorAnswers, file_under: FileUnder) -> None:
    """Take the three functions of the discussion; the last registration stands."""
    _lent[:] = [_Lent(hold, author_answers, file_under)]


def hold(reply: Reply, lesson: str, tier: Tier, words: str, now: datetime) -> int:
    """Hold a reply as a post in its lesson's thread, once; return the post's id. Course time."""
    return _lent[0].hold(reply, lesson, tier, words, now)


def author_answers(post_id: int, revision: int, agreed: bool, now: datetime) -> bool:
    """Take the author's yes or no to one revision of a post; False when that revision is not asked about."""
    return _lent[0].author_answers(post_id, revision, agreed, now)


def file_under(reply_id: int, person: Subscriber, lesson: str) -> None:
    """Say whose a held reply is, that came from a number several people use."""
    _lent[0].file_under(reply_id, person, lesson)
