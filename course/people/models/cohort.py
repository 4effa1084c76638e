"""The course as it was when a cohort was pinned to it, cohorts, and each person's place in one."""

from django.db import models
from django.db.models import Q

from course.people.words import CohortState, EnrolmentState


class CourseVersion(models.Model):
    """The whole course by content hash: `files` maps each file's name to its text."""

    content_hash = models.CharField(max_length=64, unique=True)
    files = models.JSONField()
    registered_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.content_hash[:12]


class LessonGate(models.Model):
    """Law 11: whether one lesson, by its content, may go out. `findings` are sentences."""

    version = models.ForeignKey(CourseVersion, on_delete=models.CASCADE, related_name="gates")
    lesson = models.CharField(max_length=100)
    language = models.CharField(max_length=10)
    content_hash = models.CharField(max_length=64)
    passed = models.BooleanField()
    signed = models.BooleanField()
    findings = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "lesson", "language"], name="lesson_gate_once"),
        ]


class Cohort(models.Model):
    """People who take the course together, pinned to one course version."""

    name = models.CharField(max_length=100, unique=True)
    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT)
    coordinator = models.ForeignKey("course.Staff", null=True, on_delete=models.SET_NULL)
    starts_on = models.DateField()
    zone = models.CharField(max_length=64)
    join = models.CharField(max_length=12)  # from_start, at_current
    catch_up = models.CharField(max_length=12)  # spread, latest, skip
    state = models.CharField(max_length=10, choices=CohortState.choices, default=CohortState.DRAFT)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Enrolment(models.Model):
    """One subscriber in one cohort: the next step and when it is due (course time)."""

    subscriber = models.ForeignKey("course.Subscriber", on_delete=models.CASCADE, related_name="enrolments")
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="enrolments")
    state = models.CharField(max_length=10, choices=EnrolmentState.choices, default=EnrolmentState.INVITED)
    day_zero = models.DateField(null=True)  # local date that the schedule's day 0 falls on
    next_step = models.CharField(max_length=100, default="")
    next_due_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    state_reason = models.CharField(max_length=40, default="")
    state_changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscriber", "cohort"], name="enrolment_once")]
        indexes = [models.Index(fields=["next_due_at"], condition=Q(state="active"), name="enrolment_due")]
