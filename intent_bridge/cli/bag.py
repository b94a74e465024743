"""Reads a rosbag2 recording and feeds it through the engine. Needs the extra `rosbags`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from intent_bridge.cli.check_log import Seen, show_drive
from intent_bridge.cli.exits import Exit, UsageProblem
from intent_bridge.cli.options import read_call, read_who
from intent_bridge.codec import Reading, Receiver
from intent_bridge.engine import Engine
from intent_bridge.errors import ToolCallError
from intent_bridge.guard import Guard, load_packs
from intent_bridge.llm import read_answer
from intent_bridge.profile import Profile, load_profile, measured
from intent_bridge.types import Outcome, Provenance, Quality, RawFrame, Sample, ToolCall

INSTALL: Final = "pip install 'intent-bridge[rosbags]'"
_HEARD: Final = {"from_can_bus": False, "from_can_bus_fd": True}
"""Last part of a topic's name, and whether its frames are CAN FD."""
_STATE: Final = "path_state"
_NONE, _NUMBER, _BOOLEAN, _TEXT = range(4)
"""`PathValue.KIND_*`."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One message of a bag: the frames or the samples in it, at the milliseconds of its recording."""

    at_ms: int
    frame: RawFrame | None
    samples: dict[str, Sample]


def replay_bag(
    bag: Path,
    vehicle: str,
    calls: Sequence[str],
    who: str | None,
    *,
    namespace: str | None,
    every_ms: int,
    as_json: bool,
) -> int:
    """Print what a bag says of every path, and of each call when its verdict changed."""
    profile, speaker = load_profile(vehicle), read_who(who) or Provenance()
    asked = [_parsed(text) for text in calls]
    engine = Engine(profile, Guard(profile, load_packs(profile)), secret=bytes(32), silent=True)
    drive = _Drive(profile, engine, asked, speaker, every_ms)
    for heard in read_bag(profile, bag, namespace):
        drive.take(heard)
    if not asked:
        return show_drive(drive.seen, drive.frames, drive.foreign, as_json=as_json)
    if as_json:
        print(json.dumps({"frames": drive.frames, "states": drive.states, "verdicts": drive.changes}))
        return Exit.OK
    for change in drive.changes:
        rules = ", ".join(change["rules"]) or change["code"]
        print(f"{change['at_ms'] / 1000:9.3f} s  {change['decision']:<8} {change['tool']}  {rules}")
    print(f"{drive.frames} frames, {drive.states} typed states, {len(drive.changes)} changes of verdict")
    return Exit.OK


class _Drive:
    """The engine on the time of a bag."""

    def __init__(
        self, profile: Profile, engine: Engine, calls: Sequence[ToolCall], who: Provenance, every_ms: int
    ) -> None:
        self._engine, self._calls, self._who, self._every_ms = engine, calls, who, every_ms
        self._receiver = Receiver(profile)
        self.seen = {path: Seen(path, info.max_age_ms) for path, info in profile.sensors.items()}
        self.frames = self.states = self.foreign = 0
        self.changes: list[dict[str, Any]] = []
        self._said: dict[int, tuple[Any, ...]] = {}
        self._start_ms: int | None = None
        self._next_ms = 0

    def take(self, heard: Heard) -> None:
        """The next message; calls are judged at the moments that have passed since the one before."""
        if self._start_ms is None:
            self._start_ms = self._next_ms = heard.at_ms
        while self._next_ms < heard.at_ms:
            self._judge(self._next_ms)
            self._next_ms += self._every_ms
        if heard.frame is not None:
            self.frames += 1
            reading = self._receiver.read(heard.frame, heard.at_ms)
            self._engine.receive(heard.frame, heard.at_ms)
        else:
            self.states += 1
            reading = Reading("", heard.samples, None, None)
            self._engine.take(reading, heard.at_ms)
        if reading is None:
            self.foreign += 1
            return
        for path, sample in reading.samples.items():
            self.seen[path].take(sample.quality, heard.at_ms)

    def _judge(self, at_ms: int) -> None:
        assert self._start_ms is not None
        for number, call in enumerate(self._calls):
            outcome = self._engine.explain(call, self._who, at_ms)
            said = _said(outcome)
            if self._said.get(number) == said:
                continue
            self._said[number] = said
            decision, rules, code = said
            shown = {"decision": decision, "tool": call.name, "rules": list(rules), "code": code}
            self.changes.append({"at_ms": at_ms - self._start_ms, **shown})


