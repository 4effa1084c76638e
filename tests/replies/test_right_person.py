"""Law 8: one person's words never reach another's thread, whoever writes what from where, in whatever order."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.delivery.models import Message
from course.delivery.notice_planning import plan_notices
from course.discussion.models import Post
from course.people.models import Consent, NoticeRequest, Prompt, Subscriber
from course.replies.models import QuizAnswer, Reply
from tests.factories import make_cohort, make_message, make_subscriber
from tests.replies.incoming import Inbox

_WHO = "who wrote the last text"
_WORDS = [
    "Can I swim?", "chest pain", "STOP", "START", "HELP", "stop it", "please stop sending me lessons", "> quoted",
    "PUBLISH 7", "yes", "B", _WHO, _WHO,
]  # fmt: skip
_SHARED = "+12025550143"
_PEOPLE = 5  # two by email, one with a phone of their own, two who share one
_person = st.integers(0, _PEOPLE - 1)


@dataclass(frozen=True)
class Act:
    """Somebody writes by the token or the phone of ``whose``; From says ``said``, and on the shared phone it is told
    nowhere which of the two it was."""

    whose: int
    said: int
    words: str
    minutes: int
    notices_arrive: bool


_acts = st.lists(
    st.builds(Act, _person, _person, st.sampled_from(_WORDS), st.integers(0, 900), st.booleans()), max_size=9
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=_acts)
def test_no_reply_ever_lands_with_another_person(db: Any, now: datetime, acts: list[Act]) -> None:
    for model in (Post, Reply, NoticeRequest, Prompt, QuizAnswer, Subscriber):
        model._default_manager.all().delete()
    inbox, people = Inbox(now), _people(now)
    wrote: dict[int, Subscriber] = {}
    for act in acts:
        inbox.now += timedelta(minutes=act.minutes)
        before, writer = _agreeing(), people[act.whose]
        contact = writer.contacts.get()
        if contact.channel == "sms":
            words, writer = _said_by_text(act.words, writer, wrote, people)
            reply = inbox.text(contact.address, words)
        else:
            said = people[act.said].contacts.get()
            sender = said.address if said.channel == "email" else "somebody@example.org"
            reply = inbox.reply(writer, act.words, sender=sender)
            assert reply.sender_disagrees == (sender != contact.address)
            if reply.sender_disagrees and act.words != "STOP":
                assert _agreeing() == before
        assert _agreeing() ^ before <= {writer.pk}
        wrote[reply.pk] = writer
        if act.notices_arrive:
            plan_notices(inbox.now)
            Message.objects.filter(accepted_at=None).update(state="accepted", accepted_at=inbox.now)
        _judge(wrote)


def _judge(wrote: dict[int, Subscriber]) -> None:
    """Whatever has an author has the right one, and whatever is told to somebody answers their own words."""
    for post in Post.objects.exclude(subscriber=None).select_related("reply"):
        assert post.reply_id
        assert post.subscriber == wrote[post.reply_id]
    for notice in NoticeRequest.objects.filter(recipient__startswith="subscriber:"):
        reply = int(notice.subject_key.split("reply:")[1].split(".")[0])
        assert notice.recipient == f"subscriber:{wrote[reply].pk}"
    letters = {wrote[reply.pk].pk for reply in Reply.objects.all() if reply.own_words == "B"}
    assert set(QuizAnswer.objects.values_list("subscriber", flat=True)) <= letters


def _people(now: datetime) -> list[Subscriber]:
    make_cohort()
    people = [make_subscriber("email"), make_subscriber("email"), make_subscriber("sms")]
    people += [make_subscriber("sms", _SHARED, greeting_name=name) for name in ("Luis", "Ana")]
    for person in people:
        make_message(person.contacts.get(), state="accepted", accepted_at=now)
    return people


def _said_by_text(
    words: str, writer: Subscriber, wrote: dict[int, Subscriber], people: list[Subscriber]
) -> tuple[str, Subscriber]:
    """Return the words, and who writes: asked who wrote the last text, people say the truth."""
    shared = people[-2:]
    if words != _WHO:
        return words, writer
    theirs = [author for _reply, author in sorted(wrote.items()) if author in shared]
    last = theirs[-1] if theirs and writer in shared else writer
    return str(shared.index(last) + 1 if last in shared else 1), last


def _agreeing() -> set[int]:
    return set(Consent.objects.filter(kind="course", withdrawn_at=None).values_list("subscriber", flat=True))
