"""One function a scenario: a stage in; faults made, and people to be judged, left behind."""

import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.chaos import actors, plan, points
from tests.chaos.house import WORKERS
from tests.chaos.people import CLOSING, EARLY, LATE, Kind
from tests.chaos.records import Person, Stop
from tests.chaos.stage import Stage

THREE_HOURS = 3 * 3600
BEFORE_THE_LAST_LOOK = ("plan_due", "claim", "hand enter")
LONGER_THAN_LAW_5 = 2.3
FAULTS_IN = 240.0  # two times "slower, please" make everybody wait two minutes
EMAIL, SMS = Kind(("email",)), Kind(("sms",))


@dataclass(frozen=True)
class Size:
    """How much of each fault is made."""

    kills: int = 100
    redis_kills: int = 20
    redis_flushes: int = 5
    postgres_kills: int = 20
    people: int = 100
    stops: int = 3  # people for each point
    stop_points: int = 16
    full_disks: int = 5
    batch: int = 10_000
    safety: int = 60
    restarts: int = 8


FULL = Size()
SHORT = Size(
    kills=6, redis_kills=2, redis_flushes=1, postgres_kills=2, people=20, stops=1, stop_points=4, full_disks=1,
    batch=300, safety=5, restarts=2,
)  # fmt: skip


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


