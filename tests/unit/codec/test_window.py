"""The E2E state machine: one bad frame is a disturbance, many are a broken link."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from intent_bridge.codec import Receiver
from intent_bridge.codec.sequence import CheckStatus
from intent_bridge.codec.window import LinkState, Window
from intent_bridge.profile import load_profile
from intent_bridge.profile.protection_model import Window as WindowSpec
from intent_bridge.types import Quality, Sample
from tests.unit.codec.support import CLIMATE, FAN, TINY_CAR, status, with_bit

WORDS = {
    "+": CheckStatus.OK,
    "!": CheckStatus.ERROR,
    "=": CheckStatus.REPEATED,
    "?": CheckStatus.WRONG_SEQUENCE,
    ".": CheckStatus.NO_NEW_DATA,
}
LETTERS = {LinkState.NO_DATA: "n", LinkState.INIT: "i", LinkState.VALID: "V", LinkState.INVALID: "x"}


def spec(**changes: Any) -> WindowSpec:
    """Thresholds for these tests, some of them changed."""
    given = {
        "size": {"init": 4, "valid": 5, "invalid": 5},
        "min_ok": {"init": 2, "valid": 1, "invalid": 3},
        "max_error": {"init": 1, "valid": 2, "invalid": 0},
        "clear_to_invalid": False,
    }
    return WindowSpec.model_validate(given | changes)


@pytest.mark.parametrize(
    ("checks", "states"),
    [
        ("++++", "iVVV"),  # two good frames
        ("..!!+", "nnnni"),  # nothing usable yet
        ("=+?+", "iiiV"),  # repeats and jumps count for nothing
        ("+!!+", "iixx"),  # two errors while starting
        ("++!!", "iVVV"),  # two errors are tolerated
        ("++!!!", "iVVVx"),  # three are not
        ("++.....", "iVVVVVx"),  # no good frame left in the window
        ("++!!!+++", "iVVVxxxx"),  # the old errors are still in the window
        ("++!!!++++++", "iVVVxxxxxVV"),  # until they have left it
    ],
)
def test_the_state_follows_the_last_checks(checks: str, states: str) -> None:
    window = Window(spec())
    assert "".join(LETTERS[window.add(WORDS[c])] for c in checks) == states


def test_clearing_makes_old_errors_forgotten() -> None:
    window = Window(spec(clear_to_invalid=True))
    states = "".join(LETTERS[window.add(WORDS[c])] for c in "++!!!+++")
    assert states == "iVVVxxxV"


@given(st.lists(st.sampled_from(list(CheckStatus)), max_size=60), st.booleans())
def test_a_link_is_valid_only_with_enough_good_and_few_bad_frames(
    checks: list[CheckStatus], clear: bool
) -> None:
    window, seen = Window(spec(clear_to_invalid=clear)), list[CheckStatus]()
    for check in checks:
        seen.append(check)
        if window.add(check) is LinkState.VALID:
            assert seen[-5:].count(CheckStatus.ERROR) <= 2
            assert seen[-5:].count(CheckStatus.OK) >= 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"size": {"init": 6, "valid": 5, "invalid": 5}}, "size.valid the largest"),
        ({"size": {"init": 4, "valid": 5, "invalid": 0}}, "size must be at least 1"),
        ({"min_ok": {"init": 2, "valid": 0, "invalid": 3}}, "min_ok must rise from 1"),
        ({"min_ok": {"init": 4, "valid": 1, "invalid": 3}}, "min_ok must rise"),
        ({"max_error": {"init": 3, "valid": 2, "invalid": 0}}, "max_error must fall"),
        ({"max_error": {"init": 1, "valid": 5, "invalid": 0}}, "min_ok.valid and max_error.valid are more"),
    ],
)
def test_thresholds_that_autosar_forbids_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        spec(**changes)


def test_a_receiver_with_a_window_overlooks_one_bad_frame_and_distrusts_many(tmp_path: Path) -> None:
    window = "{size: {init: 4, valid: 5, invalid: 5}, min_ok: {init: 2, valid: 1, invalid: 3}, "
    window += "max_error: {init: 1, valid: 2, invalid: 0}, clear_to_invalid: true}"
    text = (TINY_CAR / "profile.yaml").read_text()
    marker = "21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36], max_delta_counter: 3"
    assert marker in text
    (tmp_path / "profile.yaml").write_text(text.replace(marker, f"{marker}, window: {window}"))
    (tmp_path / "body.dbc").write_text((TINY_CAR / "body.dbc").read_text())
    receiver = Receiver(load_profile(tmp_path))

    def hear(counter: int, *, broken: bool = False) -> tuple[Sample | None, str | None]:
        raw = status("CLIMATE_STATUS", counter, CLIMATE)
        reading = receiver.read(with_bit(raw, 7, 1) if broken else raw, 0)
        assert reading is not None
        return reading.samples.get(FAN), reading.result

    good, doubted = (Sample(4, 0, Quality.OK), "ACCEPTED"), (Sample(None, 0, Quality.E2E_ERROR), None)
    assert [hear(0), hear(1)] == [doubted, good]
    assert [hear(2, broken=True), hear(2, broken=True), hear(1)] == [(None, None), (None, None), (None, None)]
    assert hear(2, broken=True) == doubted
    assert [hear(2), hear(2)] == [doubted, (Sample(None, 0, Quality.FROZEN), None)]
    assert [hear(3), hear(4)] == [doubted, good]


def test_no_more_frames_are_remembered_than_the_longest_window_looks_at() -> None:
    window = Window(spec())
    for _ in range(50):
        window.add(CheckStatus.OK)
    assert len(window._last) == 5
