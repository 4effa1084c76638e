"""Scenarios in which programs end: a stage in; programs killed or ended while lessons go out."""

import signal

from tests.chaos import points
from tests.chaos.house import WORKERS
from tests.chaos.records import Person
from tests.chaos.size import Size
from tests.chaos.stage import Stage


def kill_worker(stage: Stage, size: Size) -> None:
    """SIGKILL of a worker's whole group at random moments, while lessons go out."""
    for _kill in range(size.kills):
        stage.mixed()
        stage.house.wait(stage.rng.uniform(0.05, 1.0))
        stage.house.signal(stage.rng.choice(WORKERS), signal.SIGKILL)
        stage.note("kills")


def kill_points(stage: Stage, size: Size) -> None:
    """SIGKILL of the group as a process passes each named point."""
    for point in points.POINTS:
        points.arm(stage.points, point)
        people = stage.mixed()
        if point.startswith("plan_notices"):
            _ask_for_help(stage, people)
        if stage.house.until(lambda point=point: points.passed(stage.points, point), 90):
            stage.note("points")
        else:
            points.disarm(stage.points, point)
            stage.act.not_reached.append(point)


def _ask_for_help(stage: Stage, people: list[Person]) -> None:
    """Let somebody write what a notice answers."""
    number = next(address for person in people for address in person.addresses if "@" not in address)
    if stage.door.text(number, "HELP") is None:
        stage.act.not_reached.append("HELP was not taken")


def redis_lost(stage: Stage, size: Size) -> None:
    """Redis killed, and flushed, while lessons go out."""
    moments = ["kill"] * size.redis_kills + ["flush"] * size.redis_flushes
    stage.rng.shuffle(moments)
    for moment in moments:
        stage.mixed()
        stage.house.wait(stage.rng.uniform(0.1, 1.5))
        if moment == "kill":
            stage.house.signal("redis", signal.SIGKILL)
        else:
            stage.house.flush()
        stage.note({"kill": "kills", "flush": "flushes"}[moment])


def postgres_killed(stage: Stage, size: Size) -> None:
    """The database server killed while lessons go out."""
    for _kill in range(size.postgres_kills):
        stage.mixed()
        stage.house.wait(stage.rng.uniform(0.1, 1.5))
        stage.house.kill_postgres()
        stage.note("kills")


def rolling_restart(stage: Stage, size: Size) -> None:
    """Each program ended and started again in turn, every few seconds."""
    for number in range(size.restarts):
        stage.mixed(2)
        programs = (*WORKERS, "beat", "web")
        stage.house.restart(programs[number % len(programs)])
        stage.note("restarts")
        stage.house.wait(stage.rng.uniform(1.5, 3.0))
