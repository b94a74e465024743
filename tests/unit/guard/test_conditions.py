"""A condition of the profile's text: what it reads is there, means something, and may be unknown."""

from pathlib import Path

import pytest

from intent_bridge.errors import ProfileError
from intent_bridge.guard.conditions import Condition
from intent_bridge.types import Quality, Sample

from .car import GEAR, NOW, SPEED, tiny

DRIVING = f"{SPEED} > 20 km/h and {GEAR} != P"


def test_a_condition_is_true_false_or_hangs_on_what_is_unknown() -> None:
    driving = Condition.of(DRIVING, tiny(), "scene")
    fast, slow = (Sample(value, NOW, Quality.OK) for value in (201, 200))
    in_d = Sample("D", NOW, Quality.OK)
    assert driving.truth({SPEED: fast, GEAR: in_d}, NOW) is True
    assert driving.truth({SPEED: slow, GEAR: in_d}, NOW) is False
    assert driving.truth({SPEED: fast}, NOW) is None
    assert driving.truth({SPEED: slow}, NOW) is False  # whatever the gear


def test_a_condition_names_what_it_reads_and_nobody_knows() -> None:
    driving = Condition.of(DRIVING, tiny(), "scene")
    assert driving.text == f"{SPEED} > 20 km/h and {GEAR} != P"
    old = Sample(300, NOW - 10_000, Quality.OK)
    assert set(driving.unknown({SPEED: old}, NOW)) == {(SPEED, Quality.STALE), (GEAR, Quality.MISSING)}
    known = {SPEED: Sample(300, NOW, Quality.OK), GEAR: Sample("P", NOW, Quality.OK)}
    assert driving.unknown(known, NOW) == ()


@pytest.mark.parametrize(
    ("text", "what", "mend"),
    [
        ("Vehicle.Nothing > 1", "this vehicle has no `Vehicle.Nothing`", "mend the path"),
        (
            f"{SPEED} > 900 km/h",
            f"`{SPEED} > 900 km/h` is never true in the range of its names",
            "mend the number or unit",
        ),
        (f"{SPEED} > 5 bananas", f"`{SPEED} > 5 bananas` mixes km/h with bananas", "use one kind of unit"),
    ],
)
def test_a_condition_that_means_nothing_is_an_error_at_the_profile(text: str, what: str, mend: str) -> None:
    with pytest.raises(ProfileError) as caught:
        Condition.of(text, tiny(), "scene")
    (found,) = caught.value.problems
    assert found.file == tiny().folder / Path("profile.yaml")
    assert (found.what, found.mend) == (f"scene: {what}", mend)
