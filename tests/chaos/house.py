"""A real installation, as `course up` starts it, with ways to break it."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import redis

from course.cli import installation
from course.cli.processes import Program, Supervisor
from course.cli.redis_server import find_server
from tests.postgresql import Server

WORKERS = ("worker", "safety", "look", "ask")
_READY_SECONDS = 40


class House:
    """Every program of one installation; the sinks run beside it and are never killed."""

    def __init__(self, folder: Path, environ: Mapping[str, str], seed: int, postgres: Server | None) -> None:
        self.folder = folder
        self.environ = dict(environ)
        self.postgres = postgres
        self.deaths = 0
        self._seed = seed
        self._supervisor = Supervisor(self._count)

    def start(self) -> None:
        """Start everything and wait until web, sinks and workers answer."""
        (self.folder / "logs").mkdir(exist_ok=True)
        self._run("redis", [
            find_server(), "--port", "0", "--unixsocket", str(self.folder / "redis.sock"), "--save", "",
            "--appendonly", "no", "--dir", str(self.folder),
        ])  # fmt: skip
        self._run("sinks", [sys.executable, "-m", "tests.chaos.sinks", str(self._seed)])
        for name, argv in self._programs().items():
            self._run(name, argv)
        self.until(self._is_up, _READY_SECONDS, "the installation is up")

    def add(self, like: str, times: int, **environ: str) -> list[str]:
        """Start more programs like one there is; return their names."""
        argv = self._programs()[like]
        names = [f"{like}-{number}" for number in range(2, times + 2)]
        for name in names:
            self._run(name, [f"{name}@%h" if word == f"{like}@%h" else word for word in argv], environ)
        return names

    def remove(self, names: list[str]) -> None:
        """Stop programs that were added."""
        for program in [each for each in self._supervisor.programs if each.name in names]:
            self.signal(program.name, signal.SIGKILL)
            self._supervisor.programs.remove(program)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Signal a program's whole group; one that ends is started again."""
        process = self._program(name).process
        if process and process.poll() is None:
            os.killpg(process.pid, number)
            if number == signal.SIGKILL:
                process.wait()

    def restart(self, name: str) -> None:
        """Ask a program to end as a supervisor does at a new release; it is started again when it has."""
        process = self._program(name).process
        if process and process.poll() is None:
            process.send_signal(signal.SIGTERM)

    def flush(self) -> None:
        """Forget all that Redis holds."""
        try:
            redis.Redis.from_url(self.environ["REDIS_URL"]).flushall()
        except redis.RedisError:
            self.wait(0.2)

    def kill_postgres(self) -> None:
        """SIGKILL the database server and start it again."""
        if self.postgres is None:
            raise RuntimeError("This installation runs on SQLite.")
        self.postgres.kill()
        for _try in range(20):
            self.wait(0.3)
            try:
                self.postgres.start()
            except RuntimeError:
                continue
            return
        raise RuntimeError("PostgreSQL did not start again.")

    def wait(self, seconds: float) -> None:
        """Let time pass while what has died is started again."""
        ends = time.monotonic() + seconds
        while True:
            self._supervisor.look_after()
            left = ends - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 0.1))

    def until(self, holds: Callable[[], bool], seconds: float, what: str = "") -> bool:
        """Wait until ``holds()``; False when it did not in time. With ``what`` that is an error."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if holds():
                return True
            self.wait(0.1)
        if what:
            raise TimeoutError(f"{what}: not within {seconds} s. The logs are in {self.folder / 'logs'}.")
        return False

    def until_none(self, left: Callable[[], int], still_for: float, seconds: float) -> None:
        """Wait until ``left()`` is 0, until it has stood still for ``still_for``, and for ``seconds`` at most."""
        ends = time.monotonic() + seconds
        now_left = left()
        while now_left and time.monotonic() < ends:
            if not self.until(lambda before=now_left: left() != before, still_for):
                return
            now_left = left()

    def stop(self) -> None:
        """End everything that was started."""
        self._supervisor.stop()

    def _programs(self) -> dict[str, list[str]]:
        data_dir = Path(self.environ["COURSE_DATA_DIR"])
        found = installation._programs(self.environ, data_dir, sandbox=False)
        return {name: _with_points(argv) for name, argv in found.items()}

    def _run(self, name: str, argv: list[str], environ: Mapping[str, str] | None = None) -> None:
        log = self.folder / "logs" / f"{name}.log"
        self._supervisor.start(Program(name, argv, self.environ | dict(environ or {}), log))

    def _program(self, name: str) -> Program:
        return next(each for each in self._supervisor.programs if each.name == name)

    def _is_up(self) -> bool:
        ports = [self.environ[name].rpartition(":")[2] for name in ("COURSE_WEB_BIND", "COURSE_LMTP_BIND")]
        ports += [self.environ["COURSE_SANDBOX_SMTP_PORT"], self.environ["COURSE_SANDBOX_HTTP_PORT"]]
        return all(_answers(int(port)) for port in ports)

    def _count(self, _line: str) -> None:
        self.deaths += 1


def _with_points(argv: list[str]) -> list[str]:
    """Return a Celery worker's command with the points' launcher in Celery's place; others as they are."""
    if "celery" not in argv or "worker" not in argv:
        return argv
    return ["tests.chaos.worker" if word == "celery" else word for word in argv]


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 0.5):
            return True
    except OSError:
        return False
