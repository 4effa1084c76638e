"""Replies, raw first: what we answered 250 or 200 to is a row here."""

from django.db import models
from django.db.models import Q

from course.people.words import Channel
from course.replies.words import DoubtDecision, ReplyKind, Source, Tier
from course.vault import EncryptedBytes, EncryptedText


class Reply(models.Model):
    """One mail or text that came in. `understood_at` is empty until the reply was worked on (machine time)."""

    source = models.CharField(max_length=10, choices=Source.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    dedupe_key = models.CharField(max_length=100, unique=True)  # the provider's id, or a hash of token and body
    raw = EncryptedBytes()
    purpose = models.CharField(max_length=10, default="reply")  # reply, stop or bounce: the address it was sent to
    token = models.CharField(max_length=26, default="")
    contact = models.ForeignKey("course.Contact", null=True, on_delete=models.SET_NULL, related_name="replies")
    message = models.ForeignKey("course.Message", null=True, on_delete=models.SET_NULL, related_name="replies")
    received_at = models.DateTimeField()  # course time
    stored_at = models.DateTimeField()  # machine time

    kind = models.CharField(max_length=12, choices=ReplyKind.choices, default="", blank=True)
    own_words = EncryptedText(default="")
    cut = EncryptedText(default="")  # what was left out as quoted or signature
    red_flags = models.JSONField(default=list)  # [{"rule": "…", "tier": "A"}]
    tier = models.CharField(max_length=5, choices=Tier.choices, default=Tier.NONE, blank=True)
    attachments = models.PositiveSmallIntegerField(default=0)
    sender_disagrees = models.BooleanField(default=False)  # the token's person and the From: address differ
    understood_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["stored_at"], condition=Q(understood_at__isnull=True), name="reply_not_understood"),
        ]

    def __str__(self) -> str:
        return f"reply {self.pk}"


class QuizAnswer(models.Model):
    """A person's first answer to a lesson's question. `question` is its mark: in other words a letter means other."""

    subscriber = models.ForeignKey("course.Subscriber", on_delete=models.CASCADE, related_name="quiz_answers")
    lesson = models.CharField(max_length=100)
    question = models.CharField(max_length=16)
    key = models.CharField(max_length=1)  # A, B or C
    at = models.DateTimeField()  # course time

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "lesson", "question"], name="quiz_answer_first_counts"),
        ]
        indexes = [models.Index(fields=["lesson", "question", "key"], name="quiz_answer_counts")]

    def __str__(self) -> str:
        return f"quiz answer {self.pk}"


class StopDoubt(models.Model):
    """Words that may be a stop: this person's course messages wait until somebody decides, or the deadline does.

    Course time. While several are open, one deadline counts: the earliest.
    """

    subscriber = models.ForeignKey("course.Subscriber", on_delete=models.CASCADE, related_name="stop_doubts")
    reply = models.OneToOneField(Reply, on_delete=models.CASCADE, related_name="stop_doubt")
    held_at = models.DateTimeField()
    deadline = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=10, choices=DoubtDecision.choices, default="", blank=True)
    decided_by = models.CharField(max_length=40, default="", blank=True)  # "staff:3", "reply:12" or "deadline"

    class Meta:
        indexes = [
            models.Index(fields=["deadline"], condition=Q(decided_at__isnull=True), name="stop_doubt_open"),
        ]

    def __str__(self) -> str:
        return f"doubt about reply {self.reply_id}"
