"""Staff: who works here, in which role, when, and how they are reached."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from course.people.tokens import TOKEN_LENGTH, new_token
from course.people.words import Role


class StaffManager(BaseUserManager["Staff"]):
    """Makes and finds staff by email address."""

    def add(self, email: str, role: str, **columns: Any) -> "Staff":
        """Save a new member of staff with no password: they sign in by link."""
        member = self.model(email=self.normalize_email(email), role=role, **columns)
        member.set_unusable_password()
        member.save(using=self._db)
        return member


class Staff(AbstractBaseUser):
    """A coordinator, moderator, author or administrator."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=20, choices=Role.choices)
    is_active = models.BooleanField(default=True)
    on_call = models.BooleanField(default=False)
    on_call_lead = models.BooleanField(default=False)
    hours = models.JSONField(default=dict, blank=True)  # {"days": "mon-fri", "from": "09:00", "to": "17:00", "zone"}
    channels = models.JSONField(default=list, blank=True)  # ways an alert reaches them: ["email", "sms"]
    cover = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="covers_for")

    objects: ClassVar[StaffManager] = StaffManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return f"staff {self.pk}"


class SignInLink(models.Model):
    """A sign-in that works once. `expires_at` and `used_at` are machine time."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE)
    token = models.CharField(max_length=TOKEN_LENGTH, unique=True, default=new_token)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
