"""A course with a database file of its own, played in processes of its own: `python -m tests.cli.scene ACT`.

Acts: `begin` (people, some of them already served), `go_on` (what happens after the backup), `to_the_end` (a person
releases, and everything that is left goes out). Addresses of those who stopped or were erased are printed as JSON.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import datetime, timedelta

from course.cli import bootstrap

bootstrap.load()

from course import clock  # noqa: E402  Django must be set up before its models are used
from course.cli.bootstrap import django_setup  # noqa: E402
from course.delivery import holds, planning, recovery, sender, suppression, unknown  # noqa: E402
from course.delivery.words import HoldScope  # noqa: E402
from course.discussion import erasure  # noqa: E402
from course.people.models import Enrolment, Subscriber  # noqa: E402
from course.people.words import Channel, MessageClass  # noqa: E402
from tests import factories  # noqa: E402

START = factories.NOW  # a Monday, 10:00 in Chicago
SECOND = START + timedelta(days=3)  # the second lesson
BACKUP_CLOCK = START + timedelta(days=4)
TIMES = int(os.environ.get("RESTORE_TIMES", "1"))  # 12 makes more than 1,000 sends after the backup
EMAILS, TEXTS = 14 * TIMES, 7 * TIMES
Act = Callable[[], None]


def begin() -> None:
    """Nobody is served, but three of each channel whose first lesson went, and five whose first lesson is planned."""
    clock.turn(BACKUP_CLOCK)
    cohort = factories.make_cohort()
    served = [factories.make_enrolment(channel, cohort) for channel in ("email", "sms") for _ in range(3)]
    assert len(served) == 6
    _play(START)
    for number in range(EMAILS + TEXTS - 6):
        factories.make_enrolment("sms" if number % 3 == 0 else "email", cohort, greeting_name="Rosalind")
    planning.plan_due(START, 5)


def go_on() -> None:
    """Two lessons; ten people stop and one is erased."""
    _play(START)
    people = list(Subscriber.objects.order_by("pk"))
    for person in people[6:11]:
        suppression.stop(person, contact=None, source="link:1", now=START)
    _play(SECOND)
    for person in people[11:16]:
        suppression.stop(person, contact=person.contacts.get(), source="link:2", now=SECOND)
    stopped = [person.contacts.get().address for person in people[6:16]]
    erased = people[16].contacts.get().address
    erasure.erase(people[16], "staff:1", SECOND)
    print(json.dumps({"stopped": stopped, "erased": erased}))  # noqa: T201  this is a command


def to_the_end() -> None:
    """Release, and play the rest of the course, with a look after what was left behind."""
    for scope in HoldScope:
        holds.release(scope, "staff:1", clock.machine_now())
    for day in range(4, 12):
        _play(START + timedelta(days=day))
    places = Enrolment.objects.select_related("subscriber")
    print(json.dumps({row.subscriber.contacts.get().address: row.state for row in places}))  # noqa: T201


def _play(now: datetime) -> None:
    for minute in range(4):
        moment = now + timedelta(minutes=2 * minute)
        while planning.plan_due(moment):
            pass
        clocks = sender.Clocks(lambda moment=moment: moment, clock.machine_now)
        for channel in Channel:
            sender.drain(list(MessageClass), channel, "worker:1", clocks, timedelta(seconds=60))
        recovery.sweep(moment, clock.machine_now())
        for channel in Channel:
            while unknown.resolve(channel, moment, clock.machine_now()):
                pass


if __name__ == "__main__":
    django_setup()
    acts: dict[str, Act] = {"begin": begin, "go_on": go_on, "to_the_end": to_the_end}
    acts[sys.argv[1]]()
