"""`course message`: what nobody can say of is listed with no one's address, and settled with exit codes that tell."""

import json

import pytest
from click.testing import CliRunner, Result

from course.cli.message import command
from course.delivery.models import Message
from course.delivery.words import State
from course.people.models import AuditEntry
from tests import factories
from tests.cli.conftest import KEYS, Run, no_trace


def message(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


@pytest.fixture
def unsure(db: None) -> Message:
    enrolment = factories.make_enrolment("sms", greeting_name="Wilhelmina")
    return factories.make_message(enrolment=enrolment, state=State.UNKNOWN, handed_at=factories.NOW)


def test_what_nobody_can_say_of_is_listed_with_no_name_and_no_address(unsure: Message) -> None:
    factories.make_message(state=State.ACCEPTED)
    listed = json.loads(message("list", "--unknown", "--json").stdout)["messages"]
    assert [(row["id"], row["about"], row["channel"]) for row in listed] == [(unsure.pk, "what-it-is", "sms")]
    assert unsure.contact
    for said in (message("list", "--unknown").stdout, json.dumps(listed)):
        assert "what-it-is" in said
        assert unsure.contact.address not in said
        assert "Wilhelmina" not in said


@pytest.mark.parametrize(
    ("word", "state", "said"),
    [("went", "accepted", "counts as sent"), ("again", "retry", "goes again"), ("leave", "failed", "not sent again")],
)
@pytest.mark.usefixtures("course_time")
def test_each_word_settles_the_message(unsure: Message, word: str, state: str, said: str) -> None:
    done = message("settle", unsure.pk, word)
    assert (done.exit_code, said in done.stdout) == (0, True)
    unsure.refresh_from_db()
    assert unsure.state == state
    assert AuditEntry.objects.latest("pk").subject == f"message:{unsure.pk}"
    again = message("settle", unsure.pk, word)
    assert again.exit_code == 1
    assert f"Nothing was changed. Message {unsure.pk} is {state}" in again.stderr
    assert "There is no message" in message("list", "--unknown").stdout


@pytest.mark.parametrize("wrong", [["list"], ["settle", "seven", "went"], ["settle", "7", "burn"], ["settle", "7"]])
def test_wrong_usage_ends_with_two(wrong: list[str]) -> None:
    assert message(*wrong).exit_code == 2


@pytest.mark.django_db
def test_an_id_that_no_database_could_hold_is_not_there() -> None:
    assert "There is no message" in message("settle", 10**30, "went").stderr


def test_a_wrong_id_is_one_line(course: Run) -> None:
    done = course("message", "settle", "7", "went", **KEYS)
    assert done.returncode == 1
    assert done.stderr.strip() == "Nothing was changed. There is no message 7."
    no_trace(done)
