"""Gathers each room's tables into the one app."""

from course.delivery.models import Attempt, Heartbeat, Hold, Message, Receipt, Suppression
from course.discussion.models import Decision, Post
from course.people.models import (
    Alert,
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
from course.replies.models import QuizAnswer, Reply, StopDoubt
from course.sandbox.models import SandboxClock

__all__ = [
    "Alert",
    "Attempt",
    "AuditEntry",
    "AuditSeal",
    "Cohort",
    "Consent",
    "Contact",
    "CourseVersion",
    "Decision",
    "Enrolment",
    "Heartbeat",
    "Hold",
    "LessonGate",
    "Message",
    "NoticeRequest",
    "Post",
    "Prompt",
    "QuizAnswer",
    "Receipt",
    "Reply",
    "SandboxClock",
    "SignInLink",
    "Staff",
    "StopDoubt",
    "Subscriber",
    "Suppression",
]
