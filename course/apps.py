"""The one app, and the one visible place where a room lends something to a room above it."""

from django.apps import AppConfig


class CourseAppConfig(AppConfig):
    """Wires the rooms together once Django is up."""

    name = "course"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lend the discussion to delivery and to replies, and register the checks asked at start."""
        from course import checks, right_of_way
        from course.delivery import digests, template_check
        from course.discussion import agreement, digest, posts
        from course.people import course_files
        from course.replies import handover

        checks.register_all()
        right_of_way.install()
        digests.lend(digests.Lent(digest.entries_for, digest.still_published))
        course_files.lend(template_check.faults)
        handover.register(posts.hold, agreement.by_text, posts.file_under)
