"""Ties every path of a profile to its DBC signal, and notes what does not fit."""

from collections.abc import Mapping
from decimal import Decimal

from cantools.database.can import Database, Message, Signal

from . import model
from .binding import ActuatorInfo, Binding, MessageInfo, SensorInfo
from .report import Report, one_of


class Link:
    """The result of tying: filled by `run`, incomplete where `report` has a problem."""

    def __init__(self, file: model.ProfileFile, databases: Mapping[str, Database], report: Report) -> None:
        self.file = file
        self.databases = databases
        self.report = report
        self.sensors: dict[str, SensorInfo] = {}
        self.actuators: dict[str, ActuatorInfo] = {}
        self.messages: dict[str, MessageInfo] = {}

    def run(self) -> None:
        """Tie messages first, then sensors, then actuators."""
        for name, spec in self.file.messages.items():
            self._message(name, spec)
        for path, sensor in self.file.sensors.items():
            binding = self._bind(path, sensor, "sensors", "signal", sensor.signal)
            if binding:
                self.sensors[path] = SensorInfo(path, sensor, binding, sensor.max_age_ms, False)
        for path, spec in self.file.actuators.items():
            command = self._bind(path, spec, "actuators", "command", spec.command)
            status = self._bind(path, spec, "actuators", "status", spec.status)
            if command and status:
                self.actuators[path] = ActuatorInfo(path, spec, command, status)
                self.sensors[path] = SensorInfo(path, spec, status, spec.max_age_ms, True)

    def _message(self, name: str, spec: model.Message) -> None:
        where = ("messages", name)
        if spec.bus not in self.file.buses:
            self.report.add((*where, "bus"), f"no bus `{spec.bus}`", one_of(spec.bus, list(self.file.buses)))
            return
        database = self.databases.get(spec.bus)
        if database is None:
            return  # its DBC has a problem of its own
        by_name: dict[str, Message] = {m.name: m for m in database.messages}
        dbc = by_name.get(name)
        if dbc is None:
            self.report.add(where, f"`{name}` is not in {self.file.buses[spec.bus].dbc}", one_of(name, list(by_name)))
            return
        self.messages[name] = MessageInfo(
            name, spec.bus, dbc.frame_id, dbc.is_extended_frame, dbc.is_fd, dbc.length, spec, dbc
        )

    def _bind(self, path: str, quantity: model.Quantity, group: str, key: str, ref: str) -> Binding | None:
        where = (group, path, key)
        message, name = ref.split(".")
        info = self.messages.get(message)
        if info is None:
            if message not in self.file.messages:
                self.report.add(where, f"message `{message}` is not declared", "add it to `messages`")
            return None
        signals: dict[str, Signal] = {s.name: s for s in info.dbc.signals}
        signal = signals.get(name)
        if signal is None:
            self.report.add(where, f"`{message}` has no signal `{name}`", one_of(name, list(signals)))
            return None
        low = -(1 << signal.length - 1) if signal.is_signed else 0
        high = (1 << signal.length - signal.is_signed) - 1
        factor, offset = Decimal(str(signal.scale)), Decimal(str(signal.offset))
        per_step, zero_raw = Decimal(1), Decimal(0)
        if quantity.step is not None:
            per_step, zero_raw = quantity.step / factor, -offset / factor
            if per_step % 1 or zero_raw % 1:
                self.report.add(where, f"`{ref}` counts in {factor}, offset {offset}", "does not divide the step")
                return None
        names = {str(n): int(raw) for raw, n in (signal.choices or {}).items()}
        absent = frozenset(names[n] for n in self.file.not_available if n in names)
        mux = signal.multiplexer_ids[0] if signal.multiplexer_ids else None
        return Binding(
            bus=info.bus, message=message, signal=name, mux=mux, quantity=quantity, exact=key == "command",
            raw_low=low, raw_high=high, per_step=int(per_step), zero_raw=int(zero_raw), names=names, absent=absent,
        )  # fmt: skip
