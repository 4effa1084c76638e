"""From held to published: two agreements, one table of states, and a decision for every act."""

from datetime import datetime, timedelta

import pytest

from course.delivery import suppression
from course.discussion import agreement, digest, moderation, posts, states
from course.discussion.models import Decision, Post
from course.discussion.words import Act, PostState
from course.people.models import AuditEntry, NoticeRequest, Prompt, Staff, Subscriber
from tests.factories import make_post, make_staff

S = PostState


def fresh(post: Post) -> Post:
    return Post.objects.get(pk=post.pk)


def test_asked_and_agreed_it_is_published_with_the_agreed_words_alone(
    post: Post, moderator: Staff, now: datetime
) -> None:
    moderation.edit(post, moderator, "Is walking good?", "Yes, in short walks.", "shorter", now)
    moderation.ask_author(post, moderator, now)
    asked = NoticeRequest.objects.get(kind="publish_request")
    assert asked.subject_key == f"post:{post.pk}.2"
    assert asked.words | {"number": 0} == {
        "post": post.pk, "wording": "Is walking good?", "answer": "Yes, in short walks.", "number": 0,
        "link": post.agree_token,
    }  # fmt: skip
    assert posts.thread(post.lesson) == []
    found = agreement.by_token(post.agree_token)
    assert found
    agreement.agree(found, 2, "  A   walker ", now)
    (shown,) = posts.thread(post.lesson)
    assert (shown.agreed_wording, shown.agreed_answer, shown.shown_name) == (
        "Is walking good?", "Yes, in short walks.", "A walker",
    )  # fmt: skip
    acts = list(Decision.objects.filter(post=post).order_by("pk").values_list("act", flat=True))
    assert acts == [Act.EDIT, Act.ASK_AUTHOR, Act.AUTHOR_AGREED]
    assert AuditEntry.objects.filter(subject=f"post:{post.pk}").count() == 3


def test_an_edit_after_asking_voids_the_question(post: Post, moderator: Staff, now: datetime) -> None:
    moderation.ask_author(post, moderator, now)
    stale = fresh(post)
    moderation.edit(post, moderator, "Other words?", "", "", now)
    with pytest.raises(agreement.OutOfDate):
        agreement.agree(stale, 1, "", now)
    moderation.ask_author(post, moderator, now)
    with pytest.raises(agreement.OutOfDate):
        agreement.agree(stale, 1, "", now)
    agreement.agree(stale, 2, "", now)
    assert fresh(post).agreed_wording == "Other words?"


def test_declined_it_goes_back_and_nothing_is_published(post: Post, moderator: Staff, now: datetime) -> None:
    moderation.ask_author(post, moderator, now)
    agreement.decline(post, 1, now)
    assert fresh(post).state == S.HELD
    with pytest.raises(agreement.OutOfDate):
        agreement.agree(post, 1, "", now)


def test_agreeing_twice_publishes_once(post: Post, moderator: Staff, now: datetime) -> None:
    moderation.ask_author(post, moderator, now)
    agreement.agree(post, 1, "", now)
    with pytest.raises(agreement.OutOfDate):
        agreement.agree(post, 1, "Somebody else", now)
    assert fresh(post).shown_name == ""


def test_a_state_alone_does_not_publish_without_a_moderators_decision(post: Post, now: datetime) -> None:
    Post.objects.filter(pk=post.pk).update(state=S.AWAITING_AUTHOR)
    with pytest.raises(agreement.OutOfDate):
        agreement.agree(post, 1, "", now)


def test_contact_details_are_never_shown_as_a_name(post: Post, moderator: Staff, now: datetime) -> None:
    moderation.ask_author(post, moderator, now)
    agreement.agree(post, 1, "Anna 202-555-0143", now)
    assert fresh(post).shown_name == ""


@pytest.mark.parametrize("wording", ["Write anna@example.org", "It is Anna here", "call 202 555 0143"])
def test_words_that_give_the_author_away_are_not_asked_about(
    author: Subscriber, moderator: Staff, now: datetime, wording: str
) -> None:
    post = make_post(author, wording=wording)
    with pytest.raises(moderation.WrongState, match="give the person away"):
        moderation.ask_author(post, moderator, now)
    assert fresh(post).state == S.HELD


def test_an_answer_may_name_the_clinics_number_and_not_the_persons(
    author: Subscriber, moderator: Staff, now: datetime
) -> None:
    bad = make_post(author, answer="We wrote to ANNA@example.org.")
    with pytest.raises(moderation.WrongState):
        moderation.ask_author(bad, moderator, now)
    moderation.ask_author(make_post(author, answer="Call us: (202) 555-0123. See https://www.nhs.uk"), moderator, now)


def test_two_moderators_do_not_clash(post: Post, moderator: Staff, now: datetime) -> None:
    theirs, mine = fresh(post), fresh(post)
    moderation.edit(theirs, moderator, "Theirs?", "", "", now)
    with pytest.raises(moderation.WrongState):
        moderation.reject(mine, make_staff(), "no", now)
    assert fresh(post).state == S.HELD
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("role", ["coordinator", "author"])
def test_only_moderators_and_administrators_may_act(post: Post, now: datetime, role: str) -> None:
    with pytest.raises(moderation.NotAllowed):
        moderation.edit(post, make_staff(role), "x", "", "", now)
    with pytest.raises(moderation.NotAllowed):
        moderation.reject(post, make_staff(is_active=False), "", now)
    moderation.edit(post, make_staff("administrator"), "y", "", "", now)


