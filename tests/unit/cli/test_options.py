"""What may stand on the command line, and what is said of what may not."""

from pathlib import Path

import pytest

from intent_bridge.cli.exits import UsageProblem
from intent_bridge.cli.options import read_buses, read_call, read_state, read_who
from intent_bridge.types import Channel, Provenance, SeatZone, Speaker


def test_a_bus_is_an_interface_and_a_channel_with_options() -> None:
    assert read_buses(["body=socketcan:can0", "adas=slcan:/dev/ttyACM0,bitrate=500000,fd=true"]) == {
        "body": {"interface": "socketcan", "channel": "can0"},
        "adas": {"interface": "slcan", "channel": "/dev/ttyACM0", "bitrate": 500000, "fd": True},
    }


def test_an_ipv6_channel_keeps_its_colons() -> None:
    assert read_buses(["body=udp_multicast:ff15::1,port=4711"])["body"]["channel"] == "ff15::1"


@pytest.mark.parametrize("text", ["can0", "body=can0", "=socketcan:can0", "body=socketcan:can0,bitrate"])
def test_what_is_no_bus_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        read_buses([text])
    assert "NAME=INTERFACE:CHANNEL" in refused.value.hint


def test_state_values_are_json_or_words() -> None:
    given = ["Vehicle.Speed=100", "A.B=null", "C.D=true", "E.F=OCCUPIED", "G=1.5"]
    assert read_state(given) == {"Vehicle.Speed": 100, "A.B": None, "C.D": True, "E.F": "OCCUPIED", "G": 1.5}
    with pytest.raises(UsageProblem):
        read_state(["Vehicle.Speed"])


def test_a_seat_alone_is_its_occupant_by_voice() -> None:
    assert read_who("rear_left") == Provenance(Speaker.REAR_LEFT, SeatZone.REAR_LEFT, Channel.VOICE)
    assert read_who("app") == Provenance(Speaker.APP, SeatZone.UNKNOWN, Channel.VOICE)
    assert read_who(None) is None


def test_a_speaker_may_be_given_in_full() -> None:
    given = read_who("speaker=driver,zone=driver,channel=touch,untrusted_text=true")
    assert given == Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.TOUCH, True)
    assert read_who("speaker=driver") == Provenance(Speaker.DRIVER)


@pytest.mark.parametrize(
    "text", ["nobody", "speaker=god", "seat=driver", "speaker=driver,untrusted_text=maybe"]
)
def test_an_unknown_speaker_is_refused_with_the_words_there_are(text: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        read_who(text)
    assert "rear_right" in refused.value.hint


def test_a_call_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "call.json").write_text('{"name": "x"}', encoding="utf-8")
    assert read_call(f"@{tmp_path / 'call.json'}") == '{"name": "x"}'
    assert read_call('{"name": "y"}') == '{"name": "y"}'
    with pytest.raises(UsageProblem):
        read_call(f"@{tmp_path / 'nothing.json'}")
