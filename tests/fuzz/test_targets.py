"""The invariants of the parser fuzzers, without atheris: on their seeds, and on some thousand spoilt ones."""

import importlib
from random import Random

import pytest

from tests.fuzz.run import TARGETS

SPOILT = 300
PIECES = (b'"', b"{", b"}", b"[", b"\\", b"\x00", b"\xff", b"\n", b": ", b"9999999999", b"\xe2\x80\x8b", b"")


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_and_what_is_made_of_them_hold_the_invariant(name: str) -> None:
    target, dice = importlib.import_module(f"tests.fuzz.{name}"), Random(1)
    assert len((target.__doc__ or "").strip().splitlines()) == 1, "the invariant, in words"
    for seed in target.SEEDS:
        target.check(seed)
    for _ in range(SPOILT):
        data = bytearray(dice.choice(target.SEEDS))
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(data) + 1)
            data[at : at + dice.randint(0, 3)] = dice.choice(PIECES)
        target.check(bytes(data))
