"""The closed sets of words that people's tables, messages and pages share."""

from django.db.models import TextChoices


class Channel(TextChoices):
    """How a message travels."""

    EMAIL = "email"
    SMS = "sms"


class MessageClass(TextChoices):
    """Law 4: what may hold a message back, and what may not."""

    SAFETY = "safety"
    DIRECT = "direct"
    COURSE = "course"


class NoticeKind(TextChoices):
    """Every notice there is, to subscribers and then to staff."""

    CONFIRM = "confirm"
    WELCOME = "welcome"
    HELP = "help"
    RECEIVED = "received"
    STOPPED = "stopped"
    PAUSED = "paused"
    FEEDBACK = "feedback"
    WHICH_PERSON = "which_person"
    SAFETY = "safety"
    ANSWER = "answer"
    PUBLISH_REQUEST = "publish_request"
    APOLOGY = "apology"
    FINISHED = "finished"
    URGENT = "urgent"
    OVERDUE = "overdue"
    CHANNEL_DOWN = "channel_down"
    SIGN_IN = "sign_in"


class AlertKind(TextChoices):
    """What people on call must do: read a reply, or phone a person whom a safety message did not reach."""

    REPLY = "reply"
    PHONE = "phone"


class ChannelRule(TextChoices):
    """Which of the recipient's addresses a notice goes to."""

    THIS_CONTACT = "this_contact"
    PREFERRED = "preferred"
    EVERY = "every"


class Form(TextChoices):
    """The form a subscriber reads or hears a lesson in."""

    STANDARD = "standard"
    LARGE_PRINT = "large_print"
    PLAIN = "plain"
    EASY_READ = "easy_read"
    TEXT = "text"
    LISTEN = "listen"


class EnrolmentState(TextChoices):
    """`waiting`: a person must first read an unclear reply. `invited`: not yet agreed."""

    INVITED = "invited"
    ACTIVE = "active"
    WAITING = "waiting"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"


class CohortState(TextChoices):
    """A cohort's life."""

    DRAFT = "draft"
    OPEN = "open"
    RUNNING = "running"
    PAUSED = "paused"
    CLOSED = "closed"


class ConsentKind(TextChoices):
    """Each is asked for, given and withdrawn by itself."""

    COURSE = "course"
    KEEP_REPLIES = "keep_replies"
    PUBLICATION = "publication"


class ConsentSource(TextChoices):
    """Where an agreement was given."""

    WEB = "web"
    TEXT = "text"
    EMAIL = "email"
    IMPORT = "import"
    COORDINATOR = "coordinator"
    SAMPLE = "sample"


class Role(TextChoices):
    """What a member of staff may do."""

    COORDINATOR = "coordinator"
    MODERATOR = "moderator"
    AUTHOR = "author"
    ADMINISTRATOR = "administrator"
