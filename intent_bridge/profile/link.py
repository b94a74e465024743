"""Ties every path of a profile to its DBC signals and checks the profile as a whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from . import model
from .binding import ActuatorInfo, Binding, FactInfo, MessageInfo, SensorInfo
from .fit import Fit, Role
from .messages import check_response, find_messages
from .never import Never
from .protection import protected_signals
from .rates import check_rates
from .report import Place, one_of

if TYPE_CHECKING:  # only what parses a DBC file imports cantools, which is slow to import
    from cantools.database.can import Database

_ONLY_COMMANDS: Final = (
    "cycle_ms",
    "repetitions",
    "min_distance_ms",
    "rate",
    "response",
    "neutral_repeats",
)
"""Keys that mean something only for a message we send."""


@dataclass
class Link:
    """The tying of one vehicle; `run` fills the three tables, problems are noted at `place`.

    `broken` holds (group, name) of parts that are already known to be wrong: nothing is said twice.
    """

    file: model.ProfileFile
    databases: Mapping[str, Database]
    never: Never
    place: Place
    broken: Collection[tuple[str, str]] = ()
    sensors: dict[str, SensorInfo] = field(default_factory=dict)
    actuators: dict[str, ActuatorInfo] = field(default_factory=dict)
    messages: dict[str, MessageInfo] = field(default_factory=dict)
    facts: dict[str, FactInfo] = field(default_factory=dict)

    def run(self) -> None:
        """Tie messages first, then sensors, then actuators; then look at the whole."""
        file = self.file
        self.messages = find_messages(file, self.databases, self.broken, self.place.below("messages"))
        for path, sensor in file.sensors.items():
            place = self.place.below("sensors", path)
            self._check_words(sensor, place)
            if binding := self._bind(sensor, "signal", sensor.signal, place):
                self.sensors[path] = SensorInfo(path, sensor, binding, sensor.max_age_ms, False)
        for path, fact in file.facts.items():
            place = self.place.below("facts", path)
            self._check_words(fact, place)
            if path in file.sensors or path in file.actuators:
                place.problem("is also told by a bus", "list it once")
            self.facts[path] = FactInfo(path, fact, fact.max_age_ms)
        for path, spec in file.actuators.items():
            place = self.place.below("actuators", path)
            self._check_words(spec, place)
            self._check_actuator(path, spec, place)
            command = self._bind(spec, "command", spec.command, place)
            status = self._bind(spec, "status", spec.status, place)
            if command and status:
                here = path not in file.lacks
                if here:
                    self.actuators[path] = ActuatorInfo(path, spec, command, status)
                self.sensors[path] = SensorInfo(path, spec, status, spec.max_age_ms, here)
        for n, path in enumerate(file.lacks):
            if path not in file.actuators:
                self.place.below("lacks", n).problem(f"no actuator `{path}`", one_of(path, file.actuators))
        self._check_directions()
        if not self.broken:
            check_rates(file, self.messages, self.actuators.values(), self.place)
        self._check_commands_differ()
        self._check_tools_differ()
        self._check_ages()

    def _bind(self, quantity: model.Quantity, role: Role, ref: str, place: Place) -> Binding | None:
        message, name = ref.split(".")
        place = place.below(role)
        info = self.messages.get(message)
        if info is None:
            if message not in self._declared():
                place.problem(f"message `{message}` is not declared", "add it to `messages`")
            return None
        signals = {s.name: s for s in info.dbc.signals}
        if name not in signals:
            place.problem(f"`{message}` has no signal `{name}`", one_of(name, signals))
            return None
        fit = Fit(ref, signals[name], quantity, role, self.file.not_available, place)
        return fit.binding(info.bus, message)

    def _declared(self) -> set[str]:
        """Names of all declared messages, found or not: what is wrong with them is said elsewhere."""
        return {*self.file.messages, *(name for group, name in self.broken if group == "messages")}

    def _check_words(self, quantity: model.Quantity, place: Place) -> None:
        """Names of numbers lie on the grain, literals differ, VHAL words speak of values there are."""
        for name, number in quantity.names.items():
            if quantity.range is None or quantity.step is None:
                place.below("names").problem("only a number has named numbers", "remove `names`")
                break
            if not quantity.range[0] <= number <= quantity.range[1] or number % quantity.step:
                place.below("names", name).problem(
                    f"`{name}` = {number} is no value of this path",
                    f"use a multiple of {quantity.step} from {quantity.range[0]} to {quantity.range[1]}",
                )
        literals: set[int | str] = set()
        for name, literal in (quantity.values or {}).items():
            if literal in literals:
                place.below("values", name).problem(
                    f"literal {literal!r} stands for two values", "use each literal once"
                )
            literals.add(literal)
        for name in quantity.vhal.enum if quantity.vhal else ():
            if name not in (quantity.values or {}):
                place.below("vhal", "enum", name).problem(
                    f"`{name}` is no value of this path", one_of(name, quantity.values or {})
                )

    def _check_actuator(self, path: str, spec: model.Actuator, place: Place) -> None:
        if hit := self.never.forbids(path, spec):
            place.problem(f"may never be commanded ({hit.id}): {hit.why}", "remove this actuator")
        if path in self.file.sensors:
            place.problem("is also listed in `sensors`", "list it once; an actuator's status is a sensor")
        if spec.motion and spec.type == "boolean":
            place.below("motion").problem("a boolean cannot move", "remove `motion`")
        if spec.motion and spec.type == "enum" and spec.motion.tolerance:  # a memory recall moves, too
            place.below("motion", "tolerance").problem("values of a list are not near each other", "use 0")
        message = self.messages.get(spec.command.split(".")[0])
        cycle_ms = message.timing.cycle_ms if message else None
        if cycle_ms and spec.lifetime_ms < cycle_ms:
            place.below("lifetime_ms").problem(
                f"lifetime of {spec.lifetime_ms} ms is shorter than one cycle of {cycle_ms} ms",
                "lengthen it",
            )

    def _check_directions(self) -> None:
        """What we send is never what we read, and only what we send has cycles, answers and neutrals."""
        file = self.file
        sent = {spec.command.split(".")[0] for spec in file.actuators.values()}
        read: list[tuple[tuple[str, ...], str]] = [
            (("sensors", p, "signal"), s.signal) for p, s in file.sensors.items()
        ]
        read += [(("actuators", p, "status"), a.status) for p, a in file.actuators.items()]
        for name, info in self.messages.items():
            place = self.place.below("messages", name)
            if name in sent and info.spec.response:
                read.append((("messages", name, "response", "result"), info.spec.response.result))
                check_response(info, self.messages, self._declared(), place.below("response"))
            if self.broken:
                continue  # an actuator that was left out may be the one that is missed below
            if name not in sent:
                for key in _ONLY_COMMANDS:
                    if getattr(info.spec, key):
                        place.below(key).problem(f"`{name}` carries no command", f"remove `{key}`")
            elif info.spec.neutral_repeats and not self._has_neutral(name):
                place.below("neutral_repeats").problem(
                    f"no actuator of `{name}` has a neutral value", "set `neutral_repeats` to 0"
                )
        for path, ref in read:
            if (message := ref.split(".")[0]) in sent:
                self.place.below(*path).problem(
                    f"`{message}` is a message we send, it cannot tell us anything",
                    "use a status message of the ECU",
                )

    def _has_neutral(self, message: str) -> bool:
        specs = self.file.actuators.values()
        return any(a.neutral is not None for a in specs if a.command.split(".")[0] == message)

    def _check_commands_differ(self) -> None:
        """Each command signal belongs to one actuator, and none to the protection of its message."""
        owner: dict[str, str] = {}
        for name, info in self.messages.items():
            kind = "e2e" if info.spec.e2e else "secoc"
            owner |= {f"{name}.{s}": f"the {kind} of `{name}`" for s in protected_signals(info)}
        for path, spec in self.file.actuators.items():
            if spec.command in owner:
                self.place.below("actuators", path, "command").problem(
                    f"`{spec.command}` already belongs to {owner[spec.command]}", "use a signal of its own"
                )
            owner.setdefault(spec.command, f"`{path}`")

    def _check_tools_differ(self) -> None:
        names: set[str] = set()
        for path, spec in self.file.actuators.items():
            if spec.tool and spec.tool.name in names:
                self.place.below("actuators", path, "tool").problem(
                    f"tool `{spec.tool.name}` exists already", "choose another name"
                )
            names.add(spec.tool.name if spec.tool else "")

    def _check_ages(self) -> None:
        """A maximum age under the sender's cycle would make every sample stale."""
        for path, sensor in self.sensors.items():
            cycle_ms = self.messages[sensor.binding.message].dbc.cycle_time or 0
            if sensor.max_age_ms <= cycle_ms:
                group = "actuators" if sensor.is_actuator else "sensors"
                self.place.below(group, path, "max_age_ms").problem(
                    f"`{sensor.binding.message}` comes every {cycle_ms} ms, so each value would be stale",
                    f"allow more than {cycle_ms} ms",
                )
