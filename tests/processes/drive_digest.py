"""Prints one digest of every frame and record of one fuzzed drive: for processes of different hash seeds."""

import hashlib
import json
import sys
from collections.abc import Iterable

from intent_bridge.engine import Effect, Record, Send
from intent_bridge.profile import load_profile
from intent_bridge.testing.car import Car, rig
from intent_bridge.testing.dice import seeded
from intent_bridge.testing.mix import Drives


class Digested(Car):
    """A car whose effects are counted into a digest, in their order."""

    def __init__(self, *args: object) -> None:
        self.digest, self.frames = hashlib.sha256(), 0
        super().__init__(*args)  # type: ignore[arg-type]

    def _carry(self, effects: Iterable[Effect]) -> None:
        effects = list(effects)
        for effect in effects:
            if isinstance(effect, Send):
                self.digest.update(repr(effect.frame.raw).encode())
                self.frames += 1
            elif isinstance(effect, Record):
                self.digest.update(json.dumps(effect.body, default=str).encode())
        super()._carry(effects)


def main(seed: int, calls: int) -> None:
    """Drive, and print how many frames left and the digest."""
    prepared = rig(load_profile("demo_sedan"), quick=True)
    drives, dice = Drives(prepared, prepared.make_engine().catalogue), seeded(seed)
    car = Digested(prepared)
    while car.calls < calls:
        car.play(drives.step(dice, asked=car.question is not None))
    print(car.frames, car.digest.hexdigest())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
