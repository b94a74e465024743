"""A compiled message: the same bytes and values as cantools, and strict about everything else."""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import cantools
import pytest
from cantools.database.can import Message

from intent_bridge.codec.plan import KNOWN_MAX, Plan
from intent_bridge.errors import SignalError

HEAD = 'VERSION ""\nNS_ :\nBS_:\nBU_: A\n'


def message(*signals: str, length: int = 8, tail: str = "", strict: bool = True) -> Message:
    """The message M of a DBC with these `SG_` lines (without the keyword)."""
    lines = "".join(f" SG_ {s} A\n" for s in signals)
    database = cantools.database.load_string(
        f"{HEAD}BO_ 1 M: {length} A\n{lines}\n{tail}\n", "dbc", strict=strict
    )
    assert isinstance(database, cantools.database.Database)
    return database.get_message_by_name("M")


LITTLE = (
    'Temp : 0|8@1+ (0.5,-40) [-40|80] "C"',
    'Far : 8|12@1- (1,0) [0|0] ""',
    'Flag : 20|1@1+ (1,0) [0|1] ""',
)
BIG = (
    'Temp : 7|8@0+ (0.5,-40) [-40|80] "C"',
    'Far : 15|12@0- (1,0) [0|0] ""',
    'Flag : 16|1@0+ (1,0) [0|1] ""',
)
MIXED = ('A : 0|12@1+ (1,0) [0|0] ""', 'B : 23|12@0+ (1,0) [0|0] ""', 'C : 39|13@0- (0.1,5) [0|0] ""')
SIMPLE = (
    'Mode M : 0|4@1+ (1,0) [0|0] ""',
    'Common : 4|4@1+ (1,0) [0|0] ""',
    'Left m0 : 8|16@1+ (0.1,0) [0|0] ""',
    'Right m1 : 8|8@1- (1,0) [0|0] ""',
    'More m1 : 16|8@1+ (1,0) [0|0] ""',
)
NESTED = (
    'Top M : 0|4@1+ (1,0) [0|0] ""',
    'Inner m1M : 4|4@1+ (1,0) [0|0] ""',
    'Plain m0 : 4|8@1+ (1,0) [0|0] ""',
    'Deep m2 : 8|8@1+ (1,0) [0|0] ""',
    'Wide m3 : 8|16@1+ (1,0) [0|0] ""',
)
NESTED_TAIL = (
    "SG_MUL_VAL_ 1 Inner Top 1-2;\nSG_MUL_VAL_ 1 Plain Top 0-0;\n"
    "SG_MUL_VAL_ 1 Deep Inner 2-2, 7-9;\nSG_MUL_VAL_ 1 Wide Inner 3-3;"
)
SEVERAL = (
    'M1 M : 0|4@1+ (1,0) [0|0] ""',
    'M2 M : 4|4@1+ (1,0) [0|0] ""',
    'A m0 : 8|8@1+ (1,0) [0|0] ""',
    'B m1 : 8|8@1- (1,0) [0|0] ""',
    'C m0 : 16|8@1+ (1,0) [0|0] ""',
    'D m1 : 16|16@1+ (1,0) [0|0] ""',
)
SEVERAL_TAIL = "\n".join(
    f"SG_MUL_VAL_ 1 {s} {m} {i}-{i};"
    for s, m, i in (("A", "M1", 0), ("B", "M1", 1), ("C", "M2", 0), ("D", "M2", 1))
)


