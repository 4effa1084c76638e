"""A port or a folder in; ours alone until this process ends, or one line that says why not."""

import fcntl
import os
import socket
import tempfile
from pathlib import Path

RUN_LOCK = "run.lock"
_HELD: list[int] = []


class TakenError(Exception):
    """It cannot be had. The message is one line that says why."""


def take_port(host: str, port: int) -> None:
    """Keep a port from every other installation of this machine. Raises TakenError.

    A look whether it is free is not enough: it is used seconds later, and a web server may share its port.
    """
    try:
        family, kind, _proto, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise TakenError(f"{host} port {port} cannot be used: {error.strerror}.") from error
    place = Path(tempfile.gettempdir()) / f"course-port-{port}.lock"
    if not _lock(place):
        raise TakenError(f"port {port} is kept by another run of this program (its lock is {place}).")


def take_folder(folder: Path) -> None:
    """Make a folder if need be and keep it from every other run. Raises TakenError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RUN_LOCK).touch()
    except OSError as error:
        raise TakenError(f"The folder {folder} cannot be used: {error.strerror}.") from error
    if not _lock(folder / RUN_LOCK):
        raise TakenError(f"A run is using this folder: {folder}. Stop it first, or name another folder.")


def _lock(place: Path) -> bool:
    """Take a lock file, made readable for all so that another user may take it later."""
    try:
        opened = os.open(place, os.O_RDONLY if place.exists() else os.O_RDONLY | os.O_CREAT, 0o644)
    except OSError:
        return False
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(opened)
        return False
    _HELD.append(opened)
    return True
