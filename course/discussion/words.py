"""The closed sets of words for a post's life."""

from django.db.models import TextChoices


class PostState(TextChoices):
    """held → awaiting_author → published | answered | rejected | withdrawn."""

    HELD = "held"
    AWAITING_AUTHOR = "awaiting_author"
    PUBLISHED = "published"
    ANSWERED = "answered"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Act(TextChoices):
    """A decision: what a moderator, or the author, did to a post."""

    EDIT = "edit"
    ASK_AUTHOR = "ask_author"
    ANSWER = "answer"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    ESCALATE = "escalate"
    ACKNOWLEDGE = "acknowledge"
    PHONED = "phoned"
    AUTHOR_AGREED = "author_agreed"
    AUTHOR_DECLINED = "author_declined"
