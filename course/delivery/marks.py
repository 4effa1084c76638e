"""What a message is for in; its Message-ID and its tokens out. Nobody without the key can guess them.

They are the same each time: a database restored from a backup makes the same marks for the same lesson again. So the
relay can be asked whether it went, and replies, bounces and callbacks for what went still find their message.
"""

import base64

from django.conf import settings

from course import vault
from course.people.models import Contact, Enrolment, NoticeRequest


def of_step(enrolment: Enrolment, step_id: str, channel: str, part: int) -> dict[str, str]:
    """Return the columns of one part of one step. A person is known by their stop token: ids are given again."""
    return _marks(f"step\0{enrolment.subscriber.stop_token}\0{enrolment.cohort_id}\0{step_id}\0{channel}\0{part}")


def of_notice(notice: NoticeRequest, contact: Contact) -> dict[str, str]:
    """Return the columns of one notice to one address. Its time tells it from one that has its id by a restore."""
    asked = f"{notice.kind}\0{notice.subject_key}\0{notice.recipient}\0{notice.not_before.isoformat()}"
    return _marks(f"notice\0{asked}\0{contact.channel}\0{contact.address_index}")


def _marks(what: str) -> dict[str, str]:
    return {
        "message_id": f"{_token('message-id', what)}@{settings.MAIL_DOMAIN}",
        "reply_token": _token("reply", what),
        "bounce_token": _token("bounce", what),
    }


def _token(use: str, what: str) -> str:
    """Return 128 bits of a keyed hash (HMAC-SHA-256, RFC 2104) as `people.tokens` writes them."""
    digest = bytes.fromhex(vault.blind_index(f"mark:{use}", what))
    return base64.b32encode(digest[:16]).decode().rstrip("=").lower()
