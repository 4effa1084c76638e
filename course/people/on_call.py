"""Something urgent in; a safety notice to everybody on call out."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from course.people import notices
from course.people.models import Staff
from course.people.words import ChannelRule, MessageClass, NoticeKind, Role

LASTS = timedelta(hours=12)


def tell(kind: NoticeKind, subject_key: str, now: datetime, words: dict[str, Any]) -> None:
    """Tell everybody on call, by every way they are reached; when nobody is, all moderators and administrators."""
    for member in members():
        notices.request(
            kind, MessageClass.SAFETY, member, subject_key, now,
            words=words, rule=ChannelRule.EVERY, expires_in=LASTS,
        )  # fmt: skip


def members() -> list[Staff]:
    """Return who is on call; when nobody can be reached, every moderator and administrator who can."""
    reachable = Staff.objects.filter(is_active=True, contacts__replaced_at__isnull=True).distinct()
    on_call = reachable.filter(Q(on_call=True) | Q(on_call_lead=True), contacts__isnull=False)
    return list(on_call) or list(reachable.filter(role__in=(Role.MODERATOR, Role.ADMINISTRATOR)))
