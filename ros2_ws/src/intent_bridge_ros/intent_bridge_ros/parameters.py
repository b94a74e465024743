"""The parameters of the bridge node: what each means, its range, and what may change while the node runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.node import Node
from rclpy.parameter import Parameter

from intent_bridge_ros.buses import WAYS, BusWay


@dataclass(frozen=True)
class Spec:
    """One parameter. `low` and `high` bound numbers, `words` texts; what is `fixed` is read-only."""

    name: str
    default: Any
    says: str
    low: float | None = None
    high: float | None = None
    words: tuple[str, ...] = ()
    fixed: bool = True

    def descriptor(self) -> ParameterDescriptor:
        """As rclpy declares it."""
        limits: dict[str, Any] = {}
        if self.low is not None and isinstance(self.default, float):
            limits["floating_point_range"] = [
                FloatingPointRange(from_value=self.low, to_value=self.high, step=0.0)
            ]
        elif self.low is not None:
            limits["integer_range"] = [
                IntegerRange(from_value=int(self.low), to_value=int(self.high or 0), step=1)
            ]
        return ParameterDescriptor(
            description=self.says,
            additional_constraints=f"one of: {', '.join(self.words)}" if self.words else "",
            read_only=self.fixed,
            **limits,
        )


SPECS = (
    Spec("vehicle", "demo_sedan", "A shipped vehicle's name, or its folder."),
    Spec("packs", [""], "More packs of rules (names, files) than the vehicle's: they can only forbid more."),
    Spec("input", "frames", "How state comes in, for buses that do not say it themselves.", words=WAYS),
    Spec("output", "frames", "How commands go out, for buses that do not say it themselves.", words=WAYS),
    Spec(
        "typed_topics",
        "one",
        "Typed commands: all on one topic, or a topic per path.",
        words=("one", "per_path"),
    ),
    Spec("step_period_ms", 10, "Time between two steps of the engine [ms].", low=1, high=100),
    Spec(
        "stamp_tolerance_ms",
        50,
        "A stamp may be so far in the future [ms], for clocks apart.",
        low=0,
        high=1000,
    ),
    Spec("deadline_ms", 0, "Deadline asked of publishers of state [ms]; 0: none.", low=0, high=10_000),
    Spec(
        "lease_ms", 0, "Lease of liveliness asked of publishers of state [ms]; 0: none.", low=0, high=10_000
    ),
    Spec("audit_path", "", "File that the hash-chained record is appended to; empty: none."),
    Spec("audit_fsync", "batch", "When the record is forced to disk.", words=("each", "batch", "off")),
    Spec(
        "languages",
        ["en", "zh"],
        "Languages in which outcomes are worded for people; what nobody reads out costs time.",
        words=("en", "zh"),
    ),
    Spec("session", "", "Name of the session; the same after a restart keeps calls from acting twice."),
    Spec(
        "require_certificate", False, "Refuse to configure with rules that were not proved on this machine."
    ),
    Spec("autostart", False, "Configure and activate without being asked, where no launch file does it."),
    Spec(
        "trust_provenance", True, "Believe a goal that says who speaks; false: all are unknown.", fixed=False
    ),
    Spec("max_goals", 16, "Goals under way at once; one more is rejected.", low=1, high=64, fixed=False),
    Spec("diagnostics_period_s", 1.0, "Time between two diagnostics [s].", low=0.1, high=60.0),
)


def bus_specs(name: str, input_way: str, output_way: str) -> tuple[Spec, ...]:
    """The parameters of one bus; known when the vehicle is."""
    return (
        Spec(f"bus.{name}.input", input_way, f"How state of bus {name} comes in.", words=WAYS),
        Spec(f"bus.{name}.output", output_way, f"How commands to bus {name} go out.", words=WAYS),
        Spec(f"bus.{name}.can", "", f"Bus {name} for python-can: INTERFACE:CHANNEL[,OPTION=VALUE]…"),
    )


class Parameters:
    """Declares the parameters of a node and answers for their values."""

    def __init__(self, node: Node, specs: Iterable[Spec] = SPECS) -> None:
        self._node = node
        self._specs: dict[str, Spec] = {}
        self.active = False
        """Whether commands may leave now: then what guards them may only be tightened."""
        node.add_on_set_parameters_callback(self._check)
        self.declare(specs)

    def declare(self, specs: Iterable[Spec]) -> None:
        """Declare what is not declared yet; rclpy raises where an override does not fit."""
        for spec in specs:
            self._specs[spec.name] = spec
            if not self._node.has_parameter(spec.name):
                self._node.declare_parameter(spec.name, spec.default, spec.descriptor())

    def __getitem__(self, name: str) -> Any:
        return self._node.get_parameter(name).value

    def ways(self, buses: Iterable[str]) -> dict[str, BusWay]:
        """How each bus is reached."""
        found = {}
        for name in buses:
            self.declare(bus_specs(name, self["input"], self["output"] if "output" in self._specs else "off"))
            found[name] = BusWay(*(self[f"bus.{name}.{key}"] for key in ("input", "output", "can")))
        return found

    def forget(self, buses: Iterable[str]) -> None:
        """Undeclare the parameters of buses, so that the next vehicle may have others."""
        for name in buses:
            for spec in bus_specs(name, "", ""):
                self._specs.pop(spec.name, None)

    def _check(self, parameters: list[Parameter]) -> SetParametersResult:
        for one in parameters:
            spec = self._specs.get(one.name)
            if spec is None:
                continue
            given = one.value if isinstance(spec.default, list) else [one.value]
            strange = [value for value in given if spec.words and value not in spec.words]
            if strange:
                return refused(f"`{one.name}` is `{strange[0]}`; give one of {', '.join(spec.words)}")
            if isinstance(one.value, str) and "\0" in one.value:
                return refused(f"`{one.name}` contains a NUL")
            if one.name == "trust_provenance" and self.active and one.value:
                return refused(
                    "`trust_provenance` may only be tightened while the node is active; deactivate it first"
                )
        return SetParametersResult(successful=True)


def refused(reason: str) -> SetParametersResult:
    """A parameter is not set, and why."""
    return SetParametersResult(successful=False, reason=reason)
