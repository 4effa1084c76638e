"""A link that signs a member of staff in once. Machine time."""

from datetime import datetime, timedelta

from course.people import audit
from course.people.models import SignInLink, Staff

LIFETIME = timedelta(hours=1)


def make(staff: Staff, machine_now: datetime) -> SignInLink:
    """Make a link that works once, for one hour."""
    audit.record("system", "sign_in_link_made", f"staff:{staff.pk}")
    return SignInLink.objects.create(staff=staff, expires_at=machine_now + LIFETIME)


def find(token: str, machine_now: datetime) -> Staff | None:
    """Return whose link this is while it can still be used."""
    link = (
        SignInLink.objects.filter(token=token, used_at__isnull=True, expires_at__gt=machine_now, staff__is_active=True)
        .select_related("staff")
        .first()
    )
    return link.staff if link else None


def use(token: str, machine_now: datetime) -> Staff | None:
    """Use a link up and return whose it was; None when it is unknown, used or over."""
    staff = find(token, machine_now)
    unused = SignInLink.objects.filter(token=token, used_at__isnull=True, expires_at__gt=machine_now)
    if staff is None or not unused.update(used_at=machine_now):
        return None
    audit.record(f"staff:{staff.pk}", "signed_in", f"staff:{staff.pk}")
    return staff
