"""An emergency is told again until somebody has it: by machine time, once for each three minutes, whoever looks."""

from datetime import datetime, timedelta

import pytest

from course.delivery import alert_end, notice_planning
from course.delivery.models import Message
from course.delivery.words import State
from course.discussion import alarm, erasure, moderation
from course.discussion.models import Post
from course.people import alerts
from course.people.models import Alert, AuditEntry, NoticeRequest, Staff
from course.people.words import AlertKind, NoticeKind
from tests import factories
from tests.web.conftest import make_reply

pytestmark = pytest.mark.django_db
THREE = timedelta(minutes=3)


@pytest.fixture
def nurse() -> Staff:
    factories.make_course_version()
    return factories.make_staff(on_call=True)


@pytest.fixture
def post(nurse: Staff, now: datetime) -> Post:
    person = factories.make_subscriber()
    made = factories.make_post(person, reply=make_reply("a", now, contact=person.contacts.get(), tier="A"), tier="A")
    alerts.begin(AlertKind.REPLY, f"reply:{made.reply_id}", now, {"post": made.pk})
    return made


def told() -> list[str]:
    return list(NoticeRequest.objects.filter(kind=NoticeKind.URGENT).order_by("pk").values_list("recipient", flat=True))


def look_for(times: int, now: datetime) -> None:
    """Let every look come twice, as two workers would."""
    opened = Alert.objects.get().opened_at
    for number in range(1, times + 1):
        for _worker in range(2):
            alarm.look(now, opened + number * THREE)


def test_it_is_told_every_three_minutes_once_however_many_look(post: Post, nurse: Staff, now: datetime) -> None:
    alarm.look(now, Alert.objects.get().opened_at + THREE - timedelta(seconds=1))
    assert told() == [f"staff:{nurse.pk}"]
    look_for(4, now)
    assert told() == [f"staff:{nurse.pk}"] * 5
    assert Alert.objects.get().tries == 5


def test_who_saw_the_alert_before_another_told_it_tells_nobody_and_calls_nothing_off(post: Post, now: datetime) -> None:
    seen = Alert.objects.get()
    look_for(1, now)
    alarm._tell(seen, now, seen.opened_at + THREE)
    notice_planning.plan_notices(now)
    states = Message.objects.filter(request__kind=NoticeKind.URGENT).values_list("state", flat=True)
    assert list(states) == [State.PLANNED] * 2


def test_a_named_lead_is_told_after_three_tries_and_goes_on_being_told(post: Post, nurse: Staff, now: datetime) -> None:
    lead = factories.make_staff("coordinator", on_call_lead=True)
    look_for(2, now)
    assert f"staff:{lead.pk}" not in told()
    look_for(5, now)
    assert told().count(f"staff:{lead.pk}") == 3


def test_with_no_lead_everybody_who_may_act_is_told_after_three_tries(post: Post, now: datetime) -> None:
    other = factories.make_staff("moderator")
    look_for(3, now)
    assert told().count(f"staff:{other.pk}") == 1


@pytest.mark.parametrize("act", ["acknowledge", "phoned", "answer", "reject"])
def test_a_decision_ends_it_and_calls_off_what_has_not_gone(post: Post, nurse: Staff, now: datetime, act: str) -> None:
    look_for(1, now)
    notice_planning.plan_notices(now)
    acts = {
        "acknowledge": lambda: moderation.acknowledge(post, nurse, now),
        "phoned": lambda: moderation.phoned(post, nurse, "She is well.", now),
        "answer": lambda: moderation.answer_privately(post, nurse, "Please call us.", now),
        "reject": lambda: moderation.reject(post, nurse, "no question", now),
    }
    acts[act]()
    alert = Alert.objects.get()
    assert (alert.acknowledged_by, alert.acknowledged_at is None) == (f"staff:{nurse.pk}", False)
    states = Message.objects.filter(request__kind=NoticeKind.URGENT).order_by("pk").values_list("state", flat=True)
    assert list(states) == [State.PLANNED, State.CANCELLED]  # everybody still hears of it once
    look_for(3, now)
    assert len(told()) == 2


def test_handing_it_to_a_colleague_does_not_end_it(post: Post, nurse: Staff, now: datetime) -> None:
    moderation.escalate(post, nurse, "needs a doctor", now)
    assert alerts.standing().count() == 1


def test_who_has_it_is_written_once_and_audited(post: Post, nurse: Staff) -> None:
    other = factories.make_staff()
    assert alert_end.end([Alert.objects.get()], f"staff:{nurse.pk}") == 1
    assert alert_end.end([Alert.objects.get()], f"staff:{other.pk}") == 0
    assert Alert.objects.get().acknowledged_by == f"staff:{nurse.pk}"
    assert AuditEntry.objects.filter(verb="alert_ended", actor=f"staff:{nurse.pk}").count() == 1


def test_an_alert_about_somebody_erased_ends(post: Post, now: datetime) -> None:
    assert post.subscriber
    erasure.erase(post.subscriber, "staff:1", now)
    look_for(2, now)
    assert len(told()) == 1
    assert Alert.objects.get().acknowledged_by == alerts.ERASED


def test_a_night_without_a_channel_leaves_one_repeat_not_a_hundred(post: Post, now: datetime) -> None:
    for number in range(1, 6):
        look_for(number, now)
        notice_planning.plan_notices(now)
    waiting = Message.objects.filter(request__kind=NoticeKind.URGENT, state=State.PLANNED)
    assert waiting.count() == 2


def test_an_alert_goes_by_both_roads(nurse: Staff, now: datetime) -> None:
    factories.make_contact(nurse, "sms")
    alerts.begin(AlertKind.PHONE, "not_reached:1", now, {"phone": True})
    notice_planning.plan_notices(now)
    assert sorted(Message.objects.values_list("channel", flat=True)) == ["email", "sms"]
