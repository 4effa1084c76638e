"""Two sandboxes on one machine never share a port."""

import os
import subprocess
import sys
from pathlib import Path

from course.cli import sandbox_environment

PRINT_PORTS = """
import sys
from pathlib import Path
from course.cli import sandbox_environment
made = sandbox_environment.make(Path(sys.argv[1]), {})
ports = [value.rpartition(":")[2] for name, value in made.items() if name.endswith(("_BIND", "_PORT"))]
print(*ports, flush=True)
sys.stdin.read()
"""


def ports_of(process: "subprocess.Popen[str]") -> set[str]:
    assert process.stdout
    return set(process.stdout.readline().split())


def test_sandboxes_that_start_at_the_same_moment_choose_different_ports(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", PRINT_PORTS]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    running = [subprocess.Popen([*argv, str(tmp_path / str(n))], env=os.environ, **pipes) for n in range(3)]  # type: ignore[call-overload]
    chosen = [ports_of(process) for process in running]
    for process in running:
        process.communicate()
    assert [len(ports) for ports in chosen] == [4, 4, 4]
    assert len(set.union(*chosen)) == 12


def test_a_sandbox_has_the_same_name_as_long_as_it_has_the_same_secrets(tmp_path: Path) -> None:
    sandbox_environment.make(tmp_path / "one", {})
    name = sandbox_environment.name_of(tmp_path / "one")
    sandbox_environment.make(tmp_path / "one", {})
    sandbox_environment.make(tmp_path / "two", {})
    assert sandbox_environment.name_of(tmp_path / "one") == name
    assert sandbox_environment.name_of(tmp_path / "two") != name
