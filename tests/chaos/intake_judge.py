"""What senders counted and what the database holds in; what was wrong, verdict by verdict, out. Pure."""

from collections import Counter
from collections.abc import Callable

from tests.chaos.records import Intake, Sent

Faults = list[str]


def judge(intake: Intake) -> dict[str, Faults]:
    """Return each verdict's faults, a short sentence each; a good run has none anywhere."""
    return {name: verdict(intake) for name, verdict in VERDICTS.items()}


def lost(intake: Intake) -> Faults:
    """A sender had our yes, 250 or 200, and the letter is not there (law 7)."""
    there = {(each.number, each.recipient) for each in intake.stored}
    return [_name(each) for each in intake.sent if each.answered and (each.number, each.recipient) not in there]


def stored_twice(intake: Intake) -> Faults:
    """One letter is there twice for one recipient."""
    counts = Counter((each.number, each.recipient) for each in intake.stored)
    return [f"letter {number}: {count} times" for (number, _), count in counts.items() if number >= 0 and count > 1]


def from_nobody(intake: Intake) -> Faults:
    """Something is there that nobody sent to this recipient, or that was refused."""
    taken = {(each.number, each.recipient) for each in intake.sent if each.answered}
    return [f"letter {each.number}" for each in intake.stored if (each.number, each.recipient) not in taken]


def not_understood(intake: Intake) -> Faults:
    """A stored reply was neither understood nor held for a person."""
    return [f"letter {each.number}" for each in intake.stored if not each.understood]


def wrongly_refused(intake: Intake) -> Faults:
    """A letter that we must take was refused for good: its sender gives up."""
    return [f"{_name(each)}: {each.refused}" for each in intake.sent if each.refused and not each.to_be_refused]


def wrongly_taken(intake: Intake) -> Faults:
    """A letter that is too large, forged, or to nobody was taken."""
    return [_name(each) for each in intake.sent if each.answered and each.to_be_refused]


def crashed(intake: Intake) -> Faults:
    """A program broke down over a letter: an answer 500, a traceback, or an error in its log."""
    return intake.crashed + intake.errors


def not_made(intake: Intake) -> Faults:
    """A letter never got an answer, or a kill was not made: the run proves nothing about it."""
    waiting = [f"{_name(each)}: no answer" for each in intake.sent if not each.answered and not each.refused]
    return waiting + intake.not_made


def _name(sent: Sent) -> str:
    return f"letter {sent.number} ({sent.shape})"


VERDICTS: dict[str, Callable[[Intake], Faults]] = {
    "lost": lost,
    "stored twice": stored_twice,
    "from nobody": from_nobody,
    "not understood": not_understood,
    "wrongly refused": wrongly_refused,
    "wrongly taken": wrongly_taken,
    "crashed": crashed,
    "fault not made": not_made,
}
