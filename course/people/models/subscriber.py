"""Subscribers, the addresses they can be reached at, and what they agreed to."""

from django.db import models
from django.db.models import Q

from course.people.tokens import TOKEN_LENGTH, new_token
from course.people.words import Channel, ConsentKind, ConsentSource, Form
from course.vault import EncryptedText


class Subscriber(models.Model):
    """A person who gets the course, and their preferences."""

    greeting_name = EncryptedText(default="")
    recipient = models.CharField(max_length=10, default="self")  # "self", or "carer" who reads for somebody
    language = models.CharField(max_length=10, default="en")
    country = models.CharField(max_length=2, default="")  # ISO 3166; empty: the clinic's
    form = models.CharField(max_length=12, choices=Form.choices, default=Form.STANDARD)
    zone = models.CharField(max_length=64, default="")  # IANA name; empty: the cohort's
    preferred_hour = models.TimeField(null=True)
    pace = models.PositiveSmallIntegerField(default=1)  # days between lessons are multiplied by this
    channels = models.CharField(max_length=10, default=Channel.EMAIL)  # email, sms or both
    stop_token = models.CharField(max_length=TOKEN_LENGTH, unique=True, default=new_token)
    preference_token = models.CharField(max_length=TOKEN_LENGTH, unique=True, default=new_token)
    waits_for = models.CharField(max_length=40, default="")  # "reply:12": course messages wait until it was read
    joined_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"subscriber {self.pk}"


class Contact(models.Model):
    """One address by one channel, of a subscriber, of staff, or of a stranger who wrote to us."""

    subscriber = models.ForeignKey(Subscriber, null=True, on_delete=models.CASCADE, related_name="contacts")
    staff = models.ForeignKey("course.Staff", null=True, on_delete=models.CASCADE, related_name="contacts")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    address = EncryptedText()
    address_index = models.CharField(max_length=64, db_index=True)
    confirmed_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "channel"],
                condition=Q(replaced_at__isnull=True, subscriber__isnull=False),
                name="contact_one_per_subscriber_and_channel",
            ),
            models.UniqueConstraint(
                fields=["staff", "channel"],
                condition=Q(replaced_at__isnull=True, staff__isnull=False),
                name="contact_one_per_staff_and_channel",
            ),
            models.UniqueConstraint(
                fields=["channel", "address_index"],
                condition=Q(subscriber__isnull=True, staff__isnull=True),
                name="contact_one_per_stranger",
            ),
        ]

    def __str__(self) -> str:
        return f"contact {self.pk}"


class Consent(models.Model):
    """One agreement, in the exact words it was given in (45 CFR 164.522(b) for the privacy warning)."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=20, choices=ConsentKind.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    wording = models.TextField()
    wording_version = models.CharField(max_length=20)
    language = models.CharField(max_length=10)
    source = models.CharField(max_length=20, choices=ConsentSource.choices)
    origin = EncryptedText(default="")  # the IP address or number it came from
    privacy_warning_accepted = models.BooleanField()
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=40, default="")  # "reply:12", "link", "staff:3", "deadline"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "kind", "channel"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_one_standing",
            )
        ]
