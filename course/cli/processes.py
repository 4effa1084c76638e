"""Programs in; running processes out, started together, restarted when they die, stopped together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

STOP_SECONDS = 10.0
_EARLY_SECONDS = 10.0
_EARLY_ENDS = 3
_PR_SET_PDEATHSIG = 1


@dataclass
class Program:
    """One program to keep running; its output goes to ``log``. What others need is stopped after they ended."""

    name: str
    argv: Sequence[str]
    environ: Mapping[str, str]
    log: Path
    needed: bool = False
    began: float = 0.0
    early_ends: int = 0
    process: "subprocess.Popen[bytes] | None" = field(default=None)


class KeepsEndingError(Exception):
    """A program cannot run here. The message is one line: the program, its log, and the last line in it."""


class Supervisor:
    """Keeps programs running, each in a process group of its own."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.programs: list[Program] = []
        self._tell = tell

    def start(self, program: Program) -> None:
        """Start one program and keep it."""
        self.programs.append(program)
        self._spawn(program)

    def look_after(self) -> bool:
        """Start again what has died, and say so; return whether anything had.

        Raises KeepsEndingError when a program has ended by itself soon after its start three times running.
        """
        died = False
        for program in self.programs:
            if program.process is None or program.process.poll() is None:
                continue
            code = program.process.returncode
            _signal_group(program.process.pid, signal.SIGKILL)  # children a killed parent left behind
            died = True
            _count(program, code)
            self._tell(f"{program.name} ended with code {code}; starting it again. Its log is {program.log}.")
            self._spawn(program)
        return died

    def kill(self, name: str) -> None:
        """Kill a program that does nothing any more; ``look_after`` starts it again."""
        for program in self.programs:
            if program.name == name and program.process:
                self._tell(f"{name} has done nothing for too long; killing it.")
                _signal_group(program.process.pid, signal.SIGKILL)

    def stop(self) -> None:
        """Stop every program, then those the others need; kill what has not ended after STOP_SECONDS."""
        for needed in (False, True):
            _stop([p.process for p in reversed(self.programs) if p.process and p.needed == needed])
        self.programs.clear()

    def _spawn(self, program: Program) -> None:
        program.began = time.monotonic()
        with program.log.open("ab") as log:
            program.process = subprocess.Popen(
                program.argv,
                env=dict(program.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509  no threads yet run
            )


def _count(program: Program, code: int) -> None:
    early = code >= 0 and time.monotonic() - program.began < _EARLY_SECONDS  # below 0 a signal ended it
    program.early_ends = program.early_ends + 1 if early else 0
    if program.early_ends == _EARLY_ENDS:
        raise KeepsEndingError(
            f"{program.name} ended {_EARLY_ENDS} times as soon as it was started. Its log is {program.log}; "
            f"the last line there: {_last_line(program.log)}"
        )


def _last_line(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4096))
        return file.read().decode(errors="replace").strip().rpartition("\n")[2] or "it is empty"


def _stop(running: Sequence["subprocess.Popen[bytes]"]) -> None:
    """Ask each process and leave its children to it: a worker's child in the middle of sending ends what it began."""
    for process in running:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in running:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
        _signal_group(process.pid, signal.SIGKILL)
        process.wait()


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent dies, even by SIGKILL (prctl(2)); elsewhere there is no way."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return  # it ended by itself
