"""A lesson's one question, with three answers and kind words for each: plain frozen values.

It tells us whether the lesson was clear, not how clever the person is (teach-back). Every answer is thanked for.
"""

import hashlib
import json
from dataclasses import dataclass

KEYS = ("A", "B", "C")


@dataclass(frozen=True)
class Answer:
    """One answer a person may choose, and what they are told then."""

    key: str
    text: str
    feedback: str


@dataclass(frozen=True)
class Question:
    """``right`` is the key of the answer that the lesson gives."""

    ask: str
    answers: tuple[Answer, ...]
    right: str

    @property
    def mark(self) -> str:
        """A short hash of the question and its answers: in other words a letter means something else."""
        words = [self.ask, [answer.text for answer in self.answers], self.right]
        return hashlib.sha256(json.dumps(words).encode()).hexdigest()[:16]

    def answer(self, key: str) -> Answer:
        """Return the answer with this key. Raises KeyError."""
        return {answer.key: answer for answer in self.answers}[key]

    def in_a_text(self) -> str:
        """Return the question and its answers, each on a line of its own."""
        return "\n".join([self.ask, *(f"{answer.key}: {answer.text}" for answer in self.answers)])