def crowd(stage: Stage, size: Size) -> None:
    """Two beats, four planners and sweepers, two askers, three workers on one queue."""
    more = {"beat": 1, "look": 3, "ask": 1, "worker": 2}
    added = [name for like, times in more.items() for name in stage.house.add(like, times)]
    stage.house.wait(5)
    for _burst in range(4):
        stage.mixed(size.people // 20)
        stage.house.wait(2)
    stage.house.wait(3)
    stage.house.remove(added)
    stage.note("programs", len(added))


def clock_off(stage: Stage, size: Size) -> None:
    """The clock of one worker three hours fast, then of one three hours slow."""
    stage.people(size.people // 4, Kind(("email",), (EARLY,)))
    stage.people(size.people // 4, Kind(("email",), (LATE,)))
    for shift in (THREE_HOURS, -THREE_HOURS):
        added = stage.house.add("worker", 1, CHAOS_SHIFT=str(shift))
        stage.house.wait(4)
        for _burst in range(4):
            stage.mixed(size.people // 20)
            stage.house.wait(2)
        stage.house.remove(added)
        stage.note("clocks")


def window_closes(stage: Stage, size: Size) -> None:
    """People whose window has not opened, is shut, or shuts in the middle of the run while the relay is slow."""
    for hour in (EARLY, LATE, CLOSING):
        stage.people(size.people // 4, Kind(("email",), (hour,)))
        stage.people(size.people // 4, Kind(("sms",), (hour,)))
    closes = stage.closes_in()
    stage.house.wait(max(0.0, closes - 3))
    plan.write(stage.folder, smtp={"slow stored": 300})
    for _second in range(6):
        stage.people(size.people // 10, Kind(("email",), (CLOSING,)))
        stage.people(size.people // 10, Kind(("sms",), (CLOSING,)))
        stage.house.wait(1)
    stage.house.wait(5)
    plan.write(stage.folder)
    _count_met(stage, "smtp")


def disk_full(stage: Stage, size: Size) -> None:
    """The disk of the database is full for a few seconds, while lessons go out and an emergency comes in."""
    filler = stage.folder / "data" / "filler"
    for _time in range(size.full_disks):
        stage.mixed(size.people // 20)
        writer = stage.people(1, Kind(("sms",), due=False))[0]
        stage.house.wait(stage.rng.uniform(0.2, 1.5))
        _fill(filler)
        _cry(stage, writer, 0, tries=1)
        stage.house.wait(4)
        filler.unlink()
        stage.note("times full")
        stage.house.wait(2)


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as full, suppress(OSError):
        while True:
            full.write(bytes(4096))


def smtp_faults(stage: Stage, size: Size) -> None:
    """451, 421, 550, 552, 5.7.1, drops before, at and after the dot, slow answers."""
    plan.write(stage.folder, smtp=plan.SMTP)
    stage.people(size.people * 2, EMAIL)
    _until_met(stage, size, "smtp")


def twilio_faults(stage: Stage, size: Size) -> None:
    """429, 500 and reset before and after the text was stored, hang; often no callback tells of it either."""
    plan.write(stage.folder, twilio=plan.TWILIO, callbacks={"lost": 500})
    stage.people(size.people, SMS)
    _until_met(stage, size, "twilio")


def callbacks(stage: Stage, size: Size) -> None:
    """Status callbacks doubled, reversed, early and lost."""
    plan.write(stage.folder, callbacks=plan.CALLBACKS, early=plan.EARLY)
    stage.people(size.people // 2, SMS)
    _until_met(stage, size, "callbacks", "early")


def poison(stage: Stage, size: Size) -> None:
    """One message in fifty that cannot be opened; nobody else waits for it."""
    for _batch in range(max(1, size.people // 50)):
        for kind in (("email",), ("sms",)):
            stage.people(1, Kind(kind, poison=True))
            stage.people(24, Kind(kind))
        stage.note("poisoned", 2)


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


def safety_first(stage: Stage, size: Size) -> None:
    """Safety texts, one a second, while a batch goes out to ten thousand people."""
    writers = stage.people(size.safety, Kind(("sms",), due=False))
    writers = [Person(**vars(person) | {"parts": ()}) for person in writers]
    stage.act.people, stage.act.timed = writers, True
    stage.crowd_of(size.batch, due_in=size.batch / 250)
    before = stage.mails_taken()
    threads = [threading.Thread(target=_cry, args=(stage, person, number)) for number, person in enumerate(writers)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        stage.house.wait(0.5)
    stage.house.until(lambda: stage.safety_came() >= len(stage.act.safety), 30)
    stage.note("safety texts", len(stage.act.safety))
    stage.act.not_reached += ["an emergency was refused five times"] * (len(writers) - len(stage.act.safety))
    stage.note("of the batch gone meanwhile", stage.mails_taken() - before)


def _cry(stage: Stage, person: Person, second: int, tries: int = 5) -> None:
    """Write what cannot wait, and bring it again when it was not taken, as Twilio does."""
    time.sleep(second)
    number = next(iter(person.addresses))
    for _try in range(tries):
        asked = stage.door.text(number, actors.EMERGENCY)
        if asked is not None:
            stage.act.safety[number] = asked
            return
        stage.note("webhooks refused")
        time.sleep(1)


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


def _until_met(stage: Stage, size: Size, *kinds: str) -> None:
    """Wait until the faults have met their people; say which never did."""
    wanted = {fault for kind in kinds for fault in plan.WANTED[kind]}

    def missing() -> set[str]:
        return wanted - {each["fault"] for each in plan.met(stage.folder) if each["kind"] in kinds}

    stage.house.until(lambda: not missing(), FAULTS_IN if size.people >= FULL.people else 15)
    stage.house.wait(5)
    if size.people >= FULL.people:
        stage.act.not_reached += sorted(missing())
    _count_met(stage, *kinds)


def _count_met(stage: Stage, *kinds: str) -> None:
    for each in plan.met(stage.folder):
        if each["kind"] in kinds:
            stage.note(each["fault"])


SCENARIOS: dict[str, Callable[[Stage, Size], None]] = {
    "kill-worker": kill_worker,
    "kill-points": kill_points,
    "redis": redis_lost,
    "postgres": postgres_killed,
    "rolling-restart": rolling_restart,
    "window": window_closes,
    "crowd": crowd,
    "poison": poison,
    "stop": stop_anywhere,
    "clock": clock_off,
    "disk": disk_full,
    "smtp": smtp_faults,
    "twilio": twilio_faults,
    "callbacks": callbacks,
    "safety": safety_first,
}
