"""Posts on their way to publication, and every decision on them."""

from django.db import models
from django.db.models import Q

from course.discussion.words import Act, PostState
from course.people.tokens import TOKEN_LENGTH, new_token
from course.replies.words import Tier
from course.vault import EncryptedText


class Post(models.Model):
    """A reply on its way to publication, in its lesson's thread. Course time.

    `wording` is what would be published; `agreed_wording` is what the author agreed to, and only that is shown.
    """

    reply = models.OneToOneField("course.Reply", null=True, on_delete=models.CASCADE, related_name="post")
    subscriber = models.ForeignKey("course.Subscriber", null=True, on_delete=models.CASCADE, related_name="posts")
    lesson = models.CharField(max_length=100)
    state = models.CharField(max_length=16, choices=PostState.choices, default=PostState.HELD)
    tier = models.CharField(max_length=5, choices=Tier.choices, default=Tier.NONE, blank=True)
    escalated = models.BooleanField(default=False)
    acknowledged_at = models.DateTimeField(null=True)

    wording = EncryptedText(default="")
    answer = EncryptedText(default="")  # the moderator's public answer, part of what the author agrees to
    shown_name = EncryptedText(default="")
    revision = models.PositiveIntegerField(default=1)  # grows with each edit; an agreement names the revision
    agreed_wording = EncryptedText(default="")
    agreed_answer = EncryptedText(default="")
    agreed_revision = models.PositiveIntegerField(null=True)
    agreed_at = models.DateTimeField(null=True)

    agree_token = models.CharField(max_length=TOKEN_LENGTH, unique=True, default=new_token)
    claimed_by = models.ForeignKey("course.Staff", null=True, on_delete=models.SET_NULL)
    claimed_until = models.DateTimeField(null=True)  # machine time
    held_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)  # when staff, and the person, were told that no answer came in time
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published") | Q(agreed_at__isnull=False, published_at__isnull=False),
                name="post_published_only_with_agreement",
            )
        ]
        indexes = [models.Index(fields=["lesson", "state", "published_at"], name="post_thread")]

    def __str__(self) -> str:
        return f"post {self.pk}"


class Decision(models.Model):
    """One act on a post: who, when (course time) and why. `staff` is empty when the author acted."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="decisions")
    staff = models.ForeignKey("course.Staff", null=True, on_delete=models.PROTECT)
    act = models.CharField(max_length=20, choices=Act.choices)
    why = EncryptedText(default="")
    wording = EncryptedText(default="")
    revision = models.PositiveIntegerField()
    at = models.DateTimeField()
