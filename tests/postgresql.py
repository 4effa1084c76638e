"""A PostgreSQL of our own: started in a private folder, stopped and forgotten at the end."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


def programs() -> Path:
    """Return the folder of PostgreSQL's programs. Raises FileNotFoundError when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise FileNotFoundError("PostgreSQL's programs are missing. On Debian and Ubuntu: apt-get install postgresql")


@dataclass(frozen=True)
class Server:
    """One server in ``folder``, listening on ``port`` of 127.0.0.1."""

    folder: Path
    port: int

    @property
    def address(self) -> str:
        """The address of its first database, as DATABASE_URL takes it."""
        return f"postgres://course@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it and wait until it answers. Raises RuntimeError with PostgreSQL's own words."""
        options = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories={self.folder}"
        self._control("-w", "-l", str(self.folder / "log"), "-o", f"{options} -c fsync=off", "start")

    def stop(self) -> None:
        """Stop it without ceremony."""
        self._control("-m", "immediate", "stop")

    def kill(self) -> None:
        """End its first process by SIGKILL; the others end when they see that it is gone."""
        os.kill(int((self.folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def _control(self, *arguments: str) -> None:
        _as(_user(), "pg_ctl", "-D", str(self.folder / "data"), *arguments)


def make() -> Server:
    """Make a new server in a folder of its own; it is not started yet."""
    folder = Path(tempfile.mkdtemp(prefix="course-pg-"))
    shutil.chown(folder, _user())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _as(_user(), "initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "course", "--no-sync")
    return Server(folder, port)


@contextmanager
def server() -> Iterator[str]:
    """Start a server and yield its address, as DATABASE_URL takes it."""
    made = make()
    try:
        made.start()
        yield made.address
    finally:
        forget(made)


def forget(server: Server) -> None:
    """Stop a server and remove its folder."""
    try:
        server.stop()
    finally:
        shutil.rmtree(server.folder, ignore_errors=True)


def _user() -> str:
    """Return who may run the server: PostgreSQL refuses root."""
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid()).pw_name
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _as(user: str, program: str, *arguments: str) -> None:
    account = pwd.getpwnam(user)
    done = subprocess.run(
        [programs() / program, *arguments], check=False, cwd="/", capture_output=True, text=True,
        user=account.pw_uid if os.getuid() == 0 else None, group=account.pw_gid if os.getuid() == 0 else None,
        env={"PATH": os.environ["PATH"], "HOME": "/", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{program} failed: {done.stderr.strip()[-500:]}")
