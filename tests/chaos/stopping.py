"""The scenario of stops: a stage in; people who stopped while a message of theirs was on its way out."""

import threading

from tests.chaos import actors, points
from tests.chaos.people import SMS, Kind
from tests.chaos.records import Person, Stop
from tests.chaos.size import Size
from tests.chaos.stage import Stage

BEFORE_THE_LAST_LOOK = ("plan_due", "claim", "hand enter")
LONGER_THAN_LAW_5 = 2.3


def stop_anywhere(stage: Stage, size: Size) -> None:
    """A stop arrives while a process is held at each point between planning and the wire."""
    between = [point for point in points.POINTS if not point.startswith(("sweep", "resolve", "plan_notices", "record"))]
    for number, point in enumerate(stage.rng.sample(between, min(size.stop_points, len(between)))):
        for turn in range(size.stops):
            way = _way_at(point, actors.WAYS[(number + turn) % 3])
            _stop_at(stage, point, way, "sms" if way == "text" else "email")
    people = stage.people(size.people // 2, Kind(("email",))) + stage.people(size.people // 4, SMS)
    stage.rng.shuffle(people)
    for person in people:
        _stop(stage, person, stage.rng.choice(actors.ways_of(person)))


def _way_at(point: str, way: str) -> str:
    """Return how to stop at a point that only mails, or only texts, pass."""
    if "post" in point:
        return "text"
    return "link" if "dot" in point and way == "text" else way


def _held_at(stage: Stage, point: str, channel: str) -> Person | None:
    """Hold a process at a point with somebody's message on its way; on a busy machine one person may not be enough."""
    points.arm(stage.points, point, hold=True)
    for _try in range(3):
        person = stage.people(1, Kind((channel,)))[0]
        if stage.house.until(lambda: points.passed(stage.points, point), 20):
            return person
    points.disarm(stage.points, point)
    return None


def _stop_at(stage: Stage, point: str, way: str, channel: str) -> None:
    person = _held_at(stage, point, channel)
    if person is None:
        stage.act.not_reached.append(f"{point} (stop)")
        return
    thread = threading.Thread(target=_stop, args=(stage, person, way))
    thread.start()
    thread.join(1.0)  # a held transaction may keep the stop waiting: then the process goes on first
    if not thread.is_alive() and point.startswith(BEFORE_THE_LAST_LOOK):
        stage.house.wait(LONGER_THAN_LAW_5)  # it was claimed before the stop, and must not go now
    points.let_go(stage.points, point)
    thread.join()
    stage.note("points")


def _stop(stage: Stage, person: Person, way: str) -> None:
    acknowledged = stage.door.stop(person, way)
    if acknowledged is None:
        stage.act.not_reached.append(f"a stop by {way} was not taken")
        return
    stage.act.stops.append(Stop(person.pk, acknowledged))
    stage.note("stops")