@pytest.mark.parametrize(
    ("made", "values"),
    [
        (message(*LITTLE), {"Temp": 21.5, "Far": -2000, "Flag": 1}),
        (message(*BIG), {"Temp": 21.5, "Far": -2000, "Flag": 1}),
        (message(*MIXED), {"A": 0xABC, "B": 0xDEF, "C": -100.0}),
        (message(*MIXED, length=64), {"A": 0xABC, "B": 0xDEF, "C": 200.5}),
        (message(*SIMPLE), {"Mode": 0, "Common": 9, "Left": 6553.5}),
        (message(*SIMPLE), {"Mode": 1, "Common": 9, "Right": -128, "More": 255}),
        (message(*NESTED, tail=NESTED_TAIL), {"Top": 0, "Plain": 200}),
        (message(*NESTED, tail=NESTED_TAIL), {"Top": 2, "Inner": 8, "Deep": 200}),
        (message(*NESTED, tail=NESTED_TAIL), {"Top": 1, "Inner": 3, "Wide": 0x1234}),
        (message(*SEVERAL, tail=SEVERAL_TAIL), {"M1": 0, "M2": 1, "A": 1, "D": 0x1234}),
        (message(*SEVERAL, tail=SEVERAL_TAIL), {"M1": 1, "M2": 0, "B": -1, "C": 3}),
        (message('F : 0|32@1- (1,0) [0|0] ""', tail="SIG_VALTYPE_ 1 F : 1;"), {"F": 1.5}),
        (message('F : 7|64@0- (2,1) [0|0] ""', tail="SIG_VALTYPE_ 1 F : 2;"), {"F": 1.1}),
        (message('Lone : 3|2@0+ (1,0) [0|0] ""', length=1), {"Lone": 2}),
        (message('Long : 0|64@1+ (1,0) [0|0] ""'), {"Long": (1 << 64) - 1}),
        (message('Long : 0|64@1- (2,0) [0|0] ""'), {"Long": -(1 << 64)}),
        (message('Wide : 3|12@1+ (1,1) [0|0] ""'), {"Wide": 1001}),
        (message('Wide : 3|12@1+ (1,-5) [0|0] ""'), {"Wide": 995}),
        (message(length=3), {}),
    ],
)
def test_bytes_and_values_are_those_of_cantools(made: Message, values: Mapping[str, float]) -> None:
    plan = Plan(made)
    data = made.encode(dict(values))
    for _ in range(2):  # first the slow way, then from memory
        assert plan.encode(values) == data
    assert plan.decode(data) == made.decode(data) == values
    image = plan.from_bytes(data)
    raws = plan.unpack(image)
    assert plan.pack(raws) == image
    assert plan.to_bytes(image) == data
    assert {s.name for s in plan.present(image)} == values.keys()
    for name, value in values.items():
        field = plan.field(name)
        assert field.get(image) == value
        assert field.get_raw(image) == raws[name]
        assert field.put(image, value) == field.put_raw(image, raws[name]) == image


def test_value_names_are_read_and_written() -> None:
    tail = 'VAL_ 1 Temp 255 "SNA" 254 "X" 253 "X";\nVAL_ 1 Far 7 "SEVEN";'
    plan = Plan(message(*LITTLE, tail=tail))
    data = plan.encode({"Temp": "SNA", "Far": "SEVEN", "Flag": 0})
    assert plan.decode(data) == {"Temp": "SNA", "Far": "SEVEN", "Flag": 0}
    assert plan.encode({"Temp": 87.5, "Far": 7, "Flag": 0}) == data
    assert plan.decode(plan.encode({"Temp": 87, "Far": 8, "Flag": 0})) == {"Temp": "X", "Far": 8, "Flag": 0}
    assert plan.field("Far").get(plan.from_bytes(data)) == "SEVEN"


def test_a_page_that_only_has_a_name_is_known() -> None:
    tail = 'VAL_ 1 Mode 0 "LEFT" 5 "EMPTY";'
    plan = Plan(message(*SIMPLE, tail=tail))
    assert plan.decode(plan.encode({"Mode": "EMPTY", "Common": 3})) == {"Mode": "EMPTY", "Common": 3}
    assert plan.encode({"Mode": "LEFT", "Common": 0, "Left": 1}) == plan.encode(
        {"Mode": 0, "Common": 0, "Left": 1.0}
    )


GOOD = {"Mode": 1, "Common": 9, "Right": -128, "More": 255}


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"More": None}, "M.More: None is a NoneType; give an int, a float or a value name"),
        ({"More": [1]}, "M.More: [1] is a list; give an int, a float or a value name"),
        ({"More": True}, "M.More: True is a bool; give an int, a float or a value name"),
        ({"Mode": True}, "M.Mode: True is a bool; give an int, a float or a value name"),
        ({"Mode": [1]}, "M.Mode: [1] is a list; give an int, a float or a value name"),
        ({"Mode": 2}, "M.Mode: 2 selects no page; known are 0, 1"),
        ({"Mode": 1.5}, "M.Mode: 1.5 is between two steps of 1; give 1 or 2"),
        ({"Mode": 0}, "M.Left: missing; give every signal of the frame"),
        ({"More": math.nan}, "M.More: nan is not a number; give a finite one"),
        ({"More": 256}, "M.More: raw 256 does not fit into its bits; give 0 to 255"),
        ({"Left": 1}, "M.Left: is not a signal of this frame; leave it out"),
        ({"Other": 1}, "M.Other: is not a signal of this frame; leave it out"),
    ],
)
def test_everything_else_is_one_kind_of_error(change: Mapping[str, Any], reason: str, warm: bool) -> None:
    plan = Plan(message(*SIMPLE))
    if warm:
        plan.encode(GOOD)
        plan.encode(GOOD | {"More": 1})
    with pytest.raises(SignalError) as caught:
        plan.encode(GOOD | dict(change))
    assert str(caught.value) == reason


