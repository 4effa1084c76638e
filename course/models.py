"""Gathers each room's tables into the one app."""

from course.delivery.models import Attempt, ChannelState, Message, Receipt, Suppression
from course.discussion.models import Decision, Post
from course.people.models import (
    AuditEntry,
    AuditSeal,
    Cohort,
    Consent,
    Contact,
    CourseVersion,
    Enrolment,
    LessonGate,
    NoticeRequest,
    Prompt,
    SignInLink,
    Staff,
    Subscriber,
)
from course.replies.models import Reply
from course.sandbox.models import SandboxClock

__all__ = [
    "Attempt",
    "AuditEntry",
    "AuditSeal",
    "ChannelState",
    "Cohort",
    "Consent",
    "Contact",
    "CourseVersion",
    "Decision",
    "Enrolment",
    "LessonGate",
    "Message",
    "NoticeRequest",
    "Post",
    "Prompt",
    "Receipt",
    "Reply",
    "SandboxClock",
    "SignInLink",
    "Staff",
    "Subscriber",
    "Suppression",
]
