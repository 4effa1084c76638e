"""The outbox and what became of each row of it."""

from django.db import models
from django.db.models import Q

from course.delivery.words import HoldScope, Outcome, Reason, State, SuppressionReason
from course.people.tokens import TOKEN_LENGTH, new_token
from course.people.words import Channel, MessageClass
from course.vault import EncryptedJSON, EncryptedText

_FROM_STEP = Q(enrolment__isnull=False, request__isnull=True) & ~Q(step_id="")
_FROM_REQUEST = Q(enrolment__isnull=True, request__isnull=False, step_id="")


class Message(models.Model):
    """One thing to send to one address by one channel.

    Course time: planned_at, due_at, window_ends_at, expires_at, accepted_at. Machine time: retry_at,
    lease_until, handed_at, delivered_at. `due_at` is empty while an earlier part has not been accepted.
    """

    enrolment = models.ForeignKey("course.Enrolment", null=True, on_delete=models.CASCADE, related_name="messages")
    step_id = models.CharField(max_length=100, default="")
    request = models.ForeignKey("course.NoticeRequest", null=True, on_delete=models.CASCADE, related_name="messages")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    part = models.PositiveSmallIntegerField(default=1)
    parts = models.PositiveSmallIntegerField(default=1)
    message_class = models.CharField(max_length=10, choices=MessageClass.choices)
    contact = models.ForeignKey("course.Contact", null=True, on_delete=models.SET_NULL, related_name="messages")
    version = models.ForeignKey("course.CourseVersion", null=True, on_delete=models.PROTECT)
    words = EncryptedJSON(default=dict)  # what was frozen at planning, such as a digest's posts

    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    reason = models.CharField(max_length=20, choices=Reason.choices, default=Reason.NONE, blank=True)
    planned_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    window_ends_at = models.DateTimeField(null=True)  # empty: no window holds this message
    expires_at = models.DateTimeField()
    retry_at = models.DateTimeField(null=True)

    has_turn = models.BooleanField(default=False)  # `retry_at` is its turn at a sender's rate

    fence = models.PositiveIntegerField(default=0)  # grows with each claim; an older holder's word is not taken
    lease_until = models.DateTimeField(null=True)
    claimed_by = models.CharField(max_length=100, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    lookups = models.PositiveSmallIntegerField(default=0)  # in this state: looks for it, or how often its end was asked
    possibly_twice = models.BooleanField(default=False)

    message_id = models.CharField(max_length=255, unique=True)  # RFC 5322 Message-ID, without < >
    reply_token = models.CharField(max_length=TOKEN_LENGTH, unique=True, default=new_token)
    bounce_token = models.CharField(max_length=TOKEN_LENGTH, unique=True, default=new_token)
    provider_id = models.CharField(max_length=100, default="", db_index=True)  # queue id, or Twilio SID

    handed_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_FROM_STEP | _FROM_REQUEST, name="message_of_step_or_request"),
            models.UniqueConstraint(
                fields=["enrolment", "step_id", "channel", "part"],
                condition=Q(enrolment__isnull=False),
                name="message_of_step_once",
            ),
            models.UniqueConstraint(
                fields=["request", "channel", "part"],
                condition=Q(request__isnull=False),
                name="message_of_request_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["message_class", "channel", "due_at"],
                condition=Q(state__in=["planned", "retry"]),
                name="message_due",
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(state__in=["claimed", "handed", "unknown"]),
                name="message_leased",
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class Attempt(models.Model):
    """One try to hand a message over. Machine time. `on_wire` is set just before the end of DATA or the POST."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="tries")
    fence = models.PositiveIntegerField()
    worker = models.CharField(max_length=100)
    started_at = models.DateTimeField()
    on_wire = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, default="", blank=True)
    code = models.CharField(max_length=20, default="")
    raw_answer = EncryptedText(default="")
    words_hash = models.CharField(max_length=64, default="")  # SHA-256 of a text's words, to know it again by

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "fence"], name="attempt_once_a_claim")]


class Receipt(models.Model):
    """What the provider said later. Kept by provider id even when it comes before our own commit."""

    provider = models.CharField(max_length=20)
    provider_id = models.CharField(max_length=100, db_index=True)
    message = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="receipts")
    status = models.CharField(max_length=20)
    code = models.CharField(max_length=20, default="")
    raw = EncryptedText(default="")
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "provider_id", "status"], name="receipt_once"),
        ]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(applied_at__isnull=True), name="receipt_parked"),
        ]


class Suppression(models.Model):
    """An address that no course message goes to. After erasure only this keyed hash stays."""

    address_index = models.CharField(max_length=64)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    reason = models.CharField(max_length=20, choices=SuppressionReason.choices)
    source = models.CharField(max_length=60)  # "reply:12", "receipt:4", "link"
    created_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address_index", "channel", "reason"],
                condition=Q(lifted_at__isnull=True),
                name="suppression_one_standing",
            )
        ]


class Hold(models.Model):
    """Sending held by a person, by the program, or after a restore. Machine time. Empty `released_at`: it stands.

    Scope "all" holds class course on every channel; the scope of one channel holds class direct there, too.
    """

    scope = models.CharField(max_length=10, choices=HoldScope.choices)
    reason = models.CharField(max_length=200, default="")
    since = models.DateTimeField()
    held_by = models.CharField(max_length=40)  # "staff:3", "system", "restore"
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=40, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope"], condition=Q(released_at__isnull=True), name="hold_one_standing_a_scope"
            )
        ]


class Heartbeat(models.Model):
    """When a part of the installation was last seen at work. Machine time."""

    name = models.CharField(max_length=40, unique=True)  # a queue, "beat", or work that one process does at a time
    seen_at = models.DateTimeField()
