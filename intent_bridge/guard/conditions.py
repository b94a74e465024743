"""A condition in the rule language that is no rule: what a scene needs, what a routine waits for."""

from dataclasses import dataclass
from typing import Self

from ..errors import Problem, ProfileError
from ..profile import Profile
from ..types import Quality, State, Value
from . import ir
from .check import Checker, Kind
from .lang import RuleTextError, names, parse, spell
from .quality import Gauge


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, read and bound to a vehicle. What is unknown makes it neither true nor false."""

    text: str
    node: ir.Node
    gauges: dict[str, Gauge]

    @classmethod
    def of(cls, text: str, profile: Profile, where: str) -> Self:
        """The condition that a text of `profile.yaml` means; ProfileError when it means nothing there."""
        file = profile.folder / "profile.yaml"
        try:
            tree = parse(text)
            if lacking := sorted(name for name in names(tree) if "." in name and name not in profile.inputs):
                raise RuleTextError(f"this vehicle has no `{lacking[0]}`", "mend the path")
            checker = Checker({path: Kind.of(info.quantity) for path, info in profile.inputs.items()}, "")
            node = checker.condition(tree)
            for remark in checker.remarks:
                raise RuleTextError(remark.what, remark.mend)
        except RuleTextError as error:
            raise ProfileError([Problem(file, None, f"{where}: {error}", error.mend)]) from None
        gauges = {
            path: Gauge.of(path, profile.inputs[path].quantity, profile.inputs[path].max_age_ms)
            for path in ir.reads(node)
        }
        return cls(spell(tree), node, gauges)

    def truth(self, state: State, now_ms: int) -> bool | None:
        """Whether it holds now; None where that hangs on something unknown."""
        return ir.truth(self.node, self._values(state, now_ms))

    def unknown(self, state: State, now_ms: int) -> tuple[tuple[str, Quality], ...]:
        """What it reads and nobody knows now, and why."""
        read = ((path, gauge.read(state.get(path), now_ms)[1]) for path, gauge in self.gauges.items())
        return tuple((path, quality) for path, quality in read if quality is not Quality.OK)

    def _values(self, state: State, now_ms: int) -> dict[str, Value | None]:
        return {path: gauge.read(state.get(path), now_ms)[0] for path, gauge in self.gauges.items()}
