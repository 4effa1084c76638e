"""Scenarios about the right moment: windows, clocks, crowds, a full disk, and safety texts that cannot wait."""

import threading
import time
from contextlib import suppress
from pathlib import Path

from tests.chaos import actors, plan
from tests.chaos.other_sides import count_met
from tests.chaos.people import CLOSING, EARLY, LATE, Kind
from tests.chaos.records import Person
from tests.chaos.size import Size
from tests.chaos.stage import Stage

THREE_HOURS = 3 * 3600


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
    count_met(stage, "smtp")


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
