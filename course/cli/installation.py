"""An environment in; the programs that make up one running installation out."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from course.cli.processes import Program, Supervisor
from course.cli.redis_server import ping, private_redis, remember

_CELERY_WORKER = ("-O", "fair", "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")


def start_redis(supervisor: Supervisor, environ: Mapping[str, str], data_dir: Path) -> dict[str, str]:
    """Start a Redis unless REDIS_URL names one; return the environment of every other program.

    Raises NoRedisError when the one it names does not answer, or there is none to start.
    """
    logs = data_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    inner = dict(environ) | {"DJANGO_SETTINGS_MODULE": "course.settings", "PYTHONUNBUFFERED": "1"}
    if inner.get("REDIS_URL"):
        ping(inner["REDIS_URL"])
    else:
        inner["REDIS_URL"], redis = private_redis(inner, logs)
        remember(inner["REDIS_URL"], data_dir)
        supervisor.start(redis)
    return inner


def start(supervisor: Supervisor, environ: Mapping[str, str], data_dir: Path, *, sandbox: bool) -> None:
    """Start every other program in the environment that ``start_redis`` returned."""
    for name, argv in _programs(environ, data_dir, sandbox=sandbox).items():
        needed = name == "sandbox"  # it takes what the workers send
        supervisor.start(Program(name, argv, environ, data_dir / "logs" / f"{name}.log", needed))


def _programs(environ: Mapping[str, str], data_dir: Path, *, sandbox: bool) -> dict[str, list[str]]:
    python = [sys.executable, "-m"]
    host, _, port = environ.get("COURSE_WEB_BIND", "127.0.0.1:8000").rpartition(":")
    celery = [*python, "celery", "-A", "workers.app"]
    programs = {
        "web": [
            *python, "granian", "--interface", "wsgi", "--host", host, "--port", port, "--workers", "1",
            "--blocking-threads", "4", "--log-level", "warning", "course.wsgi:application",
        ],
        "lmtp": [*python, "course", "lmtp"],
        "worker": [*celery, "worker", *_CELERY_WORKER, "-Q", "course", "-c", "2", "-n", "course@%h"],
        "safety": [*celery, "worker", *_CELERY_WORKER, "-Q", "safety", "-c", "3", "-n", "safety@%h"],
        "look": [*celery, "worker", *_CELERY_WORKER, "-Q", "look", "-c", "3", "-n", "look@%h"],
        "ask": [*celery, "worker", *_CELERY_WORKER, "-Q", "ask", "-c", "1", "-n", "ask@%h"],
        "beat": [
            *celery, "beat", "-s", str(data_dir / "beat"), "--pidfile=", "--max-interval", "1",
            "--loglevel", "WARNING",
        ],
    }  # fmt: skip
    if sandbox:
        programs = {"sandbox": [*python, "course", "sandbox"]} | programs
    return programs


def write_pids(supervisor: Supervisor, data_dir: Path) -> None:
    """Write each program's name and process id to ``pids`` in the data folder, for whoever watches them."""
    lines = [f"{p.name} {p.process.pid}" for p in supervisor.programs if p.process]
    part = data_dir / "pids.part"
    part.write_text("\n".join(lines) + "\n")
    os.replace(part, data_dir / "pids")  # noqa: PTH105  one atomic step: a reader never sees half a file
