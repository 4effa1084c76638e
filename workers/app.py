"""The Celery application: a tick that says "look now", and the doorbell that says it sooner.

Tasks carry ids only and no row depends on one: Redis may be wiped at any moment (law 1).
"""

import logging
import os
import queue
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import django
from celery import Celery, Task
from celery.signals import task_prerun, task_received, worker_process_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "course.settings")
django.setup()

from django.conf import settings  # noqa: E402  Django must be set up before its settings and models are used
from django.db import connections  # noqa: E402

from course import clock  # noqa: E402
from course.delivery import heartbeat  # noqa: E402
from course.people.words import Channel  # noqa: E402

QUIET_SECONDS = settings.TASK_SECONDS + 10
log = logging.getLogger(__name__)

_quiet_since = [time.monotonic()]
_COURSE_QUEUE = "course"
_TASKS = {
    "plan": "workers.plan.look",
    "deliver_safety": "workers.deliver.safety",
    "deliver_direct": "workers.deliver.direct",
    "deliver_course": "workers.deliver.course",
    "notices": "workers.plan.notices",
    "alerts": "workers.plan.alerts",
    "intake": "workers.intake.look",
    "fetch": "workers.intake.fetch",
    "ask": "workers.upkeep.ask",
    "upkeep": "workers.upkeep.sweep",
}
# What leads from a reply to a safety text has a queue and worker of its own. A course that is going out fills its own
# queue and holds up nothing else; nor does another side that is slow to say what went.
_QUEUES = {
    "deliver_safety": "safety", "intake": "safety", "notices": "safety", "alerts": "safety",
    "deliver_course": _COURSE_QUEUE, "ask": "ask",
}  # fmt: skip
_LOOK_QUEUE = "look"
_TICK = "tick"  # a header that only beat's own tasks carry


def broker_url(redis_url: str) -> str:
    """Return Celery's spelling of a Redis address: it calls a unix socket redis+socket."""
    return redis_url.replace("unix://", "redis+socket://", 1)


def _calls(name: str) -> list[tuple[str, list[str], str]]:
    """Return (task, arguments, queue) for a bell: who talks to the other side takes each channel by itself, so that
    none waits for another.
    """
    by_channel = name in ("ask", "fetch") or name.startswith("deliver")
    arguments: list[list[str]] = [[channel] for channel in Channel] if by_channel else [[]]
    return [(_TASKS[name], each, _QUEUES.get(name, _LOOK_QUEUE)) for each in arguments]


def _ticks(name: str, every: float) -> dict[str, dict[str, Any]]:
    # A look that nobody took before the next one is due is of no use: it must not pile up.
    expires = max(every, 1) * 2
    return {
        " ".join([name, *arguments]): {
            "task": task,
            "args": arguments,
            "schedule": timedelta(seconds=every),
            "options": {"queue": queue_name, "expires": expires, "headers": {_TICK: True}},
        }
        for task, arguments, queue_name in _calls(name)
    }


if TYPE_CHECKING:
    _Task = Task[Any, Any]
else:
    _Task = Task


class _Look(_Task):
    """Does nothing on a machine whose clock is wrong: nobody may get a message outside their hours for it (law 6)."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if clock.is_off():
            log.error("this machine's clock differs from the database's: %s does nothing", self.name)
            return None
        return super().__call__(*args, **kwargs)


app = Celery("course", broker=broker_url(settings.REDIS_URL or "redis://127.0.0.1:6379/0"), task_cls=_Look)
app.conf.update(
    include=["workers.plan", "workers.deliver", "workers.intake", "workers.upkeep"],
    task_default_queue=_LOOK_QUEUE,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # No soft limit: it would be an exception at any instruction. A killed task loses nothing, and its row is taken up.
    task_time_limit=settings.TASK_SECONDS,
    worker_prefetch_multiplier=1,
    worker_max_memory_per_child=200_000,  # KiB
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    timezone="UTC",
    broker_transport_options={
        "visibility_timeout": 120,
        "socket_timeout": 30,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
    },
    beat_schedule={
        entry: tick
        for name, factor in {
            "deliver_safety": 1,
            "deliver_direct": 1,
            "intake": 1,
            "notices": 1,
            "plan": 2,
            "deliver_course": 2,
            "upkeep": 2,
            "ask": 4,
            "alerts": 4,
            "fetch": 4,
        }.items()
        for entry, tick in _ticks(name, settings.TICK_SECONDS * factor).items()
    },
)


@worker_process_init.connect
def _close_inherited(**_kwargs: Any) -> None:
    """A forked child must not talk over its parent's database connection."""
    connections.close_all()


@task_received.connect
def _received(**_kwargs: Any) -> None:
    _quiet_since[0] = time.monotonic()


@worker_ready.connect
def _watch_ourselves(**_kwargs: Any) -> None:
    """End a worker that takes nothing up any more: a task whose acknowledgement was lost with Redis keeps its slot for
    ever. Ticks come every second or two, and the supervisor starts it again.
    """
    _received()
    threading.Thread(target=_end_when_quiet, name="watch", daemon=True).start()


def _end_when_quiet() -> None:
    while time.monotonic() < _quiet_since[0] + QUIET_SECONDS:
        time.sleep(1)
    log.error("nothing taken up for %s seconds: this worker ends, to be started again", QUIET_SECONDS)
    os._exit(1)


@task_prerun.connect
def _seen(task: Any, **_kwargs: Any) -> None:
    """Whoever takes a task up is at work on its queue, and beat is at work when the task is a tick."""
    now = clock.machine_now()
    heartbeat.beat(task.request.delivery_info["routing_key"], now)
    if (task.request.headers or {}).get(_TICK):
        heartbeat.beat(heartbeat.BEAT, now)


class _Bell:
    """Publishes from a thread of its own: with the broker down a publish may block for seconds."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[str] = queue.Queue(maxsize=1000)
        self._started = threading.Lock()

    def ring(self, name: str) -> None:
        if self._started.acquire(blocking=False):
            threading.Thread(target=self._publish, name="doorbell", daemon=True).start()
        try:
            self._waiting.put_nowait(name)
        except queue.Full:
            return  # the tick finds the row

    def _publish(self) -> None:
        while True:
            name = self._waiting.get()
            try:
                for task, arguments, queue_name in _calls(name):
                    app.send_task(task, args=arguments, queue=queue_name, retry=False, expires=10)
            except Exception as error:
                app.log.get_default_logger("doorbell").warning("not rung: %s", type(error).__name__)


_bell = _Bell()


def ring(name: str, row_id: int) -> None:
    """Wake a worker for ``name``, one of `_TASKS`."""
    _bell.ring(name)
