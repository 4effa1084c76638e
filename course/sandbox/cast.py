"""The invented people, acting: each answers one lesson from their own mailbox or phone, as a person would."""

import re
from collections.abc import Sequence

from course.sandbox import inbound
from course.sandbox.config import Sandbox
from course.sandbox.people import Person
from course.sandbox.seen import Seen, mails_seen, texts_seen

_PUBLISH = re.compile(r"PUBLISH (\d+)")


class Cast:
    """Reads what came for each person and sends what that person writes, once each."""

    def __init__(self, sandbox: Sandbox, people: Sequence[Person]) -> None:
        self._sandbox = sandbox
        self._people = people
        self._replied: set[str] = set()
        self._agreed: set[str] = set()
        self._lettered: set[tuple[str, int]] = set()
        self.outcomes: list[tuple[Person, inbound.Outcome]] = []

    def act(self) -> bool:
        """Let everybody who has something to say say it; return whether somebody did."""
        return any(self._reply(person) | self._agree(person) | self._answer(person) for person in self._people)

    def refusals(self) -> list[str]:
        """Return a sentence for each thing somebody wrote that the course did not take."""
        return [f"{person.name}: {outcome.sentence}" for person, outcome in self.outcomes if not outcome.accepted]

    def _reply(self, person: Person) -> bool:
        if person.name in self._replied:
            return False
        lesson = self._lesson(person, person.answers_lesson)
        if lesson is None:
            return False
        self._replied.add(person.name)
        self._say(person, person.words, lesson)
        return True

    def _agree(self, person: Person) -> bool:
        if not person.agrees_to_publish or person.name in self._agreed:
            return False
        for seen in self._of(person):
            found = _PUBLISH.search(seen.words)
            if found:
                self._agreed.add(person.name)
                self._say(person, f"PUBLISH {found.group(1)}", seen)
                return True
        return False

    def _answer(self, person: Person) -> bool:
        for number, letter in person.letters:
            lesson = self._lesson(person, number)
            if lesson and (person.name, number) not in self._lettered:
                self._lettered.add((person.name, number))
                self._say(person, letter, lesson)
                return True
        return False

    def _say(self, person: Person, words: str, answered: Seen) -> None:
        if person.channel == "email":
            outcome = inbound.send_email_reply(self._sandbox, answered.mail_id, words)
        else:
            outcome = inbound.send_text(self._sandbox, person.address, words)
        self.outcomes.append((person, outcome))

    def _lesson(self, person: Person, number: int) -> Seen | None:
        """Return this lesson of a person's, once all its parts are here."""
        parts = [seen for seen in self._of(person) if seen.lesson == number]
        return parts[-1] if parts and parts[-1].part == parts[-1].parts else None

    def _of(self, person: Person) -> list[Seen]:
        if person.channel == "email":
            return mails_seen(self._sandbox.store.mails(person.address))
        return texts_seen(self._sandbox.store.texts(person.address))
