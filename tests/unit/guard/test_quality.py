"""Which samples may be used, and the reason for each that may not."""

import pytest

from intent_bridge.guard import usable
from intent_bridge.types import Quality, Sample, Value

from .car import DOOR, GEAR, NOW, SPEED, tiny

FRESH = Quality.OK


@pytest.mark.parametrize(
    ("path", "sample", "expected"),
    [
        (SPEED, Sample(3000, NOW, FRESH), (3000, Quality.OK)),
        (SPEED, Sample(0, NOW - 200, FRESH), (0, Quality.OK)),
        (SPEED, None, (None, Quality.MISSING)),
        (SPEED, Sample(0, NOW - 201, FRESH), (None, Quality.STALE)),
        (SPEED, Sample(0, NOW + 1, FRESH), (None, Quality.FUTURE)),
        (SPEED, Sample(None, NOW, FRESH), (None, Quality.NOT_AVAILABLE)),
        (SPEED, Sample(0, NOW, Quality.FROZEN), (None, Quality.FROZEN)),
        (SPEED, Sample(None, NOW, Quality.E2E_ERROR), (None, Quality.E2E_ERROR)),
        (SPEED, Sample(3001, NOW, FRESH), (None, Quality.OUT_OF_RANGE)),
        (SPEED, Sample(-1, NOW, FRESH), (None, Quality.OUT_OF_RANGE)),
        (SPEED, Sample(True, NOW, FRESH), (None, Quality.OUT_OF_RANGE)),
        (SPEED, Sample("60", NOW, FRESH), (None, Quality.OUT_OF_RANGE)),
        (SPEED, Sample(float("nan"), NOW, FRESH), (None, Quality.OUT_OF_RANGE)),  # type: ignore[arg-type]
        (DOOR, Sample(False, NOW, FRESH), (False, Quality.OK)),
        (DOOR, Sample(1, NOW, FRESH), (None, Quality.OUT_OF_RANGE)),
        (GEAR, Sample("P", NOW, FRESH), ("P", Quality.OK)),
        (GEAR, Sample("X", NOW, FRESH), (None, Quality.OUT_OF_RANGE)),
        (GEAR, Sample(126, NOW, FRESH), (None, Quality.OUT_OF_RANGE)),
    ],
)
def test_a_sample_is_used_only_when_nothing_speaks_against_it(
    path: str, sample: Sample | None, expected: tuple[Value | None, Quality]
) -> None:
    assert usable(sample, tiny().sensors[path], NOW) == expected
