"""When a command is sent: the profile's word, else what the DBC's GenMsg attributes say."""

from collections.abc import Mapping

import pytest

from intent_bridge.dbc import load_dbc
from intent_bridge.profile.model import Message
from intent_bridge.profile.timing import Timing, read_timing

TYPES = (
    "cyclic",
    "spontaneous",
    "cyclicIfActive",
    "OnChangeWithRepetition",
    "noMsgSendType",
    "cyclicIfActiveFast",
)
HEAD = f"""VERSION ""
NS_ :
BS_:
BU_: A
BO_ 1 CMD: 1 A
 SG_ S : 0|8@1+ (1,0) [0|255] "" A
BA_DEF_ BO_ "GenMsgSendType" ENUM {",".join(f'"{kind}"' for kind in TYPES)};
BA_DEF_ BO_ "GenMsgCycleTime" INT 0 65535;
BA_DEF_ BO_ "GenMsgCycleTimeFast" INT 0 65535;
BA_DEF_ BO_ "GenMsgNrOfRepetition" INT 0 100;
BA_DEF_ BO_ "GenMsgDelayTime" INT 0 1000;
BA_DEF_DEF_ "GenMsgSendType" "noMsgSendType";
BA_DEF_DEF_ "GenMsgCycleTime" 0;
BA_DEF_DEF_ "GenMsgCycleTimeFast" 0;
BA_DEF_DEF_ "GenMsgNrOfRepetition" 0;
BA_DEF_DEF_ "GenMsgDelayTime" 0;
"""


def timing(attributes: Mapping[str, object], head: str = HEAD, **spec: int) -> Timing:
    lines = [f'BA_ "{name}" BO_ 1 {value};\n' for name, value in attributes.items()]
    database = load_dbc(head + "".join(lines)).database
    return read_timing(Message(bus="b", **spec), database.messages[0], database)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("cyclic", Timing(100)),
        ("cyclicIfActive", Timing(100)),
        ("cyclicIfActiveFast", Timing(20)),
        ("spontaneous", Timing()),
        ("noMsgSendType", Timing()),
        ("OnChangeWithRepetition", Timing(20, 3)),
    ],
)
def test_the_send_type_says_how(kind: str, expected: Timing) -> None:
    given = {"GenMsgCycleTime": 100, "GenMsgCycleTimeFast": 20, "GenMsgNrOfRepetition": 3}
    assert timing({"GenMsgSendType": TYPES.index(kind), **given}) == expected


def test_without_a_fast_cycle_repetitions_take_the_cycle() -> None:
    given = {"GenMsgSendType": 3, "GenMsgCycleTime": 100, "GenMsgNrOfRepetition": 2}
    assert timing(given) == Timing(100, 2)


def test_the_delay_time_is_the_minimum_distance_also_as_the_files_default() -> None:
    assert timing({"GenMsgDelayTime": 30}) == Timing(min_distance_ms=30)
    assert timing({}, HEAD.replace('"GenMsgDelayTime" 0', '"GenMsgDelayTime" 25')) == Timing(
        min_distance_ms=25
    )


def test_the_profile_has_the_last_word() -> None:
    given = {"GenMsgSendType": 3, "GenMsgCycleTime": 100, "GenMsgNrOfRepetition": 2, "GenMsgDelayTime": 30}
    assert timing(given, cycle_ms=50, repetitions=5, min_distance_ms=0) == Timing(50, 5, 0)


def test_repetitions_need_a_cycle() -> None:
    assert timing({"GenMsgSendType": 3, "GenMsgNrOfRepetition": 2}) == Timing()
