"""One installation and its people in; each scenario's evidence out. Runs in the environment that `setting` made."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path

from django.db import DatabaseError, close_old_connections, connection

from course import clock
from tests.chaos import actors, facts, plan, setting
from tests.chaos.house import House
from tests.chaos.people import ON_CALL, Kind, Town
from tests.chaos.records import Evidence, Hours, Intake, Person, Row, Stop, Taken

SETTLES_IN = 1200.0
STILL_FOR = 240.0  # longer than any back-off of these people: then nothing moves any more
CALLBACKS_IN = 30.0
MIXED = ((Kind(("email",)), 3), (Kind(("sms",)), 1), (Kind(("email", "sms")), 1))


@dataclass
class Act:
    """What one scenario did, for its judge."""

    people: list[Person] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    safety: dict[str, float] = field(default_factory=dict)  # number: when its emergency was acknowledged
    timed: bool = False
    not_reached: list[str] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    intake: Intake | None = None  # set where letters that came in are judged, and not lessons that went out


class Stage:
    """A house with people in it. Each scenario gets an act of its own."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self.folder: Path = house.folder
        self.points = Path(house.environ["CHAOS_POINTS"])
        self.rng = random.Random(seed)
        self.began: datetime = clock.machine_now()
        self.town = Town(self.began, self.rng)
        self.door = actors.Door(house.environ)
        self.act = Act()
        self._everybody: list[Person] = []

    def begin(self) -> Act:
        """Start a new act."""
        self.act = Act()
        return self.act

    def people(self, how_many: int, kind: Kind) -> list[Person]:
        """Add people of one kind whose lesson is due now."""
        made = self._patiently(lambda: self.town.add(how_many, kind, clock.machine_now()))
        self.act.people += made
        self._everybody += made
        return made

    def mixed(self, times: int = 1) -> list[Person]:
        """Add a few people of each usual kind."""
        return [person for kind, share in MIXED for person in self.people(share * times, kind)]

    def crowd_of(self, how_many: int, due_in: float) -> None:
        """Add people who are not judged, their lessons due together in ``due_in`` seconds: they are in the way."""
        due = clock.machine_now() + timedelta(seconds=due_in)
        for start in range(0, how_many, 500):
            size = min(500, how_many - start)
            self._everybody += self._patiently(lambda size=size: self.town.add(size, Kind(("email",)), due))
        self.house.wait((due - clock.machine_now()).total_seconds())

    def _patiently(self, work: Callable[[], list[Person]]) -> list[Person]:
        """Do some set-up again while the database is down."""
        for _try in range(40):
            try:
                close_old_connections()
                return work()
            except DatabaseError:
                connection.close()
                self.house.wait(0.5)
        raise TimeoutError("The database did not come back.")

    def closes_in(self) -> float:
        """Return how many seconds are left until the closing people's window shuts."""
        return (setting.closing(self.began) - clock.machine_now()).total_seconds()

    def safety_came(self) -> int:
        """Return how many of this act's safety texts stand at the provider's door."""
        return sum(text.address in self.act.safety for text in facts.taken(self.folder) if text.channel == "sms")

    def mails_taken(self) -> int:
        """Return how many mails the relay took so far."""
        return sum(each.channel == "email" for each in facts.taken(self.folder))

    def note(self, what: str, count: int = 1) -> None:
        """Count something for the table."""
        self.act.notes[what] = self.act.notes.get(what, 0) + count

    def settle(self, acts: Iterable[Act]) -> None:
        """Let no more faults happen, and wait until nothing is left, or nothing has moved for a long while."""
        plan.write(self.folder)
        people = [person for act in acts for person in act.people]
        self.house.until_none(lambda: facts.unfinished(people), STILL_FOR, SETTLES_IN)
        self.house.until(lambda: not facts.callbacks_wait(self.folder), CALLBACKS_IN)

    def evidence(self, act: Act) -> Evidence:
        """Return all that is to be judged of one act."""
        owed = {person.pk for person in act.people}
        every_row = facts.rows_of(self._everybody, [ON_CALL])
        rows = [row for row in every_row if row.person in owed or row.person is None]
        strangers = {row.key for row in every_row} - {row.key for row in rows}
        taken = [each for each in facts.taken(self.folder) if each.key not in strangers]
        hours = Hours(time(9), setting.window_end(self.began), time(12))
        return Evidence(
            people=facts.set_aside(act.people),
            rows=rows,
            taken=taken,
            hours=hours,
            stops=act.stops,
            refused=facts.keys_that_met(self.folder, rows, "smtp", plan.FOR_GOOD),
            callbacks_lost=facts.keys_that_met(self.folder, rows, "callbacks", ("lost",))
            | facts.keys_never_told(self.folder, rows),
            tokens=facts.tokens(),
            safety_seconds=_safety(act, rows, taken),
            safety_asked=len(act.safety),
            safety_timed=act.timed,
            unreasoned_notices=facts.unreasoned_notices(),
            not_reached=act.not_reached,
        )


def _safety(act: Act, rows: list[Row], taken: list[Taken]) -> list[float]:
    safety = {row.key for row in rows if row.message_class == "safety"}
    first: dict[str, float] = {}
    for each in taken:
        if each.key in safety:
            first.setdefault(each.address, each.at)
    return [max(0.0, first[number] - asked) for number, asked in act.safety.items() if number in first]
