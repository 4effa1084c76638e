"""Law 8: one person's words never reach another's thread."""

from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.discussion.models import Post
from course.people.models import NoticeRequest
from course.replies.models import Reply
from tests.factories import make_cohort, make_message, make_subscriber
from tests.replies.incoming import Inbox

_PEOPLE = 3
_acts = st.lists(
    st.tuples(
        st.integers(0, _PEOPLE - 1),  # whose token or number
        st.integers(0, _PEOPLE - 1),  # who From says it is
        st.sampled_from(
            ["Can I swim?", "chest pain", "STOP", "START", "HELP", "stop it", "> quoted", "PUBLISH 7", "yes"]
        ),
    ),
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=_acts)
def test_no_reply_ever_lands_with_another_person(db: Any, now: datetime, acts: list[tuple[int, int, str]]) -> None:
    for model in (Post, Reply, NoticeRequest):
        model._default_manager.all().delete()
    inbox, cohort = Inbox(now), make_cohort()
    people = [make_subscriber("email" if place % 2 else "sms") for place in range(_PEOPLE)]
    for person in people:
        contact = person.contacts.get()
        make_message(contact, state="accepted", accepted_at=now)
    for whose, said_from, words in acts:
        person = people[whose]
        contact, other = person.contacts.get(), people[said_from].contacts.get()
        sender = other.address if other.channel == "email" else "somebody@example.org"
        if contact.channel == "sms":
            reply = inbox.text(contact.address, words)
        else:
            reply = inbox.reply(person, words, sender=sender)
        assert reply.contact == contact
        post = Post.objects.filter(reply=reply).first()
        assert post is None or post.subscriber == person
        told = NoticeRequest.objects.filter(subject_key__startswith=f"reply:{reply.pk}").exclude(kind="urgent")
        mine = {f"subscriber:{person.pk}", *(f"contact:{notice.contact_id}" for notice in told if _stranger(notice))}
        assert {notice.recipient for notice in told} <= mine
    assert cohort


def _stranger(notice: NoticeRequest) -> bool:
    """A From address that disagrees gets the fixed safety words, as nobody's contact."""
    return notice.contact is not None and notice.contact.subscriber is None and notice.kind == "safety"
