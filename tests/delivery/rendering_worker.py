"""One worker of the renderer's property test: the messages of one seed's order, out by a pipe. It may be killed."""

import random
import sys
from collections.abc import Iterator

from course.delivery.rendering import Renderer
from tests.delivery.occasions import everything, person

PEOPLE = 400
TURN = 500  # after so many messages other steps are hot
HOT = 4
CACHE = 5


def choices(seed: int, first: int, last: int) -> Iterator[tuple[int, int, int]]:
    """Yield (message, person, place in `everything`) in the same order each time.

    A few steps are hot and come in turn with people drawn at random, so that neighbours are hardly ever the same
    person; a rare stranger among the steps drives one of them out of the cache.
    """
    kinds = range(len(everything()))
    for message in range(first, last):
        draw = random.Random(f"{seed} {message}")
        hot = random.Random(f"{seed} turn {message // TURN}").sample(kinds, HOT)
        kind = draw.choice(kinds) if draw.random() < 0.01 else draw.choice(hot)
        yield message, draw.randrange(PEOPLE), kind


def main(seed: int, first: int, last: int) -> None:
    """Write each message as ``number length`` on a line, then its bytes."""
    renderer = Renderer(CACHE)
    for message, who, kind in choices(seed, first, last):
        occasion = everything()[kind]
        content = renderer.step(occasion, person(who, message, occasion.channel))
        sys.stdout.buffer.write(b"%d %d\n%b" % (message, len(content), content))
