"""Each verdict on what came in is seen to fall on made-up evidence, and to stay silent on a good run."""

from dataclasses import replace

from tests.chaos.intake_judge import judge
from tests.chaos.records import Intake, Sent, Stored

ME, YOU = "reply+me@course.example.org", "reply+you@course.example.org"
SENT = Sent(1, ME, "plain", to_be_refused=False, answered=1)
STORED = Stored(1, ME, understood=True)
FORGED = Sent(2, "text", "forged", to_be_refused=True, refused=403)


def found(sent: list[Sent], stored: list[Stored], **more: list[str]) -> set[str]:
    return {verdict for verdict, faults in judge(Intake(sent, stored, **more)).items() if faults}


def test_a_good_run_is_found_good() -> None:
    again = Sent(3, YOU, "html", to_be_refused=False, answered=2)
    assert found([SENT, FORGED, again], [STORED, Stored(3, YOU, understood=True)]) == set()


def test_a_letter_answered_and_not_there_is_lost() -> None:
    assert found([SENT], []) == {"lost"}


def test_a_letter_kept_for_one_of_two_recipients_is_lost_for_the_other() -> None:
    assert found([SENT, replace(SENT, recipient=YOU)], [STORED]) == {"lost"}


def test_one_letter_stored_twice_for_one_recipient_is_found_and_for_two_is_right() -> None:
    assert found([replace(SENT, answered=2)], [STORED, STORED]) == {"stored twice"}
    assert found([SENT, replace(SENT, recipient=YOU)], [STORED, replace(STORED, recipient=YOU)]) == set()


def test_a_letter_at_another_recipient_is_lost_and_from_nobody() -> None:
    assert found([SENT], [replace(STORED, recipient=YOU)]) == {"lost", "from nobody"}


def test_what_no_sender_knows_or_what_was_refused_must_not_be_there() -> None:
    assert found([SENT], [STORED, Stored(-1, ME, understood=True)]) == {"from nobody"}
    assert found([FORGED], [Stored(2, "text", understood=True)]) == {"from nobody"}


def test_a_reply_that_nobody_understood_is_found() -> None:
    assert found([SENT], [replace(STORED, understood=False)]) == {"not understood"}


def test_refusing_what_must_be_taken_and_taking_what_must_be_refused_are_found() -> None:
    assert found([replace(SENT, answered=0, refused=550)], []) == {"wrongly refused"}
    assert found([replace(FORGED, answered=1, refused=0)], [Stored(2, "text", understood=True)]) == {"wrongly taken"}


def test_an_answer_500_and_an_error_in_a_log_are_crashes() -> None:
    assert found([SENT], [STORED], crashed=["letter 1 (plain): answered 500"]) == {"crashed"}
    assert found([SENT], [STORED], errors=["web: Traceback (most recent call last):"]) == {"crashed"}


def test_a_letter_without_an_answer_or_a_kill_not_made_proves_nothing() -> None:
    assert found([replace(SENT, answered=0)], []) == {"fault not made"}
    assert found([SENT], [STORED], not_made=["no letter was on its way to web"]) == {"fault not made"}
