"""The one app, and the one visible place where a room lends something to a room above it."""

from django.apps import AppConfig


class CourseAppConfig(AppConfig):
    """Wires the rooms together once Django is up."""

    name = "course"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lend the discussion's digest to planning, and register the checks asked at start."""
        from course import checks

        checks.register_all()
