"""The name of a scenario in; the function that plays it out: a stage in, faults made, and people to be judged left."""

from collections.abc import Callable

from tests.chaos import intake, killing, other_sides, stopping, timely
from tests.chaos.size import Size
from tests.chaos.stage import Stage

SCENARIOS: dict[str, Callable[[Stage, Size], None]] = {
    "kill-worker": killing.kill_worker,
    "kill-points": killing.kill_points,
    "redis": killing.redis_lost,
    "postgres": killing.postgres_killed,
    "rolling-restart": killing.rolling_restart,
    "window": timely.window_closes,
    "crowd": timely.crowd,
    "poison": other_sides.poison,
    "stop": stopping.stop_anywhere,
    "clock": timely.clock_off,
    "disk": timely.disk_full,
    "smtp": other_sides.smtp_faults,
    "twilio": other_sides.twilio_faults,
    "callbacks": other_sides.callbacks,
    "safety": timely.safety_first,
    "intake": intake.intake,
}