def _said(outcome: Outcome) -> tuple[str, tuple[str, ...], str]:
    verdict = outcome.verdict
    if verdict is None:
        return outcome.status.value, (), outcome.code
    return verdict.decision.word, tuple(dict.fromkeys(hit.id for hit in verdict.hits)), ""


def _parsed(text: str) -> ToolCall:
    try:
        return read_answer(read_call(text))
    except ToolCallError as error:
        raise UsageProblem(f"this is no tool call: {error}", "give one as JSON") from error


# --- the bag ----------------------------------------------------------------------------------------


def read_bag(profile: Profile, bag: Path, namespace: str | None = None) -> Iterator[Heard]:
    """What a vehicle said in a bag, in the order of its recording; UsageProblem for a bag that is none."""
    try:
        from rosbags.highlevel import AnyReader, AnyReaderError
        from rosbags.typesys import Stores, get_typestore
    except ImportError as error:
        raise UsageProblem("reading a bag needs the package rosbags", INSTALL) from error
    try:
        with AnyReader([bag], default_typestore=get_typestore(Stores.ROS2_KILTED)) as reader:
            topics = _topics(profile, {one.topic for one in reader.connections}, namespace)
            wanted = [one for one in reader.connections if one.topic in topics]
            for connection, at_ns, raw in reader.messages(wanted):
                message: Any = reader.deserialize(raw, connection.msgtype)
                heard = _heard(profile, topics[connection.topic], message, at_ns // 1_000_000)
                if heard is not None:
                    yield heard
    except (AnyReaderError, OSError, KeyError) as error:
        raise UsageProblem(f"`{bag}` cannot be read as a bag: {error}", "give a folder of rosbag2") from error


def _topics(profile: Profile, names: set[str], namespace: str | None) -> dict[str, str]:
    """The topics that concern this vehicle: topic to bus, or to `path_state`."""
    found: dict[str, str] = {}
    spaces: set[str] = set()
    for name in names:
        parts = name.split("/")
        if len(parts) < 3:
            continue
        place, last = parts[-2], parts[-1]
        if last == _STATE or (last in _HEARD and place in profile.file.buses):
            space = "/".join(parts[:-2])
            if namespace is None or space == namespace.rstrip("/"):
                spaces.add(space)
                found[name] = _STATE if last == _STATE else place
    if len(spaces) > 1:
        several = ", ".join(sorted(space or "/" for space in spaces))
        raise UsageProblem(f"the bag has several vehicles: {several}", "choose one with --namespace")
    if not found:
        buses = " or ".join(f"{bus}/from_can_bus" for bus in profile.file.buses)
        raise UsageProblem("the bag has no topic of this vehicle", f"record {buses}, or path_state")
    return found


def _heard(profile: Profile, place: str, message: Any, at_ms: int) -> Heard | None:
    if place != _STATE:
        if message.is_error or getattr(message, "is_rtr", False):
            return None
        fd = hasattr(message, "len")
        length = message.len if fd else message.dlc
        data = bytes(bytearray(message.data))[:length]
        return Heard(at_ms, RawFrame(place, message.id, message.is_extended, fd, data), {})
    samples = {}
    for value in message.values:
        info = profile.sensors.get(value.path)
        if info is not None:
            given = {_NUMBER: value.number, _BOOLEAN: value.boolean, _TEXT: value.text}.get(value.kind)
            try:
                exact = None if given is None else measured(info.quantity, given)
                quality = Quality.NOT_AVAILABLE if exact is None else Quality.OK
            except ValueError:
                exact, quality = None, Quality.OUT_OF_RANGE
            samples[value.path] = Sample(exact, at_ms, quality)
    return Heard(at_ms, None, samples)