@pytest.mark.parametrize("missing", list(GOOD))
def test_no_signal_may_be_missing(missing: str) -> None:
    plan = Plan(message(*SIMPLE))
    plan.encode(GOOD)
    with pytest.raises(SignalError, match=rf"M\.{missing}: missing"):
        plan.encode({name: v for name, v in GOOD.items() if name != missing})


def test_booleans_are_refused_though_zero_and_one_are_known() -> None:
    plan = Plan(message(*LITTLE))
    for flag in (0, 1):
        plan.encode({"Temp": 0, "Far": 0, "Flag": flag})
    for name in ("Temp", "Far", "Flag"):
        with pytest.raises(SignalError, match="is a bool"):
            plan.encode({"Temp": 0, "Far": 0, "Flag": 0} | {name: True})
        with pytest.raises(SignalError, match="is a bool"):
            plan.field(name).put(0, True)


@pytest.mark.parametrize("length", [0, 7, 9, 64])
def test_a_frame_of_another_length_is_refused(length: int) -> None:
    for signals in (LITTLE, SIMPLE):
        plan = Plan(message(*signals))
        for read in (plan.decode, plan.from_bytes):
            with pytest.raises(SignalError, match=f"M: {length} bytes; the message has 8"):
                read(bytes(length))


def test_an_unknown_page_is_refused_when_decoding_and_when_unpacking() -> None:
    for made, mux in ((message(*SIMPLE), "Mode"), (message(*SEVERAL, tail=SEVERAL_TAIL), "M1")):
        plan = Plan(made)
        data = bytes([0x0F, *bytes(7)])
        reason = rf"M\.{mux}: 15 selects no page; known are 0, 1"
        with pytest.raises(SignalError, match=reason):
            plan.decode(data)
        with pytest.raises(SignalError, match=reason):
            plan.unpack(plan.from_bytes(data))


@pytest.mark.parametrize(("count", "more"), [(7, ""), (8, ""), (9, ", …"), (10, ", …")])
def test_more_than_eight_pages_are_listed_in_part(count: int, more: str) -> None:
    pages = tuple(f'P{n} m{n} : 8|8@1+ (1,0) [0|0] ""' for n in range(count))
    plan = Plan(message('Mode M : 0|8@1+ (1,0) [0|0] ""', *pages))
    shown = ", ".join(str(n) for n in range(min(count, 8)))
    with pytest.raises(SignalError, match=f"known are {shown}{more}$"):
        plan.decode(b"\x63" + bytes(7))


def test_raw_numbers_are_as_strict_as_values() -> None:
    plan = Plan(message(*SIMPLE))
    changes: list[tuple[dict[str, Any], str]] = [
        ({"More": 256}, "does not fit"), ({"More": 1.0}, "give an int"), ({"More": True}, "give an int"),
        ({"Left": 0}, "leave it out"), ({"Mode": 3}, "selects no page"),
    ]  # fmt: skip
    for change, text in changes:
        with pytest.raises(SignalError, match=text):
            plan.pack({"Mode": 1, "Common": 9, "Right": -128, "More": 255} | change)
    with pytest.raises(SignalError, match="missing"):
        plan.pack({"Mode": 1})
    with pytest.raises(SignalError, match=r"M\.Nothing: no such signal in this message"):
        plan.field("Nothing")


def test_changing_one_signal_leaves_every_other_bit_alone() -> None:
    for signals in (LITTLE, BIG, MIXED):
        plan = Plan(message(*signals))
        ones = (1 << 64) - 1
        for slot in plan.layout.slots.values():
            field = plan.field(slot.name)
            assert field.put_raw(ones, 0) == ones & ~slot.mask
            assert field.put_raw(0, -1 if slot.signed else (1 << slot.length) - 1) == slot.mask
            assert field.put(ones, 1) & slot.mask == field.put(0, 1)


