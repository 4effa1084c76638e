"""The closed sets of words for what came in."""

from django.db.models import TextChoices


class Source(TextChoices):
    """The way a reply came in."""

    LMTP = "lmtp"
    TWILIO = "twilio"
    WEBHOOK = "webhook"  # a mail provider's
    MAILBOX = "mailbox"  # polled by IMAP
    LIST = "list"  # of Twilio: a text that its webhook could not bring


class ReplyKind(TextChoices):
    """What a reply is. `unclear`: perhaps a stop; a person reads it while lessons wait."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto_reply"
    STOP = "stop"
    START = "start"
    HELP = "help"
    PUBLISH = "publish"
    ANSWER = "answer"
    QUESTION = "question"
    UNCLEAR = "unclear"
    STRANGER = "stranger"


class DoubtDecision(TextChoices):
    """What became of words that may have been a stop. `overtaken`: the person has since said it another way."""

    STOP = "stop"
    GO_ON = "go_on"
    OVERTAKEN = "overtaken"


class Tier(TextChoices):
    """How soon a person must read it (reference: red flags and safety)."""

    A = "A"
    B = "B"
    C = "C"
    CHECK = "check"
    NONE = ""
