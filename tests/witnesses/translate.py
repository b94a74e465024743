"""The typed conditions as CEL and as Cedar text, three-valued: `k3` says whether input 3 is known."""

from dataclasses import dataclass

from intent_bridge.guard import ir
from intent_bridge.guard.rules import CONTEXT, VALUE


@dataclass(frozen=True)
class Writer:
    """Writes conditions over the inputs of one path; `prefix` stands before each name (`context.`)."""

    inputs: tuple[str, ...]
    prefix: str = ""

    def name(self, name: str) -> str:
        if name == VALUE:
            return f"{self.prefix}v"
        return self.prefix + (name if name in CONTEXT else f"x{self.inputs.index(name)}")

    def known(self, name: str) -> list[str]:
        return [f"{self.prefix}k{self.inputs.index(name)}"] if name in self.inputs else []

    def surely(self, node: ir.Node, goal: bool) -> str:
        """That the condition is certainly `goal`."""
        match node:
            case ir.Flag(name):
                test = self.name(name) if goal else f"!{self.name(name)}"
                return f"({' && '.join((*self.known(name), test))})"
            case ir.Is(name, member):
                test = f'{self.name(name)} {"==" if goal else "!="} "{member}"'
                return f"({' && '.join((*self.known(name), test))})"
            case ir.Linear(op, terms, const):
                known = [k for _, name in terms for k in self.known(name)]
                total = " + ".join(f"({factor}) * {self.name(name)}" for factor, name in terms)
                return f"({' && '.join((*known, f'{total} {op if goal else ir.OPPOSITE[op]} ({const})'))})"
            case ir.Not(part):
                return self.surely(part, not goal)
            case ir.And(parts) | ir.Or(parts):
                word = " && " if isinstance(node, ir.And) == goal else " || "
                return f"({word.join(self.surely(part, goal) for part in parts)})"
