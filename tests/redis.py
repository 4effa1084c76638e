"""A Redis of our own: started on a private unix socket, stopped and forgotten at the end."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from course.cli.redis_server import find_server


@contextmanager
def server() -> Iterator[str]:
    """Start a server and yield its address, as REDIS_URL takes it."""
    folder = Path(tempfile.mkdtemp(prefix="course-redis-"))
    socket = folder / "redis.sock"
    argv = [
        find_server(),
        "--port",
        "0",
        "--unixsocket",
        socket,
        "--save",
        "",
        "--dir",
        folder,
        "--loglevel",
        "warning",
    ]
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    try:
        _wait(f"unix://{socket}")
        yield f"unix://{socket}"
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(url: str) -> None:
    deadline = time.monotonic() + 20
    with redis.Redis.from_url(url) as client:
        while time.monotonic() < deadline:
            try:
                client.ping()
            except redis.ConnectionError:
                time.sleep(0.02)
            else:
                return
    raise RuntimeError("Redis did not start within 20 s.")
