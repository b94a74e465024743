"""The forty states of `states.yaml`, in one simulated car that is put into each of them."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from intent_bridge.bridge import SimulatedBridge
from intent_bridge.profile import load_profile, to_vss
from intent_bridge.sim.plan import load_plan

PROFILE = load_profile("demo_sedan")
SETTLE_MS = 2500
"""Longer than any of its sensors may be silent and still count."""


@cache
def states() -> Mapping[str, Mapping[str, Any]]:
    """Name of each state -> VSS path -> VSS value."""
    data = YAML(typ="safe", pure=True).load(Path(__file__).with_name("states.yaml"))
    return {name: dict(_paths(data["words"], said)) for name, said in data["states"].items()}


def _paths(words: Mapping[str, list[str]], said: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for word, value in said.items():
        for pattern in words[word]:
            yield from ((path, value) for path in PROFILE.inputs if fnmatchcase(path, pattern))


@cache
def _start() -> Mapping[str, Any]:
    start = load_plan(PROFILE).start
    return {path: to_vss(PROFILE.inputs[path].quantity, value) for path, value in start.items()
            if value is not None}  # fmt: skip


class Car(SimulatedBridge):
    """A demo sedan that can be put into a state again and again."""

    def __init__(self) -> None:
        super().__init__(PROFILE)

    def put(self, state: Mapping[str, Any]) -> None:
        """Let everything be as at the start, but for `state`, and be known."""
        self.handle({"name": "stop_motion", "arguments": {}})
        self.advance_ms(SETTLE_MS)  # what was asked before is over
        self.set_state({**_start(), **state})
        self.advance_ms(SETTLE_MS if None in state.values() else 500)
        self.set_state(
            {path: value for path, value in state.items() if value is not None}
        )  # the cabin goes on
