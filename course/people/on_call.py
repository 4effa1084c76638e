"""Staff, their hours and an instant in; who is on duty, and a safety notice to each of them, out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Prefetch

from course.curriculum import duty
from course.curriculum.model import ReadingHours
from course.people import audit, notices
from course.people.models import Contact, Staff
from course.people.words import ChannelRule, MessageClass, NoticeKind, Role

LASTS = timedelta(hours=12)
NOBODY = (
    "Nobody is on call, so an emergency would have no one to tell. Put somebody on call first: "
    "`course staff on-call EMAIL`."
)
_SPARE = (Role.MODERATOR, Role.ADMINISTRATOR)


class NobodyOnCall(Exception):
    """A cohort may not start: nobody is on call. The message says what to do."""


def tell(kind: NoticeKind, subject_key: str, now: datetime, words: dict[str, Any]) -> None:
    """Tell everybody on duty once, by every way they have. Course time."""
    tell_each(members(now), kind, subject_key, now, words)


def tell_each(staff: Sequence[Staff], kind: NoticeKind, subject_key: str, now: datetime, words: dict[str, Any]) -> None:
    """Tell these people once."""
    for member in staff:
        notices.request(
            kind, MessageClass.SAFETY, member, subject_key, now,
            words=words, rule=ChannelRule.EVERY, expires_in=LASTS,
        )  # fmt: skip


def staff() -> list[Staff]:
    """Return everybody who works here, by name, each with the addresses in use as `ways`."""
    rows = Contact.objects.filter(replaced_at__isnull=True).order_by("channel")
    in_use = Prefetch("contacts", rows.defer("address"), to_attr="ways")  # one that cannot be opened silences nobody
    return list(Staff.objects.filter(is_active=True).select_related("cover").prefetch_related(in_use).order_by("name"))


def members(now: datetime) -> list[Staff]:
    """Return who is on duty; never nobody while anybody at all can be reached. Course time."""
    everybody = staff()
    return _of(everybody, duty.on_duty(as_people(everybody), now))


def next_members(everybody: Sequence[Staff], now: datetime) -> tuple[datetime, list[Staff]] | None:
    """Return when others come on duty, and who; None when nothing changes within a week."""
    change = duty.next_change(as_people(everybody), now)
    return (change[0], _of(everybody, change[1])) if change else None


def leads() -> list[Staff]:
    """Return the named leads; without one everybody on call, and every moderator and administrator."""
    able = [member for member in staff() if routes(member)]
    named = [member for member in able if member.on_call_lead]
    return named or [member for member in able if member.on_call or member.role in _SPARE]


def listed(everybody: Sequence[Staff]) -> list[Staff]:
    """Return who of these is on the list and can be reached."""
    return [member for member in everybody if (member.on_call or member.on_call_lead) and routes(member)]


def require() -> None:
    """Raise NobodyOnCall when the on-call list is empty."""
    if not listed(staff()):
        raise NobodyOnCall(NOBODY)


def routes(member: Staff) -> list[str]:
    """Return the ways a member of staff, as `staff` gives them, is reached: "email", "sms"."""
    ways: list[Contact] = member.ways  # type: ignore[attr-defined]  # set by the prefetch above
    return [contact.channel for contact in ways]


def hours_of(member: Staff) -> ReadingHours | None:
    """Return somebody's hours; hours that cannot be read leave nobody out."""
    try:
        return duty.read_hours(member.hours)
    except ValueError:
        return None


@transaction.atomic
def change(member: Staff, by: str, *, on_call: bool, lead: bool, hours: dict[str, str], cover: Staff | None) -> None:
    """Set somebody's place on the list. ``by`` is "staff:3". Raises ValueError with a sentence, and changes nothing."""
    duty.read_hours(hours)
    if cover is not None and cover.pk == member.pk:
        raise ValueError("Nobody can cover for themselves; choose a colleague.")
    if cover is not None and not cover.contacts.filter(replaced_at__isnull=True).exists():
        raise ValueError(f"{cover.name} has no address to be told at; choose somebody who can be reached.")
    member.on_call, member.on_call_lead, member.hours, member.cover = on_call, lead, hours, cover
    member.save(update_fields=["on_call", "on_call_lead", "hours", "cover"])
    audit.record(by, "on_call_changed", f"staff:{member.pk}")


def as_people(everybody: Sequence[Staff]) -> list[duty.Person]:
    """Return staff as the duty list sees them."""
    return [
        duty.Person(
            member.pk, hours_of(member), member.cover_id, bool(routes(member)), member.on_call, member.on_call_lead,
            member.role in _SPARE,
        )
        for member in everybody
    ]  # fmt: skip


def _of(everybody: Sequence[Staff], keys: Sequence[int]) -> list[Staff]:
    known = {member.pk: member for member in everybody}
    return [known[key] for key in keys]
