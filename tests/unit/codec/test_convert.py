"""The rounding rule and everything a strict encoder refuses."""

import math
from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from intent_bridge.codec.convert import Converter, OffGrid, Physical, bits_of_float, physical, pick, place
from intent_bridge.codec.layout import Piece, Slot
from intent_bridge.errors import SignalError


def slot(
    length: int = 8,
    *,
    scale: float = 1,
    offset: float = 0,
    bounds: tuple[float | None, float | None] = (None, None),
    names: Mapping[int, str] | None = None,
    signed: bool = False,
    is_float: bool = False,
) -> Slot:
    pieces = (Piece(0, 0, length),)
    return Slot("S", length, pieces, signed, is_float, scale, offset, *bounds, names or {})


def to_raw(value: object, where: Slot, off_grid: OffGrid = "refuse", safe: Physical | None = None) -> int:
    """Both ways to the raw number; they must agree."""
    converter = Converter("M", where, off_grid, safe)
    quick = converter.quick(value)
    try:
        raw = converter.to_raw(value)
    except SignalError:
        assert quick is None
        raise
    assert quick in (None, raw)
    return raw


HALVES = slot(scale=0.5, offset=10, bounds=(10, 40), names={255: "SNA", 254: "LOW", 253: "LOW"})


@pytest.mark.parametrize(
    ("value", "raw"),
    [(10, 0), (10.5, 1), (40, 60), (25.0, 30), ("SNA", 255), (137.5, 255), (21.5 + 1e-9, 23)],
)
def test_values_on_the_grid_and_names_become_their_raw_number(value: Physical, raw: int) -> None:
    assert to_raw(value, HALVES) == raw


@pytest.mark.parametrize("policy", ["refuse", "nearest", "toward"])
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (True, "M.S: True is a bool; give an int, a float or a value name"),
        (False, "M.S: False is a bool; give an int, a float or a value name"),
        (None, "M.S: None is a NoneType; give an int, a float or a value name"),
        ([21], "M.S: [21] is a list; give an int, a float or a value name"),
        (math.nan, "M.S: nan is not a number; give a finite one"),
        (math.inf, "M.S: inf is not a number; give a finite one"),
        (-math.inf, "M.S: -inf is not a number; give a finite one"),
        (9.5, "M.S: 9.5 is out of range; give 10 to 40"),
        (40.5, "M.S: 40.5 is out of range; give 10 to 40"),
        (10**400, f"M.S: {'1' + 36 * '0'}... is out of range; give 10 to 40"),
        ("x" * 99, f"M.S: '{'x' * 36}... is not a value name; give one of: SNA, LOW"),
        (1e300, "M.S: 1e+300 is out of range; give 10 to 40"),
        ("HOT", "M.S: 'HOT' is not a value name; give one of: SNA, LOW"),
        ("", "M.S: '' is not a value name; give one of: SNA, LOW"),
        ("21", "M.S: '21' is not a value name; give one of: SNA, LOW"),
        ("LOW", "M.S: 'LOW' names several raw numbers; give the number"),
    ],
)
def test_what_is_no_value_is_refused_with_one_form_of_message(
    value: object, reason: str, policy: OffGrid
) -> None:
    with pytest.raises(SignalError) as caught:
        to_raw(value, HALVES, policy)
    assert str(caught.value) == reason
    assert (caught.value.message, caught.value.signal) == ("M", "S")


def test_a_value_between_two_steps_is_refused_with_its_neighbours() -> None:
    with pytest.raises(SignalError, match=r"M\.S: 21\.3 is between two steps of 0\.5; give 21 or 21\.5"):
        to_raw(21.3, HALVES)
    with pytest.raises(SignalError, match=r"between two steps of -2; give 4 or 6"):
        to_raw(5, slot(scale=-2, offset=10))
    with pytest.raises(SignalError, match=r"give 12345678\.1 or 12345678\.2"):
        to_raw(12345678.15, slot(40, scale=0.1))


@pytest.mark.parametrize(
    ("value", "scale", "raw"),
    [
        (0.25, 0.5, 0), (0.75, 0.5, 2), (1.25, 0.5, 2), (1.75, 0.5, 4),
        (0.15, 0.1, 2), (0.25, 0.1, 2), (0.35, 0.1, 4), (0.45, 0.1, 4), (2.675, 0.01, 268),
        (1, 2, 0), (3, 2, 2),
    ],
)  # fmt: skip
def test_nearest_sends_a_value_exactly_half_way_to_the_even_raw_number(
    value: float, scale: float, raw: int
) -> None:
    assert to_raw(value, slot(16, scale=scale), "nearest") == raw
    assert to_raw(-value, slot(16, scale=scale, signed=True), "nearest") == -raw


