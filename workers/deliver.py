"""Hand over what is due. Safety has a queue and a worker of its own, so that nothing is ever in its way."""

import os
from datetime import timedelta

from course import clock, right_of_way
from course.delivery import sender
from course.people.words import Channel, MessageClass
from workers.app import app

BUDGET = timedelta(seconds=5)  # a stop waits for it: see course/cli/processes.py
_CLOCKS = sender.Clocks(clock.course_now, clock.machine_now)


@app.task
def safety(channel: str) -> None:
    """Hand over safety messages of one channel."""
    sender.drain([MessageClass.SAFETY], Channel(channel), _worker(), _CLOCKS, BUDGET)


@app.task
def direct(channel: str) -> None:
    """Hand over direct messages of one channel."""
    sender.drain([MessageClass.DIRECT], Channel(channel), _worker(), _CLOCKS, BUDGET)


@app.task
@right_of_way.giving_way()
def course(channel: str) -> None:
    """Hand over course messages of one channel."""
    sender.drain([MessageClass.COURSE], Channel(channel), _worker(), _CLOCKS, BUDGET)


def _worker() -> str:
    return f"{os.uname().nodename}:{os.getpid()}"
