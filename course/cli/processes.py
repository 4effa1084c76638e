"""Programs in; running processes out, started together, restarted when they die, stopped together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_STOP_SECONDS = 8.0
_PR_SET_PDEATHSIG = 1


@dataclass
class Program:
    """One program to keep running; its output goes to ``log``."""

    name: str
    argv: Sequence[str]
    environ: Mapping[str, str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = field(default=None)


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
        """Start again what has died, and say so; return whether anything had."""
        died = False
        for program in self.programs:
            if program.process is None or program.process.poll() is None:
                continue
            code = program.process.returncode
            _signal_group(program.process.pid, signal.SIGKILL)  # children a killed parent left behind
            died = True
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
        """Stop every program, the last one first; kill what has not ended after a few seconds."""
        running = [program.process for program in reversed(self.programs) if program.process]
        for process in running:
            _signal_group(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal_group(process.pid, signal.SIGKILL)
                process.wait()
            _signal_group(process.pid, signal.SIGKILL)
        self.programs.clear()

    def _spawn(self, program: Program) -> None:
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


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent dies, even by SIGKILL (prctl(2)); elsewhere there is no way."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return  # it ended by itself
