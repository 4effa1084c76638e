"""A PostgreSQL of our own: started in a private folder, stopped and forgotten at the end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def server() -> Iterator[str]:
    """Start a server and yield its address, as DATABASE_URL takes it."""
    folder = Path(tempfile.mkdtemp(prefix="course-pg-"))
    user = _user()
    shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
    try:
        _as(user, "initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "course", "--no-sync")
        _as(user, "pg_ctl", "-D", str(folder / "data"), "-w", "-l", str(folder / "log"), "-o", options, "start")
        yield f"postgres://course@127.0.0.1:{port}/postgres"
    finally:
        _as(user, "pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


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
