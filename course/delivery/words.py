"""The closed sets of words for a message's life."""

from django.db.models import TextChoices

REPLY_MARKER = "Write your reply above this line"  # the line that replies are cut at
METADATA_KEY = "course_message"  # a mail provider gives this back in its webhooks: our Message-ID


class State(TextChoices):
    """A message's state; `docs/delivery.md` draws the changes, `delivery/states.py` allows them."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    HANDED = "handed"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    RETRY = "retry"
    UNKNOWN = "unknown"
    FAILED = "failed"
    BOUNCED = "bounced"
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


UNFINISHED = (State.PLANNED, State.CLAIMED, State.HANDED, State.RETRY, State.UNKNOWN)
WAITING = (State.PLANNED, State.CLAIMED, State.RETRY)  # an earlier try may have gone all the same
NOT_GOING = (State.EXPIRED, State.CANCELLED, State.SUPPRESSED, State.FAILED)


class Reason(TextChoices):
    """Why a message was not sent, or not sent again (law 13)."""

    NONE = ""
    LATE = "late"  # its expiry passed before it could go
    NEWER_GOES = "newer_goes"  # the catch-up rule sends only the newest
    GATE = "gate"  # the lesson did not pass its gates
    NO_CONSENT = "no_consent"  # stopped, or never agreed
    SUPPRESSED = "suppressed"  # the address is on the suppression list
    NO_CONTACT = "no_contact"  # no confirmed address for this channel
    EARLIER_PART = "earlier_part"  # an earlier part of the same lesson did not go
    NOTHING_NEW = "nothing_new"  # a digest with no posts
    ADDRESS = "address"  # the provider says this address is no use
    CONTENT = "content"  # the provider refuses these words
    UNDELIVERED = "undelivered"  # it came back, and nobody says that the address is no use
    CHANNEL = "channel"  # our own set-up is at fault
    DOUBT = "doubt"  # waits: a person must first read whether this was a stop
    CALLED_OFF = "called_off"  # what it was about is over, or a person left it


class Outcome(TextChoices):
    """What one attempt came to."""

    ACCEPTED = "accepted"
    RETRY = "retry"  # the other side asks for later; certainly not accepted
    REFUSED_ADDRESS = "refused_address"
    REFUSED_CONTENT = "refused_content"
    REFUSED_SENDER = "refused_sender"  # our own set-up or policy: the channel must stop
    OPTED_OUT = "opted_out"  # the provider knows of a stop that we missed
    UNKNOWN = "unknown"  # it may or may not have been accepted


class SuppressionReason(TextChoices):
    """Why nothing of class course goes to an address."""

    STOPPED = "stopped"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    WRONG_NUMBER = "wrong_number"


class Said(TextChoices):
    """What is said of a mail later, by a delivery report, a complaint or a provider's webhook."""

    DELAYED = "delayed"  # the other side still tries
    DELIVERED = "delivered"
    NO_ADDRESS = "no_address"  # there is no such mailbox
    NOT_DELIVERED = "not_delivered"  # it came back, and nobody says why
    REFUSED = "refused"  # not the address's fault: a full mailbox, these words
    OUR_FAULT = "our_fault"  # policy: our own set-up is at fault
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"


class HoldScope(TextChoices):
    """What a hold holds: class course everywhere, or class course and direct of one channel. Safety always goes."""

    ALL = "all"
    EMAIL = "email"
    SMS = "sms"
