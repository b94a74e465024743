"""The line protocol: one answer per line whatever the line holds, and only what the schema says."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from intent_bridge.bridge import Bridge, SimulatedBridge
from intent_bridge.cli.protocol import schema
from intent_bridge.cli.run import EVENTS_KEPT, MAX_LINE_BYTES, Session, bounded_lines, serve
from intent_bridge.types import Outcome, Status

SCHEMA = Path("docs/run-protocol.schema.json")
ANSWER = Draft202012Validator({**schema(), "$ref": "#/$defs/Answer"})
WARM = {"name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": 22.5}}
BLIND_SPOT_OFF = {"name": "set_blind_spot_warning", "arguments": {"on": False}}
SEAT_BACK = {"name": "set_seat_position", "arguments": {"zone": "driver", "millimetres": 220}}


@pytest.fixture(scope="module")
def car() -> Iterator[SimulatedBridge]:
    with Bridge.simulated("demo_sedan") as car:
        yield car


@pytest.fixture
def session(car: SimulatedBridge) -> Session:
    car.set_state({"Vehicle.Speed": 0, "Vehicle.Powertrain.Transmission.SelectedGear": 126})
    return Session(car)


def ask(session: Session, line: object) -> Any:
    """One line's answer as a host would read it, held to the schema."""
    out: list[str] = []
    serve(session, [line if isinstance(line, bytes) else json.dumps(line).encode()], out.append)
    assert len(out) == 1 and out[0].endswith("\n") and out[0].count("\n") == 1
    answer = json.loads(out[0])
    ANSWER.validate(answer)
    return answer


def test_the_published_schema_is_the_one_made_from_the_models() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == schema()


def test_a_call_is_answered_with_all_that_became_of_it(session: Session) -> None:
    answer = ask(session, {"call": {"id": "warm-1", **WARM}})
    path = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
    assert (answer["call_id"], answer["intent"], answer["status"]) == (
        "warm-1",
        "set_cabin_temperature",
        "done",
    )
    assert answer["verdict"] == {"decision": "allow", "rules": [], "unlock": []}
    assert answer["actions"] == [{"path": path, "requested": 22.5, "emitted": 22.5, "confirmed": 22.5}]
    assert answer["frames"][0]["bus"] == "comfort" and answer["frames"][0]["signals"]["TempFLReq"] == 22.5
    assert answer["confirmation"] is None and answer["say"].keys() >= {"en", "zh"}
    assert answer["timing_us"].keys() == {"parse", "resolve", "judge", "encode", "bus", "ack"}


def test_only_the_host_sees_a_confirmation_token(session: Session) -> None:
    answer = ask(session, {"call": BLIND_SPOT_OFF})
    token = answer["confirmation"]["token"]
    assert token not in answer["tool_result"] and token not in json.dumps(answer["say"])
    assert answer["confirmation"]["text"].startswith("Shall I turn the blind spot warning off?")
    driver = {"speaker": "driver", "zone": "driver", "channel": "touch"}
    assert ask(session, {"confirm": token, "accept": False, "from": driver})["status"] == "no_action"
    assert ask(session, {"confirm": token, "accept": True, "from": driver})["code"] == "confirmation_unknown"


def test_a_motion_answers_at_once_and_its_end_is_an_event(session: Session) -> None:
    assert ask(session, {"call": {"id": "seat-1", **SEAT_BACK}})["status"] == "sent"
    assert ask(session, {"call": {"id": "warm-2", **WARM}})["call_id"] == "warm-2"
    answer = ask(session, {"state": {"Vehicle.Speed": 50}})
    assert answer["ok"] is True
    events = answer["events"] or ask(session, {"advance_ms": 200})["events"]
    assert [(event["call_id"], event["status"]) for event in events] == [("seat-1", "stopped")]


def test_time_passes_by_what_was_asked(session: Session) -> None:
    before = ask(session, {"advance_ms": 0})["now_ms"]
    assert ask(session, {"advance_ms": 500})["now_ms"] == before + 500


def test_an_empty_state_reads(session: Session) -> None:
    assert ask(session, {"state": {}})["state"]["Vehicle.Powertrain.Transmission.SelectedGear"] == 126
    assert "state" not in ask(session, {"advance_ms": 1})


def test_undo_puts_back(session: Session) -> None:
    ask(session, {"call": {"name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": 20}}})
    ask(session, {"call": {"name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": 25}}})
    assert ask(session, {"undo": True})["actions"][0]["confirmed"] == 20


