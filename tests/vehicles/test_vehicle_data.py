"""What every shipped vehicle's files must hold beyond loading: the habits of a good network description."""

from collections.abc import Iterable, Mapping

import pytest
from cantools.database.can import Message

from intent_bridge.intents import INTENTS, Catalogue, NotEquipped, places
from intent_bridge.profile import Profile, load_profile, shipped_vehicles
from intent_bridge.profile.model import Actuator
from intent_bridge.types import ToolCall, Value

LATCHED_CONFIRMS_IN_CYCLES = 3
"""A confirmation that must come within fewer status cycles would fail on one lost frame."""
STATUS_CYCLE_MAX_MS = 100


@pytest.fixture(params=shipped_vehicles(), scope="module")
def profile(request: pytest.FixtureRequest) -> Profile:
    return load_profile(str(request.param))


def _pages(message: Message) -> set[int | None]:
    return {i for s in message.signals for i in s.multiplexer_ids or ()} or {None}


def _start(message: Message, page: int | None) -> dict[str, int | None]:
    """Raw start values of all signals of one page."""
    here = [s for s in message.signals if not s.multiplexer_ids or page in s.multiplexer_ids]
    return {s.name: page if s.is_multiplexer else s.raw_initial for s in here}  # type: ignore[misc]


def _through_cantools(message: Message, raw: Mapping[str, int | None]) -> object:
    data = message.encode(raw, scaling=False, strict=False)  # type: ignore[arg-type]
    return message.decode(data, decode_choices=False, scaling=False)


def _values(spec: Actuator) -> Iterable[Value]:
    if spec.type == "number":
        return range(spec.low, spec.high + 1)
    return spec.values or (False, True)


def test_every_dbc_names_its_messages_and_nodes(profile: Profile) -> None:
    for database in profile.databases.values():
        for message in database.messages:
            assert message.comment, f"{message.name} has no comment"
            assert message.send_type not in (None, "none"), f"{message.name} has no GenMsgSendType"
        assert all(node.comment for node in database.nodes)


def test_every_page_of_every_message_encodes_its_start_values(profile: Profile) -> None:
    for info in profile.messages.values():
        for page in _pages(info.dbc):
            start = _start(info.dbc, page)
            assert None not in start.values(), f"{info.name} has signals without GenSigStartValue"
            assert _through_cantools(info.dbc, start) == start


def test_every_value_of_every_path_survives_the_wire_through_cantools(profile: Profile) -> None:
    for path, actuator in profile.actuators.items():
        for binding in (actuator.command, actuator.status):
            message = profile.messages[binding.message].dbc
            start = _start(message, binding.mux)
            for value in _values(actuator.spec):
                got = _through_cantools(message, start | {binding.signal: binding.to_raw(value)})
                assert isinstance(got, dict)
                assert binding.from_raw(got[binding.signal]) == value, path


def test_every_protected_command_is_answered_by_a_protected_status(profile: Profile) -> None:
    for actuator in profile.actuators.values():
        command = profile.messages[actuator.command.message].spec
        status = profile.messages[actuator.status.message].spec
        if command.e2e is None:
            continue
        assert status.e2e is not None
        assert command.response is not None
        assert command.response.result.split(".")[0] == actuator.status.message


def test_every_motion_is_protected_stoppable_and_ends_in_a_neutral_frame(profile: Profile) -> None:
    for path, actuator in profile.actuators.items():
        if actuator.spec.motion is None:
            continue
        message = profile.messages[actuator.command.message].spec
        assert message.e2e is not None, path
        assert message.cycle_ms is not None, f"{path}: an ECU cannot tell that a motion is still wanted"
        assert message.neutral_repeats > 0, path
        assert actuator.spec.neutral is not None, path
        assert actuator.spec.lifetime_ms >= actuator.spec.confirm_within_ms, path


def test_statuses_come_fast_enough_to_confirm_and_on_change(profile: Profile) -> None:
    for path, actuator in profile.actuators.items():
        status = profile.messages[actuator.status.message].dbc
        assert status.cycle_time is not None and status.cycle_time <= STATUS_CYCLE_MAX_MS, status.name
        assert status.send_type == "cyclicAndOnChange", status.name
        assert actuator.spec.confirm_within_ms >= LATCHED_CONFIRMS_IN_CYCLES * status.cycle_time, path


def test_a_sample_goes_stale_after_three_to_six_cycles(profile: Profile) -> None:
    for path, sensor in profile.sensors.items():
        cycle = profile.messages[sensor.binding.message].dbc.cycle_time
        assert cycle is not None, path
        assert 3 * cycle <= sensor.max_age_ms <= 6 * cycle, path


def test_every_scene_is_made_of_calls_this_vehicle_takes(profile: Profile) -> None:
    catalogue = Catalogue(profile)
    for name, scene in profile.file.scenes.items():
        for step in scene.steps:
            parsed = catalogue.parse(ToolCall(name, step.call, step.arguments))
            assert not isinstance(parsed, NotEquipped), f"{name}: {step.call}"


def test_every_actuator_can_be_reached_by_a_tool(profile: Profile) -> None:
    seats = places("all", profile.file.driver_side)
    targets = [target.path for kind in INTENTS for target in kind.targets]
    reached = {place.path(path) for path in targets for place in seats}
    own = {path for path, actuator in profile.actuators.items() if actuator.spec.tool}
    assert profile.actuators.keys() <= reached | own
