"""The tables of people. Personal data is in encrypted columns; `address_index` finds an address again."""

from course.people.models.alert import Alert
from course.people.models.audit import AuditEntry, AuditSeal
from course.people.models.cohort import Cohort, CourseVersion, Enrolment, LessonGate
from course.people.models.notice import NoticeRequest, Prompt
from course.people.models.staff import SignInLink, Staff
from course.people.models.subscriber import Consent, Contact, Subscriber

__all__ = [
    "Alert",
    "AuditEntry",
    "AuditSeal",
    "Cohort",
    "Consent",
    "Contact",
    "CourseVersion",
    "Enrolment",
    "LessonGate",
    "NoticeRequest",
    "Prompt",
    "SignInLink",
    "Staff",
    "Subscriber",
]
