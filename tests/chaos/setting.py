"""A folder and a database address in; the files and environment of one installation out. Knows no Django."""

import os
import random
import shutil
import socket
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import yaml

from course import paths
from course.cli import sandbox_environment

TEXTS = 2  # parts of a lesson by text: enough to see that one waits for the other, a minute
CLOSES_AFTER = timedelta(seconds=100)
_TEXT_LESSON = "what-is-stenosis"
# A lesson asks a question at the end of its last text; a short one fits into the text that is the last here.
_QUESTION = """    {question}
question:
  ask: Better?
  answers:
    A: {text: Yes., feedback: Good.}
    B: {text: No., feedback: Go on.}
    C: {text: Other., feedback: Tell us.}
  right: A
"""


def make(folder: Path, database_url: str, now: datetime, texts: int = TEXTS) -> dict[str, str]:
    """Write a course whose window closes for some people soon, and return the environment to run it in."""
    _write_course(folder / "course", closing(now), texts)
    points = folder / "points"
    points.mkdir(parents=True)
    ports = _free_ports(4)
    names = ("web", "smtp", "lmtp", "phone")
    at = dict(zip(names, ports, strict=True))
    outer = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return sandbox_environment.make(folder / "data", outer | {"COURSE_DIR": str(folder / "course")}) | {
        "DATABASE_URL": database_url,
        "REDIS_URL": f"unix://{folder / 'redis.sock'}",
        "COURSE_PUBLIC_URL": f"http://localhost:{at['web']}",
        "COURSE_WEB_BIND": f"127.0.0.1:{at['web']}",
        "COURSE_SMTP_URL": f"smtp://127.0.0.1:{at['smtp']}",
        "COURSE_RELAY_LOG": str(folder / "relay.log"),
        "COURSE_LMTP_BIND": f"127.0.0.1:{at['lmtp']}",
        "COURSE_TWILIO_URL": f"http://127.0.0.1:{at['phone']}",
        "COURSE_SANDBOX_SMTP_PORT": str(at["smtp"]),
        "COURSE_SANDBOX_HTTP_PORT": str(at["phone"]),
        "COURSE_LEASE_SECONDS": "4",
        "COURSE_ANSWER_SECONDS": "2",
        "DJANGO_SETTINGS_MODULE": "course.settings",
        "PYTHONPATH": str(paths.CHECKOUT),
        "PYTHONUNBUFFERED": "1",
        "CHAOS_POINTS": str(points),
        "CHAOS_TEXTS": str(texts),
    }


def closing(now: datetime) -> datetime:
    """Return the minute at which the window closes for people in ``zone_at(20, …)``."""
    return (now + CLOSES_AFTER).replace(second=0, microsecond=0) + timedelta(minutes=1)


def window_end(now: datetime) -> time:
    """Return when the window ends by everybody's own clock."""
    return time(20, closing(now).minute)


def zone_at(hour: int, now: datetime) -> str:
    """Return a zone where it is ``hour`` o'clock and some minutes at ``now``."""
    offset = (hour - now.astimezone(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"


def _write_course(folder: Path, closes: datetime, kept: int) -> None:
    shutil.copytree(paths.lessons(""), folder / "lessons", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    schedule = yaml.safe_load(paths.schedule("").read_text())
    schedule["window"]["to"] = f"20:{closes.minute:02}"
    (folder / "schedule.yaml").write_text(yaml.safe_dump(schedule, sort_keys=False, allow_unicode=True))
    lesson = folder / "lessons" / "en" / f"{_TEXT_LESSON}.md"
    before, *texts = lesson.read_text().split("  - >-\n")
    review = "review:" + texts[-1].partition("review:")[2]
    lesson.write_text("  - >-\n".join([before, *texts[:kept]]) + _QUESTION + review)


def _free_ports(count: int) -> list[int]:
    """Return ports that no outgoing connection is given (ip_local_port_range begins higher)."""
    found: list[int] = []
    for port in random.sample(range(20_000, 30_000), 1000):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.append(port)
        if len(found) == count:
            return found
    raise OSError("No port is free on this machine.")
