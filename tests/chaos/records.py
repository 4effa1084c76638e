"""What a run leaves behind, as plain values: the judge sees nothing else. Times are unix seconds."""

from dataclasses import dataclass, field
from datetime import time


@dataclass(frozen=True)
class Taken:
    """One message that a sink accepted. ``key`` is its Message-ID, or the token in a text's status callback."""

    channel: str
    at: float
    address: str
    key: str
    words: str  # the whole mail with its envelope, decoded; or the text and its callback
    provider_id: str
    valid_for: int | None = None  # seconds, texts only


@dataclass(frozen=True)
class Row:
    """One row of the outbox as the run left it. ``own`` are the tokens that may stand in it."""

    pk: int
    person: int | None
    channel: str
    key: str
    step: str
    part: int
    message_class: str
    state: str
    reason: str
    address: str
    own: frozenset[str]
    possibly_twice: bool = False
    provider_id: str = ""


@dataclass(frozen=True)
class Person:
    """One invented person. ``parts`` says how many parts of one lesson each channel owes them; empty: nothing now."""

    pk: int
    zone: str
    addresses: frozenset[str]
    parts: tuple[tuple[str, int], ...] = ()
    poison: bool = False
    set_aside: bool = False  # the database says in words why nothing was planned


@dataclass(frozen=True)
class Stop:
    """A stop, and when the course had answered it."""

    person: int
    acknowledged_at: float


@dataclass(frozen=True)
class Hours:
    """The hours of the course's window, by the person's own clock."""

    start: time
    end: time
    sunday: time


@dataclass
class Evidence:
    """All that is judged for one scenario."""

    people: list[Person]
    rows: list[Row]
    taken: list[Taken]
    hours: Hours
    stops: list[Stop] = field(default_factory=list)
    refused: frozenset[str] = frozenset()  # keys that a sink refused for good
    callbacks_lost: frozenset[str] = frozenset()  # keys whose later word was never brought
    tokens: frozenset[str] = frozenset()  # every token of everybody
    look_up: bool = True
    safety_seconds: list[float] = field(default_factory=list)
    safety_asked: int = 0
    safety_timed: bool = False  # a full disk or a dead database keeps a text longer than a batch may
    unreasoned_notices: int = 0
    not_reached: list[str] = field(default_factory=list)  # points that no process passed


@dataclass
class Sent:
    """One letter to one recipient, as its sender counted it. ``refused`` is the answer that refused it for good."""

    number: int
    recipient: str
    shape: str
    to_be_refused: bool
    answered: int = 0  # times
    refused: int = 0


@dataclass(frozen=True)
class Stored:
    """One stored reply: the mark's number in its bytes (-1: none), and the recipient it was kept for."""

    number: int
    recipient: str
    understood: bool


@dataclass
class Intake:
    """All that is judged of what came in."""

    sent: list[Sent]
    stored: list[Stored]
    errors: list[str] = field(default_factory=list)  # lines of the programs' logs
    crashed: list[str] = field(default_factory=list)  # answers that say a program broke down, e.g. HTTP 500
    not_made: list[str] = field(default_factory=list)
