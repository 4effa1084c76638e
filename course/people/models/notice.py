"""What a room asks to be told to somebody (notice request), and what we asked somebody by text (prompt)."""

from django.db import models
from django.db.models import Q

from course.people.words import ChannelRule, MessageClass, NoticeKind
from course.vault import EncryptedJSON


class NoticeRequest(models.Model):
    """Something happened that calls for a notice. Planning turns each into messages once.

    `recipient` is "subscriber:ID", "staff:ID" or "contact:ID"; `subject_key` is a word and an id, "reply:12".
    """

    kind = models.CharField(max_length=20, choices=NoticeKind.choices)
    message_class = models.CharField(max_length=10, choices=MessageClass.choices)
    recipient = models.CharField(max_length=40)
    subject_key = models.CharField(max_length=60)
    channel_rule = models.CharField(max_length=15, choices=ChannelRule.choices)
    contact = models.ForeignKey("course.Contact", null=True, on_delete=models.CASCADE)  # for this_contact
    words = EncryptedJSON(default=dict)
    answers_at = models.DateTimeField(null=True)  # when the person wrote what this answers (law 4, direct)
    not_before = models.DateTimeField()
    expires_at = models.DateTimeField()
    planned_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, default="")  # why nothing could be planned

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_key", "recipient"], name="notice_request_once"),
        ]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(planned_at__isnull=True), name="notice_request_due"),
        ]


class Prompt(models.Model):
    """A question we asked a person by text; at most one open for an address. `number` is what PUBLISH 42 names."""

    contact = models.ForeignKey("course.Contact", on_delete=models.CASCADE)
    address_index = models.CharField(max_length=64)
    kind = models.CharField(max_length=20)  # confirm, quiz, publish, who
    subject_key = models.CharField(max_length=60)
    number = models.PositiveIntegerField(null=True)
    options = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=20, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address_index"], condition=Q(closed_at__isnull=True), name="prompt_one_open"
            ),
        ]
