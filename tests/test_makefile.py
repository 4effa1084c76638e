"""`make run` where Python cannot make a virtual environment."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
NO_ENSUREPIP = """#!/bin/sh
test "$1" = -c && exit 0
mkdir -p "$3/bin" && cp "$0" "$3/bin/python"
exit 1
"""


def test_a_python_without_ensurepip_leaves_no_half_made_environment_so_that_each_run_says_what_to_install(
    tmp_path: Path,
) -> None:
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    python = tmp_path / "python"
    python.write_text(NO_ENSUREPIP)
    python.chmod(0o755)
    for _ in range(2):
        argv = ["make", "run", f"PYTHON={python}"]
        done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "apt-get install python3-venv" in done.stdout
        assert not (tmp_path / ".venv").exists()