@pytest.mark.parametrize(("value", "raw"), [(0.249, 0), (0.251, 1), (0.7, 1), (0.9, 2)])
def test_nearest_sends_other_values_to_the_nearest_raw_number(value: float, raw: int) -> None:
    assert to_raw(value, slot(scale=0.5), "nearest") == raw


@pytest.mark.parametrize(
    ("value", "safe", "scale", "raw"),
    [
        (21.3, 18, 0.5, 42), (21.7, 18, 0.5, 43), (21.3, 25, 0.5, 43), (21.7, 25, 0.5, 44),
        (5, 0, -2, -2), (-5, 0, -2, 2), (5, 100, -2, -3), (21.3, "SAFE", 0.5, 42),
    ],
)  # fmt: skip
def test_toward_rounds_to_the_neighbour_on_the_safe_side(
    value: float, safe: Physical, scale: float, raw: int
) -> None:
    where = slot(8, scale=scale, signed=True, names={0: "SAFE"})
    assert to_raw(value, where, "toward", safe) == raw


@pytest.mark.parametrize(
    ("value", "where", "raw"),
    [
        (21.5, HALVES, 23),
        (10, HALVES, 0),  # the ends themselves
        (40, HALVES, 60),
        (9.5, HALVES, None),
        (40.5, HALVES, None),
        (21.3, HALVES, None),
        ("SNA", HALVES, None),
        (True, slot(), None),
        (5, slot(bounds=(5, 5)), 5),
        (5, slot(32, is_float=True), None),  # its number is no bits
        (7, slot(27), 7),
        (7, slot(28), 7),
        (7, slot(28, offset=1), None),  # the largest number is no longer exact enough
        (7, slot(28, scale=0.5, offset=1), None),
        (7, slot(40), None),
        (7, slot(40, bounds=(0, 100)), 7),
        (-7, slot(8, signed=True), -7),
    ],
)
def test_what_lies_well_on_the_grid_of_a_small_signal_has_its_number_in_floating_point(
    value: object, where: Slot, raw: int | None
) -> None:
    assert Converter("M", where).quick(value) == raw


@pytest.mark.parametrize(
    ("value", "where", "raw"),
    [
        (5.000001, slot(), 5),  # a millionth of a step is on the grid
        (4.999999, slot(), 5),
        (9.9999995, HALVES, 0),  # and in the range
        (40.0000005, HALVES, 60),
    ],
)
def test_a_millionth_of_a_step_beside_the_grid_or_the_range_is_the_last_to_pass(
    value: float, where: Slot, raw: int
) -> None:
    assert to_raw(value, where) == raw
    beyond = value + (2e-7 if value % 1 < 0.5 else -2e-7)
    with pytest.raises(SignalError, match=r"between two steps|out of range"):
        to_raw(beyond, where)


def test_toward_without_a_safe_value_refuses() -> None:
    with pytest.raises(SignalError, match="between two steps"):
        to_raw(21.3, HALVES, "toward")


def test_rounding_never_leaves_the_range() -> None:
    where = slot(scale=0.5, bounds=(0.2, 10.2))
    assert to_raw(10.2, where, "nearest") == to_raw(10.2, where, "toward", 5) == 20
    assert to_raw(0.24, where, "toward", 5) == 1
    with pytest.raises(SignalError, match=r"0\.24 is out of range; give 0\.2 to 10\.2"):
        to_raw(0.24, where, "nearest")


def test_a_named_raw_number_is_allowed_outside_the_range() -> None:
    assert to_raw(137.5, HALVES) == 255
    with pytest.raises(SignalError, match="out of range"):
        to_raw(136, HALVES)


@pytest.mark.parametrize(
    ("value", "where", "text"),
    [
        (256, slot(), "raw 256 does not fit into its bits; give 0 to 255"),
        (-1, slot(), "raw -1 does not fit into its bits; give 0 to 255"),
        (128, slot(signed=True), "raw 128 does not fit into its bits; give -128 to 127"),
        ("MINUS", slot(names={-1: "MINUS"}), "raw -1 does not fit into its bits; give 0 to 255"),
        (5, slot(bounds=(None, 4)), "5 is out of range; give anything to 4"),
        (5, slot(bounds=(6, None)), "5 is out of range; give 6 to anything"),
        ("X", slot(), "'X' is not a value name; this signal has none"),
    ],
)
def test_what_does_not_fit_into_bits_or_bounds_is_refused(value: Physical, where: Slot, text: str) -> None:
    with pytest.raises(SignalError, match=text):
        to_raw(value, where)


@pytest.mark.parametrize("raw", [True, 1.0, "1", None])
def test_a_raw_number_is_an_int_and_nothing_else(raw: object) -> None:
    with pytest.raises(SignalError, match="give an int"):
        Converter("M", slot()).check_raw(raw)


