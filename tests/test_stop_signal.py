"""Being asked to stop is heard wherever the signal falls."""

import os
import signal
from collections.abc import Iterator

import pytest

from course.stop_signal import StopSignal


@pytest.fixture
def stop() -> Iterator[StopSignal]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield StopSignal()
    for number, handler in before.items():
        signal.signal(number, handler)


class _Finalised:
    def __init__(self, number: signal.Signals) -> None:
        self.number = number

    def __del__(self) -> None:
        os.kill(os.getpid(), self.number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_that_falls_into_a_finaliser_is_heard(stop: StopSignal, number: signal.Signals) -> None:
    assert not stop.asked
    thing = _Finalised(number)
    del thing
    stop.wait()
    assert stop.asked
