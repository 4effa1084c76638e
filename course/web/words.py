"""Closed sets of words in; what a person reads for them out."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as later

from course.delivery.by_hand import Word
from course.delivery.words import HoldScope, State
from course.discussion.words import Act, PostState
from course.people.words import AlertKind, Channel, CohortState, NoticeKind, Role
from course.replies.words import DoubtDecision, Tier


@dataclass(frozen=True)
class HoldWords:
    """What a hold of one scope is called, and the button that ends it."""

    title: Promise
    release: Promise


ROLES: dict[str, Promise] = {
    Role.COORDINATOR: later("coordinator"),
    Role.MODERATOR: later("moderator"),
    Role.AUTHOR: later("course author"),
    Role.ADMINISTRATOR: later("administrator"),
}
MESSAGE_STATES: dict[str, Promise] = {
    State.PLANNED: later("Waiting for its time"),
    State.CLAIMED: later("Being sent"),
    State.HANDED: later("Handed over, no answer yet"),
    State.ACCEPTED: later("Sent"),
    State.DELIVERED: later("Delivered"),
    State.RETRY: later("Will be tried again"),
    State.UNKNOWN: later("Perhaps sent, not known yet"),
    State.FAILED: later("Failed"),
    State.BOUNCED: later("Came back"),
    State.SUPPRESSED: later("Not sent: the address may not be used"),
    State.EXPIRED: later("Not sent: too late"),
    State.CANCELLED: later("Not sent: called off"),
}
POST_STATES: dict[str, Promise] = {
    PostState.HELD: later("Held"),
    PostState.AWAITING_AUTHOR: later("Waiting for the author"),
    PostState.PUBLISHED: later("Published"),
    PostState.ANSWERED: later("Answered privately"),
    PostState.REJECTED: later("Rejected"),
    PostState.WITHDRAWN: later("Withdrawn"),
}
TIERS: dict[str, Promise] = {
    Tier.A: later("Urgent: may be an emergency (tier A)"),
    Tier.B: later("Urgent: needs a person today (tier B)"),
    Tier.C: later("A matter of days (tier C)"),
    Tier.CHECK: later("Read this first: a warning word was denied or unclear (check)"),
    Tier.NONE: later("No warning sign found by the rules"),
}
DOUBTS: dict[str, Promise] = {
    DoubtDecision.STOP: later("They were stopped, and told how to come back."),
    DoubtDecision.GO_ON: later("They did not want to stop. Their lessons went on."),
    DoubtDecision.OVERTAKEN: later("The person said by another way what they want."),
}
TOLD: dict[str, Promise] = {
    "wrong_number": later("Wrong number"),
    "died": later("The person has died"),
    "unknown": later("Does not know us"),
}
ACTS: dict[str, Promise] = {
    Act.EDIT: later("Edited"),
    Act.ASK_AUTHOR: later("Asked the author"),
    Act.ANSWER: later("Answered privately"),
    Act.REJECT: later("Rejected"),
    Act.WITHDRAW: later("Withdrew"),
    Act.ESCALATE: later("Handed to a colleague"),
    Act.ACKNOWLEDGE: later("Acknowledged"),
    Act.PHONED: later("Phoned the person"),
    Act.AUTHOR_AGREED: later("The author agreed"),
    Act.AUTHOR_DECLINED: later("The author said no"),
}
COHORT_STATES: dict[str, Promise] = {
    CohortState.DRAFT: later("Draft"),
    CohortState.OPEN: later("Open"),
    CohortState.RUNNING: later("Running"),
    CohortState.PAUSED: later("Paused"),
    CohortState.CLOSED: later("Closed"),
}
NOTICES: dict[str, Promise] = {
    NoticeKind.CONFIRM: later("Question whether they want the course"),
    NoticeKind.WELCOME: later("Welcome"),
    NoticeKind.HELP: later("Answer to HELP"),
    NoticeKind.RECEIVED: later("“We got your message”"),
    NoticeKind.STOPPED: later("“The course has stopped”"),
    NoticeKind.PAUSED: later("“The course is paused”"),
    NoticeKind.FEEDBACK: later("Words about an answer to a lesson's question"),
    NoticeKind.WHICH_PERSON: later("Question who of several people wrote"),
    NoticeKind.SAFETY: later("Safety message"),
    NoticeKind.ANSWER: later("Answer to a reply"),
    NoticeKind.PUBLISH_REQUEST: later("Question whether a reply may be shared"),
    NoticeKind.APOLOGY: later("“We are sorry for the wait”"),
    NoticeKind.FINISHED: later("“The course is over”"),
    NoticeKind.URGENT: later("Alert to a colleague: urgent reply"),
    NoticeKind.OVERDUE: later("Alert to a colleague: a reply waits too long"),
    NoticeKind.CHANNEL_DOWN: later("Alert to a colleague: a channel is held"),
    NoticeKind.SIGN_IN: later("Link to sign in"),
}
ALERTS: dict[str, Promise] = {
    AlertKind.REPLY: later("A reply may be about an emergency"),
    AlertKind.PHONE: later("A safety message did not reach a person: phone them"),
}
CHANNELS: dict[str, Promise] = {Channel.EMAIL: later("email"), Channel.SMS: later("text message")}
SETTLED: dict[str, Promise] = {
    Word.WENT: later("Settled: it counts as sent."),
    Word.AGAIN: later("Settled: it goes again in its hours, if the person has not stopped."),
    Word.LEAVE: later("Settled: it is not sent again."),
}
REMOVED: dict[str, Promise] = {
    "phone": later("a telephone number"),
    "email": later("an email address"),
    "link": later("a link"),
    "date": later("a date of birth"),
    "name": later("the person's name"),
}
HOLDS: dict[str, HoldWords] = {
    HoldScope.ALL: HoldWords(
        later("Everything is held: no lesson, digest or answer goes out"), later("Release: let messages go out again")
    ),
    HoldScope.EMAIL: HoldWords(
        later("Email is held: nothing but safety messages goes out by email"),
        later("Release email: let it go out again"),
    ),
    HoldScope.SMS: HoldWords(
        later("Texts are held: nothing but safety messages goes out by text"),
        later("Release texts: let them go out again"),
    ),
}
