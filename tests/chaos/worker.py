"""The ordinary Celery, started after its points were named: ``python -m tests.chaos.worker -A workers.app worker …``.

CHAOS_POINTS is the folder of armed points. CHAOS_SHIFT, in seconds, puts this process's clock off.
"""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

import django

django.setup()

from celery.__main__ import main  # noqa: E402  Django must be set up before the rooms are named

from course import clock  # noqa: E402
from tests.chaos import points  # noqa: E402


def _shift(seconds: float) -> None:
    right = clock.machine_now

    def machine_now() -> datetime:
        return right() + timedelta(seconds=seconds)

    clock.machine_now = machine_now


if __name__ == "__main__":
    _shift(float(os.environ.get("CHAOS_SHIFT", "0")))
    points.install(Path(os.environ["CHAOS_POINTS"]))
    sys.argv[0] = "celery"
    main()
