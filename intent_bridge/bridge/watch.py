"""Ties what the buses report to what the engine may do: what is cut off, when to be silent or begin anew.

After a fault of a bus nothing old leaves: commands under way are over (`not_delivered`), and new ones wait
until every path of that bus was read again and the counters agree with the ECUs.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from intent_bridge.bridge.health import HOST, Condition, Health
from intent_bridge.engine import Effect, Engine
from intent_bridge.profile import MessageInfo, Profile
from intent_bridge.transports import LinkChange
from intent_bridge.transports.condition import DEAD
from intent_bridge.types import Quality, RawFrame, Status

QUIET_MS: Final = 10_000
"""So long nobody else may have sent a command of ours before we send again."""
_UNSOUND: Final = frozenset({Quality.E2E_ERROR, Quality.FROZEN})

_Key = tuple[str, int, bool]


@dataclass(slots=True)
class _Recovery:
    """A bus that came back: the paths to hear again, since when, and until when to wait for them."""

    since_ms: int
    until_ms: int
    paths: frozenset[str]
    sent: set[str] = field(default_factory=set)
    """Commands (stops) that left meanwhile: what an ECU says of their counter may be from before."""


@dataclass(frozen=True, slots=True)
class _Echo:
    """Where a status says which counter of a command its ECU took last."""

    status: MessageInfo
    signal: str
    command: str


class Watch:
    """Watches the buses of one engine. Holds state, does no I/O; time is an argument."""

    def __init__(self, profile: Profile, engine: Engine, *, heartbeat_ms: int | None, now_ms: int) -> None:
        """With `heartbeat_ms` the host must call `heartbeat` at least that often, or egress is silent."""
        self.health = Health(tuple(profile.file.buses))
        self._profile, self._engine = profile, engine
        names = {a.command.message for a in profile.actuators.values()}
        self._commands: dict[_Key, str] = {_key(profile.messages[name]): name for name in names}
        self._echoes = _echoes(profile)
        self._recoveries: dict[str, _Recovery] = {}
        self._foreign_ms: dict[str, int] = {}
        self._sent: set[str] = set()
        self._unread: list[LinkChange] = []
        self._heartbeat_ms, self._beat_ms, self._beats = heartbeat_ms, now_ms, True

    # --- in: frames and conditions --------------------------------------------------------------

    def receive(self, raw: RawFrame, heard_ms: int) -> list[Effect]:
        """Take one received frame, and what the engine makes of it."""
        self.health.heard(raw.bus, heard_ms)
        name = self._commands.get((raw.bus, raw.can_id, raw.extended))
        if name is not None:
            return self._second_sender(raw, name, heard_ms)
        effects = self._engine.receive(raw, heard_ms)
        if raw.bus in self._recoveries:
            self._reread(raw)
        return effects

    def take(self, changes: Iterable[LinkChange], now_ms: int) -> list[Effect]:
        """Take what the transport says of its buses."""
        effects: list[Effect] = []
        unread, self._unread = [*self._unread, *changes], []
        for bus, condition, detail in unread:
            back = self.health.link(bus, condition, detail)
            if condition in DEAD:
                self._recoveries.pop(bus, None)
                self.health.recovering(bus, False)
                effects += self._end(condition.value, now_ms, bus=bus)
            elif back:
                self._begin_anew(bus, now_ms)
        return effects

    def sent(self, message: str) -> None:
        """A command frame was handed to its bus."""
        self._sent.add(message)
        recovery = self._recoveries.get(self._profile.messages[message].bus)
        if recovery is not None:
            recovery.sent.add(message)

    def refused(self, bus: str, detail: str, changes: Iterable[LinkChange]) -> str:
        """A bus did not take a frame: the code for the outcome. `changes` are those that came with it."""
        self._unread += changes
        said = [c.condition for c in self._unread if c.bus == bus and c.condition in DEAD]
        return (said[-1] if said else self.health.refused(bus, detail)).value

    def heartbeat(self, now_ms: int) -> None:
        """The host program is alive."""
        self._beat_ms = now_ms
        if not self._beats:
            self._beats = True
            self.health.name(HOST, Condition.OK)
            self.enable()

    def check(self, now_ms: int) -> list[Effect]:
        """Do what time alone makes due."""
        for bus, recovery in list(self._recoveries.items()):
            if now_ms >= recovery.until_ms:
                self._ready(bus)
        for bus, foreign_ms in list(self._foreign_ms.items()):
            if now_ms - foreign_ms > QUIET_MS:
                del self._foreign_ms[bus]
                self.health.second_sender(bus, "")
                self._begin_anew(bus, now_ms)
                self.enable()
        if self._beats and self._heartbeat_ms is not None and now_ms - self._beat_ms > self._heartbeat_ms:
            self._beats = False
            self._engine.gate.silence()
            self.health.name(HOST, Condition.HEARTBEAT_LOST, f"no heartbeat for {self._heartbeat_ms} ms")
            return self._end(Condition.HEARTBEAT_LOST.value, now_ms)
        return []

    # --- silence --------------------------------------------------------------------------------

    def _second_sender(self, raw: RawFrame, name: str, now_ms: int) -> list[Effect]:
        """One of our commands, and not from us: the real ECU is alive, or somebody plays it. Be silent."""
        known = raw.bus in self._foreign_ms
        self._foreign_ms[raw.bus] = now_ms
        if known:
            return []
        self._engine.gate.silence()
        self.health.second_sender(raw.bus, f"{name} ({raw.can_id:#x}) was sent by somebody else")
        return self._end(Condition.SECOND_SENDER.value, now_ms)

    def enable(self) -> None:
        """Let commands leave again, where nothing else speaks against it."""
        if not self._foreign_ms and self._beats and not self._engine.silent:
            self._engine.gate.enable()

    def _end(self, code: str, now_ms: int, *, bus: str | None = None) -> list[Effect]:
        """End the commands under way (on one bus, or all): nobody can say that they were delivered."""
        effects: list[Effect] = []
        for run in list(self._engine.commands.running.values()):
            if bus is None or any(frame.raw.bus == bus for frame in run.frames):
                status = Status.NOT_DELIVERED
                effects += self._engine.failed(run.call_id, now_ms, status=status, code=code)
        return effects

    # --- begin anew -----------------------------------------------------------------------------

    def _begin_anew(self, bus: str, now_ms: int) -> None:
        """Wait until every path that was ever heard on this bus was heard again."""
        sensors = self._profile.sensors
        paths = frozenset(p for p in self._engine.live if sensors[p].binding.bus == bus)
        longest_ms = max((sensors[p].max_age_ms for p in paths), default=0)
        self._recoveries[bus] = _Recovery(now_ms, now_ms + longest_ms, paths)
        self.health.recovering(bus, True)
        if not paths:
            self._ready(bus)

    def _reread(self, raw: RawFrame) -> None:
        self._follow(raw)
        recovery = self._recoveries[raw.bus]
        samples = (self._engine.state.get(path) for path in recovery.paths)
        if all(s and s.received_ms >= recovery.since_ms and s.quality not in _UNSOUND for s in samples):
            self._ready(raw.bus)

    def _follow(self, raw: RawFrame) -> None:
        """Continue a command's counter from the one its ECU took last: those in between never arrived."""
        from cantools.database.errors import Error as DbcError  # slow to import, and loaded with the profile

        for echo in self._echoes.get((raw.bus, raw.can_id, raw.extended), ()):
            if echo.command not in self._sent - self._recoveries[raw.bus].sent:
                continue
            try:
                said = echo.status.dbc.decode_simple(raw.data, decode_choices=False)
            except (DbcError, ValueError):
                continue
            counter = said.get(echo.signal)
            if isinstance(counter, int):
                self._engine.encoder.counters[echo.command] = counter + 1
                self._engine.gate.resync(echo.command)

    def _ready(self, bus: str) -> None:
        for (command_bus, _, _), name in self._commands.items():
            if command_bus == bus:
                self._engine.gate.resync(name)
        self._recoveries.pop(bus, None)
        self.health.recovering(bus, False)


def _key(info: MessageInfo) -> _Key:
    return info.bus, info.can_id, info.extended


def _echoes(profile: Profile) -> dict[_Key, list[_Echo]]:
    found: dict[_Key, list[_Echo]] = {}
    for name, info in profile.messages.items():
        if info.spec.response is not None and info.spec.e2e is not None:
            status, signal = info.spec.response.counter.split(".")
            answer = profile.messages[status]
            found.setdefault(_key(answer), []).append(_Echo(answer, signal, name))
    return found
