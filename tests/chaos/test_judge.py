"""Each verdict is seen to fall on made-up evidence, and to stay silent on a good run."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from tests.chaos.judge import judge, p99
from tests.chaos.records import Evidence, Hours, Person, Row, Stop, Taken

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC).timestamp()
HOURS = Hours(time(9), time(20), time(12))
REPLY, BOUNCE, STOP_TOKEN, STRANGE = ("a" * 26, "b" * 26, "c" * 26, "d" * 26)
PERSON = Person(1, "Etc/GMT", frozenset({"person1@example.org"}), (("email", 1),))
OTHER = Person(2, "Etc/GMT", frozenset({"person2@example.org"}))
ROW = Row(
    1, 1, "email", "m1@course", "what-it-is", 1, "course", "accepted", "", "person1@example.org",
    frozenset({REPLY, BOUNCE, STOP_TOKEN}), provider_id="Q1",
)  # fmt: skip
MAIL = Taken("email", NOON, "person1@example.org", "m1@course", f"reply+{REPLY}@course.example.org", "Q1")
TEXT_ROW = replace(ROW, pk=2, channel="sms", key=BOUNCE, state="delivered", address="+12015550101", provider_id="SM1")
TEXT = Taken("sms", NOON, "+12015550101", BOUNCE, "words", "SM1", 3600)


def evidence(**changed: object) -> Evidence:
    good = {"people": [PERSON, OTHER], "rows": [ROW], "taken": [MAIL], "hours": HOURS, "tokens": ROW.own | {STRANGE}}
    return Evidence(**good | changed)  # type: ignore[arg-type]


def found(given: Evidence) -> set[str]:
    return {verdict for verdict, faults in judge(given).items() if faults}


def test_a_good_run_is_found_good() -> None:
    text_person = replace(PERSON, parts=(("email", 1), ("sms", 1)))
    assert found(evidence(people=[text_person], rows=[ROW, TEXT_ROW], taken=[MAIL, TEXT])) == set()


def test_a_lesson_never_planned_is_lost() -> None:
    assert found(evidence(rows=[], taken=[])) == {"lost"}


def test_a_planned_lesson_that_no_sink_took_is_lost() -> None:
    waiting = replace(ROW, state="cancelled", reason="late", provider_id="")
    assert found(evidence(rows=[waiting], taken=[])) == {"lost"}


def test_a_second_part_that_never_came_is_lost() -> None:
    assert found(evidence(people=[replace(PERSON, parts=(("email", 2),))])) == {"lost"}


def test_a_lesson_refused_for_good_or_stopped_is_not_lost() -> None:
    failed = replace(ROW, state="failed", reason="address", provider_id="")
    assert found(evidence(rows=[failed], taken=[], refused=frozenset({ROW.key}))) == set()
    assert found(evidence(rows=[failed], taken=[], stops=[Stop(1, NOON)])) == set()


def test_one_message_taken_twice_is_sent_twice() -> None:
    assert found(evidence(taken=[MAIL, MAIL])) == {"sent twice"}


def test_one_lesson_sent_as_two_messages_is_sent_twice() -> None:
    again = replace(ROW, pk=9, key="m9@course")
    assert found(evidence(rows=[ROW, again], taken=[MAIL, replace(MAIL, key="m9@course")])) == {"sent twice"}


def test_twice_is_only_possibly_twice_where_nobody_could_be_asked() -> None:
    marked = replace(ROW, possibly_twice=True)
    assert found(evidence(rows=[marked], taken=[MAIL, MAIL])) == {"possibly twice"}
    assert found(evidence(rows=[marked], taken=[MAIL, MAIL], look_up=False)) == set()


@pytest.mark.parametrize("moment", [time(8, 59, 59), time(20, 0, 1), time(23)])
def test_a_lesson_at_night_is_outside_the_window(moment: time) -> None:
    late = replace(MAIL, at=datetime.combine(date(2026, 11, 23), moment, UTC).timestamp())
    assert found(evidence(taken=[late])) == {"outside window"}


def test_a_sunday_morning_is_outside_and_an_alert_at_night_is_not() -> None:
    sunday = replace(MAIL, at=datetime(2026, 11, 22, 10, 0, tzinfo=UTC).timestamp())
    assert found(evidence(taken=[sunday])) == {"outside window"}
    assert found(evidence(rows=[replace(ROW, message_class="safety")], taken=[sunday])) == set()


def test_a_text_that_may_wait_past_the_window_is_outside_it() -> None:
    waits = replace(TEXT, valid_for=9 * 3600)
    given = evidence(people=[replace(PERSON, parts=())], rows=[TEXT_ROW], taken=[waits])
    assert found(given) == {"outside window"}


def test_a_lesson_more_than_two_seconds_after_a_stop_is_found() -> None:
    assert found(evidence(stops=[Stop(1, NOON - 1.9)])) == set()
    assert found(evidence(stops=[Stop(1, NOON - 2.1), Stop(1, NOON - 1)])) == {"after stop"}


@pytest.mark.parametrize(
    "wrong",
    [
        replace(MAIL, address="person2@example.org"),
        replace(MAIL, words=f"reply+{STRANGE}@course.example.org"),
        replace(MAIL, words="Dear person2@example.org"),
    ],
)
def test_anything_of_another_person_is_found(wrong: Taken) -> None:
    assert found(evidence(taken=[wrong])) == {"wrong person"}


def test_a_message_that_no_row_knows_is_found() -> None:
    assert "wrong person" in found(evidence(taken=[MAIL, replace(MAIL, key="other@course")]))


@pytest.mark.parametrize(
    "row",
    [
        replace(ROW, state="failed", reason="content"),
        replace(ROW, state="handed"),
        replace(ROW, state="unknown"),
        replace(ROW, provider_id="Q2"),
    ],
)
def test_the_databases_last_word_must_be_the_sinks(row: Row) -> None:
    assert found(evidence(rows=[row])) == {"last word differs"}


def test_a_message_said_to_be_accepted_that_never_came_is_lost_and_differs() -> None:
    assert found(evidence(taken=[])) == {"lost", "last word differs"}


def test_a_delivered_text_must_be_delivered_unless_its_callback_was_lost() -> None:
    accepted = replace(TEXT_ROW, state="accepted")
    given = evidence(people=[], rows=[accepted], taken=[TEXT])
    assert found(given) == {"last word differs"}
    assert found(replace(given, callbacks_lost=frozenset({BOUNCE}))) == set()


def test_a_skip_without_a_reason_is_found() -> None:
    skipped = replace(ROW, state="cancelled", provider_id="")
    assert found(evidence(people=[], rows=[skipped], taken=[])) == {"no reason"}
    assert found(evidence(unreasoned_notices=1)) == {"no reason"}


def test_poison_needs_a_written_end_and_is_not_lost() -> None:
    spoilt = replace(PERSON, poison=True)
    assert found(evidence(people=[spoilt], rows=[], taken=[])) == {"poison"}
    assert found(evidence(people=[replace(spoilt, set_aside=True)], rows=[], taken=[])) == set()
    failed = replace(ROW, state="failed", reason="content", provider_id="")
    assert found(evidence(people=[spoilt], rows=[failed], taken=[])) == set()


def test_safety_must_come_and_come_soon() -> None:
    assert found(evidence(safety_asked=2, safety_seconds=[0.5, 4.9], safety_timed=True)) == set()
    assert found(evidence(safety_asked=2, safety_seconds=[0.5, 5.1], safety_timed=True)) == {"safety late"}
    assert found(evidence(safety_asked=2, safety_seconds=[0.5, 5.1])) == set()
    assert found(evidence(safety_asked=2, safety_seconds=[0.5])) == {"safety late"}


def test_a_fault_that_was_never_made_is_found() -> None:
    assert found(evidence(not_reached=["hand leave"])) == {"fault not made"}


def test_p99_is_the_nearest_rank() -> None:
    assert p99([float(n) for n in range(1, 101)]) == 99.0
    assert p99([3.0]) == 3.0
