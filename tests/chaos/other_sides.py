"""Scenarios in which the relay, the provider or a message is at fault: a stage in; faults that met somebody out."""

from tests.chaos import plan
from tests.chaos.people import EMAIL, SMS, Kind
from tests.chaos.size import FULL, Size
from tests.chaos.stage import Stage

FAULTS_IN = 240.0  # two times "slower, please" make everybody wait two minutes


def smtp_faults(stage: Stage, size: Size) -> None:
    """451, 421, 550, 552, 5.7.1, drops before, at and after the dot, slow answers."""
    plan.write(stage.folder, smtp=plan.SMTP)
    stage.people(size.people * 2, EMAIL)
    _until_met(stage, size, "smtp")


def twilio_faults(stage: Stage, size: Size) -> None:
    """429, 500 and reset before and after the text was stored, hang; often no callback tells of it either."""
    plan.write(stage.folder, twilio=plan.TWILIO, callbacks={"lost": 500})
    stage.people(size.people, SMS)
    _until_met(stage, size, "twilio")


def callbacks(stage: Stage, size: Size) -> None:
    """Status callbacks doubled, reversed, early and lost."""
    plan.write(stage.folder, callbacks=plan.CALLBACKS, early=plan.EARLY)
    stage.people(size.people // 2, SMS)
    _until_met(stage, size, "callbacks", "early")


def poison(stage: Stage, size: Size) -> None:
    """One message in fifty that cannot be opened; nobody else waits for it."""
    for _batch in range(max(1, size.people // 50)):
        for kind in (("email",), ("sms",)):
            stage.people(1, Kind(kind, poison=True))
            stage.people(24, Kind(kind))
        stage.note("poisoned", 2)


def _until_met(stage: Stage, size: Size, *kinds: str) -> None:
    """Wait until the faults have met their people; say which never did."""
    wanted = {fault for kind in kinds for fault in plan.WANTED[kind]}

    def missing() -> set[str]:
        return wanted - {each["fault"] for each in plan.met(stage.folder) if each["kind"] in kinds}

    stage.house.until(lambda: not missing(), FAULTS_IN if size.people >= FULL.people else 15)
    stage.house.wait(5)
    if size.people >= FULL.people:
        stage.act.not_reached += sorted(missing())
    count_met(stage, *kinds)


def count_met(stage: Stage, *kinds: str) -> None:
    """Count for the table each fault that met somebody."""
    for each in plan.met(stage.folder):
        if each["kind"] in kinds:
            stage.note(each["fault"])