def test_without_from_the_simulated_driver_speaks_and_with_it_the_named_one(session: Session) -> None:
    assert ask(session, {"call": WARM})["status"] in ("done", "no_effect")
    other = ask(session, {"call": WARM, "from": {"speaker": "passenger", "zone": "passenger"}})
    assert [rule["id"] for rule in other["verdict"]["rules"]] == ["who.driver_zone"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"call": {"name": "set_cabin_temperature", "arguments": {"celsius": NaN}}}', "not_finite"),
        (b'{"call": {"id": "d", "name": "x", "arguments": {"a": 1, "a": 2}}}', "duplicate_key"),
        (b'{"call": {"name": "x", "arguments": {"a": "\\ud800"}}}', "lone_surrogate"),
        (b'{"call": {"name": "x", "arguments": {"a": "\\u200b"}}}', "control_character"),
        (b'{"call": {"name": "x", "arguments": {"a": ' + b"9" * 400 + b"}}}", "number_too_long"),
        (b'{"call": null}', None),
        (b'{"call": 5}', None),
        (b'{"call": "no json"}', None),
        (b'{"call": {"name": "sing", "arguments": {}}}', "unknown_tool"),
    ],
)
def test_a_hostile_call_is_an_invalid_outcome_for_the_model(
    session: Session, line: bytes, code: str | None
) -> None:
    answer = ask(session, line)
    assert answer["status"] == "invalid" and answer["frames"] == []
    assert code is None or answer["code"] == code
    told = json.loads(answer["tool_result"])
    assert told["status"] == "invalid" and told["say"] and told["message"]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"not json",
        b"[]",
        b"{}",
        b'"call"',
        b'{"calls": []}',
        b'{"call": {}, "undo": true}',
        b'{"undo": false}',
        b'{"confirm": "t"}',
        b'{"confirm": 5, "accept": true}',
        b'{"confirm": "t", "accept": 1}',
        b'{"advance_ms": -1}',
        b'{"advance_ms": true}',
        b'{"advance_ms": 1e9}',
        b'{"advance_ms": 0.5}',
        b'{"state": {"Vehicle.Sped": 1}}',
        b'{"state": {"Vehicle.Speed": "fast"}}',
        b'{"state": {"Vehicle.Speed": [1]}}',
        b'{"state": 5}',
        b'{"call": {}, "from": {"speaker": "boss"}}',
        b'{"call": {}, "from": {"speaker": "driver", "rank": 1}}',
        b'{"call": {}, "from": {"untrusted_text": 0}}',
        b"\xff\xfe",
        b'{"call": ' * 5000,
        b'{"state": {"Vehicle.Speed": NaN}}',
        b'{"advance_ms": 0, "x": "' + b"y" * MAX_LINE_BYTES + b'"}',
    ],
)
def test_a_line_that_is_no_request_gets_an_error_and_the_process_goes_on(
    session: Session, line: bytes
) -> None:
    answer = ask(session, line)
    assert answer["ok"] is False and answer["error"]["code"] and answer["error"]["message"]
    assert ask(session, {"advance_ms": 0})["ok"] is True


@settings(max_examples=200)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_get_exactly_one_answer(car: SimulatedBridge, line: bytes) -> None:
    assert ask(Session(car), line.replace(b"\n", b" "))


def test_an_overlong_line_is_one_line_and_is_not_kept_whole() -> None:
    stream = io.BytesIO(b"x" * (3 * MAX_LINE_BYTES) + b"\n{}\n")
    lines = list(bounded_lines(stream))
    assert len(lines) == 2 and len(lines[0]) <= MAX_LINE_BYTES + 2 and lines[1] == b"{}\n"


def test_a_real_vehicle_refuses_to_be_set(car: SimulatedBridge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intent_bridge.cli.run.SimulatedBridge", type("Another", (), {}))
    session = Session(car)
    assert ask(session, {"state": {"Vehicle.Speed": 1}})["error"]["code"] == "not_simulated"
    assert ask(session, {"state": {}})["ok"] is True


def test_a_call_is_undone_by_its_id_and_what_can_be_undone_is_listed(session: Session) -> None:
    ask(session, {"call": {"id": "undo-me", **WARM, "arguments": {"zone": "driver", "celsius": 25}}})
    listed = ask(session, {"can_undo": True})["can_undo"]
    assert (listed[0]["data"]["call_id"], listed[0]["code"]) == ("undo-me", "can_undo")
    assert ask(session, {"undo": "undo-me"})["status"] == "done"
    assert "can_undo" not in ask(session, {"advance_ms": 0})


def test_later_outcomes_that_a_host_does_not_fetch_are_kept_up_to_a_bound(
    car: SimulatedBridge, session: Session
) -> None:
    for number in range(EVENTS_KEPT + 2):
        car._tell("outcome", Outcome(f"later{number}", "set_window", Status.DONE))
    told = ask(session, {"advance_ms": 0})["events"]
    assert (len(told), told[0]["call_id"]) == (EVENTS_KEPT, "later2")
    assert ask(session, {"call": {"id": "after", **WARM}})["status"] in ("done", "no_effect")