def test_rounding_policy_and_safe_values_reach_the_signals() -> None:
    values = {"Temp": 21.3, "Far": 1, "Flag": 0}
    with pytest.raises(SignalError, match="between two steps"):
        Plan(message(*LITTLE)).encode(values)
    assert (
        Plan(message(*LITTLE), "nearest").decode(Plan(message(*LITTLE), "nearest").encode(values))["Temp"]
        == 21.5
    )
    toward = Plan(message(*LITTLE), "toward", {"Temp": 18})
    assert toward.decode(toward.encode(values))["Temp"] == 21


def test_memory_of_values_is_bounded() -> None:
    plan = Plan(message('Wide : 0|16@1+ (1,0) [0|0] ""', 'Small : 16|8@1+ (1,0) [0|0] ""'))
    for n in range(KNOWN_MAX + 50):
        plan.encode({"Wide": n, "Small": 7 + n * 1e-12})
    assert len(plan.field("Wide").known) == len(plan.field("Small").known) == KNOWN_MAX
    assert plan.encode({"Wide": 65535, "Small": 7 - 1e-12})[:3] == b"\xff\xff\x07"


def test_memory_of_raw_numbers_is_bounded_and_changes_no_bit() -> None:
    wide = Plan(message('Wide : 4|16@1+ (1,0) [0|0] ""')).field("Wide")
    for raw in (*range(KNOWN_MAX + 50), 3, KNOWN_MAX + 49):
        assert wide.put_raw(0xF0000F, raw) == 0xF0000F | raw << 4
    assert len(wide._placed) == KNOWN_MAX


def test_negative_zero_keeps_its_sign_in_a_float_signal() -> None:
    plan = Plan(message('F : 0|32@1- (1,0) [0|0] ""', tail="SIG_VALTYPE_ 1 F : 1;"))
    for _ in range(2):
        assert plan.encode({"F": 0.0})[:4] == bytes(4)
        assert plan.encode({"F": -0.0})[:4] == b"\x00\x00\x00\x80"
    assert plan.field("F").put(0, -0.0) == 0x80000000


@pytest.mark.parametrize(
    ("signals", "values"),
    [
        (LITTLE, {"Temp": 21.5, "Far": -2000, "Flag": 1}),
        (LITTLE[:1], {"Temp": 21.5}),
        (BIG, {"Temp": 21.5, "Far": -2000, "Flag": 1}),
        (SIMPLE, GOOD),
    ],
)
def test_values_that_are_known_and_frames_are_not_gone_through_signal_by_signal(
    signals: tuple[str, ...], values: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Counter[str]()

    def counted(name: str) -> Callable[[Plan, Any], object]:
        truly = getattr(Plan, name)

        def call(plan: Plan, given: Any) -> object:
            slow[name] += 1
            return truly(plan, given)

        return call

    for name in ("encode_slowly", "decode_slowly"):
        monkeypatch.setattr(Plan, name, counted(name))
    plan = Plan(message(*signals))
    data = plan.encode(values)
    slow.clear()
    assert (plan.encode(values), plan.decode(data)) == (data, values)
    assert not slow


@pytest.mark.parametrize("signals", [LITTLE, BIG])
def test_a_bit_of_a_frame_is_a_bit_of_its_image(signals: tuple[str, ...]) -> None:
    plan = Plan(message(*signals))
    for byte in range(8):
        for bit in range(8):
            data = bytearray(8)
            data[byte] = 1 << bit
            assert plan.bit(byte, bit) == plan.from_bytes(bytes(data))


def test_a_raw_number_that_was_placed_does_not_let_its_equals_pass() -> None:
    field = Plan(message(*LITTLE)).field("Flag")
    assert field.put_raw(0, 1) == field.put_raw(0, 1) == 1 << 20
    for equal in (True, 1.0, [1]):
        with pytest.raises(SignalError, match="give an int"):
            field.put_raw(0, equal)  # type: ignore[arg-type]


def test_whole_factors_written_with_a_point_keep_large_numbers_exact() -> None:
    plan = Plan(message('Long : 0|64@1+ (1.0,0.0) [0|0] ""'))
    odd = (1 << 63) + 1
    decoded = plan.decode(plan.encode({"Long": odd}))["Long"]
    assert decoded == odd and type(decoded) is int
