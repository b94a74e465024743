"""How one ECU treats a command: judge it as a whole, then obey it, and answer."""

from collections.abc import Mapping, Sequence

from ..profile import Profile
from ..types import RawFrame, Value
from . import model
from .agenda import Agenda
from .motion import Axis
from .plan import Plan
from .protection import Keys
from .publisher import Publisher
from .wire import Command, Incoming, Request
from .world import World


class Ecu:
    """One control unit. `delay_ms` and `refuses` are planted faults: slow, and saying no to all."""

    def __init__(
        self,
        spec: model.Ecu,
        profile: Profile,
        plan: Plan,
        world: World,
        axes: Mapping[str, Axis],
        driven: Mapping[str, Sequence[Axis]],
        keys: Keys,
    ) -> None:
        """`driven`: the axes that each path drives, its own or those that it recalls."""
        self.incoming = tuple(
            Incoming(profile.messages[name], profile, spec.counter_memory_ms, keys) for name in spec.receives
        )
        self.delay_ms = 0
        self.refuses = False
        self._spec = spec
        self._profile = profile
        self._plan = plan
        self._world = world
        self._axes = axes
        self._driven = driven
        self._on = True
        self._boots = 0
        self._busy_until_ms = 0

    def power(self, on: bool, publisher: Publisher) -> None:
        """Off: it neither hears nor sends nor moves, and forgets what it had heard. On: it begins anew."""
        self._on = on
        self._boots += 1
        for incoming in self.incoming:
            incoming.boot()
        for axis in self._axes.values():
            if self._profile.actuators[axis.path].command.message in self._spec.receives:
                axis.halt()
        publisher.power(self._spec.sends, on)

    def hear(
        self, incoming: Incoming, raw: RawFrame, heard_ms: int, agenda: Agenda, publisher: Publisher
    ) -> None:
        """A command came in; it takes effect after the ECU's latency, never before an earlier one."""
        command = incoming.read(raw, heard_ms) if self._on else None
        if command is None:
            return
        at_ms = max(heard_ms + self._spec.latency_ms + self.delay_ms, self._busy_until_ms)
        self._busy_until_ms = at_ms
        boots = self._boots

        def happening(now_ms: int) -> None:
            if boots == self._boots:
                result = self._treat(command, agenda, now_ms)
                self._answer(incoming.info.name, command, result, publisher)

        agenda.at(at_ms, happening)

    def _treat(self, command: Command, agenda: Agenda, now_ms: int) -> str:
        for request in command.requests:
            if request.code is not None and request.path in self._driven:
                self._obey_code(request)
        asked = [r for r in command.requests if r.code is None and not self._elsewhere_driven(r, now_ms)]
        results = [self._judge(r) for r in asked]
        for request, result in zip(asked, results, strict=True):
            if result is not None:
                self._halt(request.path)
        refused = [r for r in results if r is not None]
        if refused:
            return refused[0]
        for request in asked:
            assert request.value is not None
            self._obey(request.path, request.value, agenda, now_ms)
        return self._plan.results.accepted

    def _obey_code(self, request: Request) -> None:
        """STOP halts the axis whoever drives it; "no request" ends what this signal itself drives."""
        spec = request.actuator.spec
        if spec.motion is not None and request.code == spec.motion.stop:
            self._halt(request.path, anyone=request.path in self._axes)
        elif request.code == spec.neutral:
            self._halt(request.path)

    def _elsewhere_driven(self, request: Request, now_ms: int) -> bool:
        """While a recall drives an axis, the axis' own request is only the echo of where it was."""
        axis = self._axes.get(request.path)
        return axis is not None and axis.driven_by(now_ms) not in (None, request.path)

    def _judge(self, request: Request) -> str | None:
        """The result by which this request is turned down, or None."""
        results, quantity = self._plan.results, request.actuator.spec
        if request.value is None:
            return results.refused
        if quantity.type == "number" and not quantity.low <= int(request.value) <= quantity.high:
            return results.refused
        turned_down = self._turned_down(request.path, request.value)
        if turned_down is None and request.path in self._plan.memories:
            for path, value in self._plan.memories[request.path][str(request.value)].items():
                if (turned_down := self._turned_down(path, value)) is not None:
                    break
        return turned_down

    def _turned_down(self, path: str, value: Value) -> str | None:
        """The result by which a change of one path is turned down, or None."""
        current = self._world.true(path)
        if value == current:
            return None
        if self.refuses:
            return self._plan.results.refused
        for limit in self._plan.limits.get(path, ()):
            if limit.refuses(current, value, self._world.look):
                refused = limit.answer == "refused"
                return self._plan.results.refused if refused else self._plan.results.not_available
        return None

    def _obey(self, path: str, value: Value, agenda: Agenda, now_ms: int) -> None:
        if path in self._plan.memories:
            for axis, position in self._plan.memories[path][str(value)].items():
                self._drive(axis, position, path, agenda, now_ms)
        elif path in self._axes:
            assert isinstance(value, int)
            self._drive(path, value, path, agenda, now_ms)
        else:
            self._world.order(path, value)

    def _drive(self, path: str, target: int, by: str, agenda: Agenda, now_ms: int) -> None:
        axis = self._axes[path]
        assert self._spec.command_timeout_ms is not None
        until_ms = now_ms + self._spec.command_timeout_ms
        first_ms = axis.drive(self._position(path), target, by, now_ms, until_ms)
        if first_ms is not None:
            self._plan_step(axis, axis.run, first_ms, agenda)

    def _plan_step(self, axis: Axis, run: int, at_ms: int, agenda: Agenda) -> None:
        def happening(now_ms: int) -> None:
            if axis.run == run:
                position, next_ms = axis.step(self._position(axis.path), now_ms)
                self._world.set(axis.path, position)
                if next_ms is not None:
                    agenda.at(next_ms, happening)

        agenda.at(at_ms, happening)

    def _position(self, path: str) -> int:
        position = self._world.true(path)
        assert isinstance(position, int)
        return position

    def _halt(self, path: str, *, anyone: bool = False) -> None:
        """Halt the axes this path drives; with `anyone` its own axis even when another path drives it."""
        for axis in self._driven.get(path, ()):
            if anyone or axis.by == path:
                axis.halt()

    def _answer(self, message: str, command: Command, result: str, publisher: Publisher) -> None:
        response = self._profile.messages[message].spec.response
        if response is None:
            return
        status, signal = response.result.split(".")
        raw = publisher.messages[status].named_raw(signal, result)
        counter = response.counter.split(".")[1]
        publisher.answer(status, {signal: raw, counter: command.counter}, command.paths)