@pytest.mark.parametrize(
    ("value", "length", "bits"),
    [
        (1.5, 32, 0x3FC00000),
        (-0.0, 32, 0x80000000),
        (1, 64, 0x3FF0000000000000),
        (0.5, 16, 0x3800),
        (0.1, 32, 0x3DCCCCCD),
    ],
)
def test_a_float_signal_takes_the_nearest_representable_number(value: float, length: int, bits: int) -> None:
    assert to_raw(value, slot(length, is_float=True)) == bits


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (math.nan, "not a number"), (math.inf, "not a number"), (True, "is a bool"),
        (1e39, "does not fit into a float of 32 bits"), (10**400, "does not fit into a float"),
        (101, "out of range"), ("NO", "value name"), ("HUGE", "'HUGE' does not fit into a float of 32 bits"),
    ],
)  # fmt: skip
def test_a_float_signal_refuses_what_it_cannot_carry(value: Physical, text: str) -> None:
    bounds = (0, 100) if value == 101 else (None, None)
    with pytest.raises(SignalError, match=text):
        to_raw(value, slot(32, is_float=True, bounds=bounds, names={-1: "SNA", 10**39: "HUGE"}))


def test_a_named_float_is_its_number_in_bits_and_may_leave_the_range() -> None:
    where = slot(32, is_float=True, bounds=(0, 100), names={-1: "SNA"})
    assert to_raw("SNA", where) == to_raw(-1, where) == bits_of_float(-1.0, 32)
    assert physical(where, bits_of_float(-1.0, 32)) == "SNA"
    assert physical(where, bits_of_float(-1.5, 32)) == -1.5


@st.composite
def slots(draw: st.DrawFn) -> Slot:
    scale = draw(st.sampled_from([1, 2, 0.5, 0.1, 0.01, 1e-5, 0.003, -0.1, 1.40625, 5, 100, 1 / 3]))
    offset = draw(st.sampled_from([0, -40, 15.5, -0.1, 1000000, -3276.8, 1e7]))
    length = draw(st.integers(1, 64))
    return slot(length, scale=scale, offset=offset, signed=draw(st.booleans()))


@given(slots(), st.data())
def test_every_decoded_number_encodes_to_the_raw_number_it_came_from(
    where: Slot, data: st.DataObject
) -> None:
    low, high = where.raw_bounds
    raw = data.draw(st.integers(max(low, -(1 << 50)), min(high, 1 << 50)))
    said = physical(where, raw)
    assume(abs(raw) < 1 << 40 or isinstance(said, int))
    assert to_raw(said, where) == raw


@given(slots(), st.floats(-1e9, 1e9) | st.integers(-(10**9), 10**9), st.sampled_from(["nearest", "refuse"]))
def test_no_accepted_value_is_further_than_its_policy_allows(
    where: Slot, value: float, policy: OffGrid
) -> None:
    try:
        raw = to_raw(value, where, policy)
    except SignalError:
        return
    exact = (Fraction(str(value)) - Fraction(str(where.offset))) / Fraction(str(where.scale))
    distance = abs(exact - raw)
    assert distance <= (
        Fraction(1, 2) if policy == "nearest" else max(Fraction(1, 10**6), abs(exact) / (1 << 51))
    )


@given(st.integers(1, 64), st.booleans(), st.data())
def test_what_is_placed_is_picked_again(length: int, signed: bool, data: st.DataObject) -> None:
    where = slot(length, signed=signed)
    raw = data.draw(st.integers(*where.raw_bounds))
    assert pick(where, place(where, raw)) == raw


@pytest.mark.parametrize(
    ("where", "raw", "said"),
    [
        (slot(), 5, 5),
        (slot(offset=1), 5, 6),
        (slot(scale=2), 5, 10),
        (slot(64), (1 << 63) + 1, (1 << 63) + 1),  # too long for a double
        (slot(64, scale=1.0, offset=0.0), (1 << 63) + 1, (1 << 63) + 1),
        (HALVES, 255, "SNA"),
    ],
)
def test_a_raw_number_means_its_name_or_the_number_scaled(where: Slot, raw: int, said: Physical) -> None:
    assert physical(where, raw) == said


@pytest.mark.parametrize("length", [38, 39, 40, 41, 42, 99])
def test_what_is_refused_is_shown_in_forty_letters(length: int) -> None:
    with pytest.raises(SignalError) as caught:
        to_raw("x" * (length - 2), slot())  # and two quotes
    shown = str(caught.value).removeprefix("M.S: ").partition(" is not")[0]
    assert len(shown) == min(length, 40)
    assert shown.endswith("...") is (length > 40)


def test_a_number_that_python_does_not_write_is_refused_like_any_other() -> None:
    with pytest.raises(SignalError, match=r"M\.S: int too long to show is out of range; give 10 to 40"):
        to_raw(10**5000, HALVES)