def test_no_member_of_staff_can_agree_for_the_author(post: Post, moderator: Staff) -> None:
    with pytest.raises(states.NotAllowed):
        states.check(post, Act.AUTHOR_AGREED, states.By(moderator))
    with pytest.raises(states.NotAllowed):
        states.check(post, Act.ASK_AUTHOR, states.By(None))


def test_a_private_answer_goes_to_the_person_and_publishes_nothing(post: Post, moderator: Staff, now: datetime) -> None:
    moderation.answer_privately(post, moderator, "Yes, you can.", now)
    notice = NoticeRequest.objects.get(kind="answer")
    assert notice.words == {"answer": "Yes, you can.", "question": post.wording}
    assert (notice.message_class, notice.recipient) == ("course", f"subscriber:{post.subscriber_id}")
    assert fresh(post).state == S.ANSWERED
    with pytest.raises(moderation.WrongState):
        moderation.answer_privately(fresh(post), moderator, "Again", now)


def test_nothing_is_sent_to_somebody_who_stopped_or_is_unknown(post: Post, moderator: Staff, now: datetime) -> None:
    assert post.subscriber
    suppression.stop(post.subscriber, contact=None, source="link", now=now)
    with pytest.raises(moderation.WrongState, match="stopped"):
        moderation.ask_author(post, moderator, now)
    with pytest.raises(moderation.WrongState, match="stopped"):
        moderation.answer_privately(post, moderator, "Yes.", now)
    stranger = make_post()
    Post.objects.filter(pk=stranger.pk).update(subscriber=None)
    with pytest.raises(moderation.WrongState, match="who wrote"):
        moderation.ask_author(fresh(stranger), moderator, now)


def test_withdrawn_it_is_gone_from_the_thread_and_the_digest(post: Post, moderator: Staff, now: datetime) -> None:
    moderation.ask_author(post, moderator, now)
    agreement.agree(post, 1, "", now)
    post.refresh_from_db()
    assert [entry["post"] for entry in digest.entries_for("all", None, now)] == [post.pk]
    moderation.withdraw(post, None, "changed my mind", now)
    assert posts.thread(post.lesson) == []
    assert digest.entries_for("all", None, now) == []


def test_the_digest_holds_what_was_published_in_its_span(author: Subscriber, now: datetime) -> None:
    for hours, lesson in ((1, "two-kinds"), (2, "two-kinds"), (3, "what-is-stenosis")):
        at = now + timedelta(hours=hours)
        make_post(author, lesson=lesson, state=S.PUBLISHED, agreed_wording=f"at {hours}", agreed_at=at, published_at=at)
    since, until = now + timedelta(hours=1), now + timedelta(hours=3)
    assert [each["wording"] for each in digest.entries_for("all", since, until)] == ["at 2", "at 3"]
    (entry,) = digest.entries_for("two-kinds", since, until)
    assert set(entry) == {"lesson", "wording", "answer", "name", "post"}


def test_the_queue_shows_the_most_urgent_first_then_the_oldest(author: Subscriber, now: datetime) -> None:
    for place, tier in enumerate(["", "C", "A", "check", "B", "A"]):
        make_post(author, tier=tier, held_at=now - timedelta(hours=place), wording=f"{tier}{place}")
    make_post(author, state=S.REJECTED)
    assert [post.wording for post in posts.queue()] == ["A5", "A2", "B4", "check3", "C1", "0"]
    assert [post.wording for post in posts.queue({"tier": "C"})] == ["C1"]
    assert posts.queue({"state": S.REJECTED}).count() == 1


def test_an_acknowledged_reply_keeps_the_first_time(post: Post, moderator: Staff, now: datetime) -> None:
    moderation.acknowledge(post, moderator, now)
    moderation.acknowledge(fresh(post), moderator, now + timedelta(hours=1))
    assert fresh(post).acknowledged_at == now
    moderation.escalate(fresh(post), moderator, "please look", now)
    assert (fresh(post).escalated, fresh(post).state) == (True, S.HELD)


def test_one_question_at_a_time_is_open_on_a_phone(texter: Subscriber, moderator: Staff, now: datetime) -> None:
    first, second = make_post(texter), make_post(texter)
    moderation.ask_author(first, moderator, now)
    with pytest.raises(moderation.WrongState, match="another question"):
        moderation.ask_author(second, moderator, now)
    assert fresh(second).state == S.HELD
    assert NoticeRequest.objects.filter(kind="publish_request").count() == 1
    moderation.reject(first, moderator, "no", now)
    moderation.ask_author(fresh(second), moderator, now)
    assert Prompt.objects.get(closed_at=None).subject_key == f"post:{second.pk}.1"


def test_every_act_is_in_the_table() -> None:
    assert set(states.TABLE) == set(Act)
    leads_out = [act for act, step in states.TABLE.items() if step.leads_to == S.PUBLISHED]
    assert leads_out == [Act.AUTHOR_AGREED]
