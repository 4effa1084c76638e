"""Some scenarios of one house in; their verdicts out, as one line of JSON on standard output.

``python -m tests.chaos.run`` runs in the environment that `setting` made; ``python -m tests.chaos`` starts it.
"""

import json
import os
import sys
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection

django.setup()

from tests import postgresql  # noqa: E402  Django must be set up before its models are used
from tests.chaos import intake_judge, judge, scenarios  # noqa: E402
from tests.chaos.house import House  # noqa: E402
from tests.chaos.house_plan import SETTLES_ALONE  # noqa: E402
from tests.chaos.size import FULL, SHORT  # noqa: E402
from tests.chaos.stage import Act, Stage  # noqa: E402


def main(names: list[str], seed: int, *, short: bool) -> None:
    """Play the scenarios one after another, let all settle, judge each."""
    folder = Path(os.environ["CHAOS_POINTS"]).parent
    kept = os.environ.get("CHAOS_POSTGRES", "")
    postgres = postgresql.Server(Path(kept), int(os.environ["CHAOS_POSTGRES_PORT"])) if kept else None
    call_command("migrate", verbosity=0, interactive=False)
    house = House(folder, os.environ, seed, postgres)
    acts: dict[str, Act] = {}
    try:
        stage = Stage(house, seed)
        house.start()
        for name in names:
            acts[name] = stage.begin()
            _say(name, "begins")
            scenarios.SCENARIOS[name](stage, SHORT if short else FULL)
            _say(name, f"has made its faults {acts[name].notes}")
            if name in SETTLES_ALONE:
                stage.settle([acts[name]])
        outgoing = [act for act in acts.values() if not act.intake]
        if outgoing:
            _say("all", "settles")
            stage.settle(outgoing)
        print(json.dumps({name: _verdict(stage, act) for name, act in acts.items()}), flush=True)  # noqa: T201
    finally:
        house.stop()


def _verdict(stage: Stage, act: Act) -> dict[str, object]:
    if act.intake:
        faults = intake_judge.judge(act.intake)
        return {"faults": faults, "notes": act.notes, "taken": len(act.intake.stored), "p99": 0.0}
    evidence = stage.evidence(act)
    return {
        "faults": judge.judge(evidence),
        "notes": act.notes,
        "people": len(evidence.people),
        "taken": len(evidence.taken),
        "stops": len(evidence.stops),
        "p99": round(judge.p99(evidence.safety_seconds), 2),
        "deaths": stage.house.deaths,
    }


def _say(name: str, what: str) -> None:
    print(f"  {connection.vendor}: {name} {what}", file=sys.stderr, flush=True)  # noqa: T201  this is a command


if __name__ == "__main__":
    main(sys.argv[3:], int(sys.argv[1]), short=sys.argv[2] == "short")
