"""Five evaluators of the rules of one path: what each says of a request in a state.

All answer with the bits of the rules that are not certainly false and of those that are certain. Compiled
Python, the reference interpreter and z3 find the emitted value as well; CEL and Cedar, which know no clamps,
judge the value that the first three agree on.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import cedarpy
import cel

from intent_bridge.guard import ir
from intent_bridge.guard.compile import Program
from intent_bridge.guard.interp import Physical, physical
from intent_bridge.guard.interp import judge as interpret
from intent_bridge.guard.proof import smt
from intent_bridge.guard.rules import CONTEXT, VALUE, Rule, RuleSet
from intent_bridge.types import Provenance, Value
from tests.witnesses.translate import Writer

Answer: TypeAlias = tuple[Value | None, int, int]
"""Emitted value (None: the clamps conflict), bits of rules not certainly false, bits of those certain."""
PAIR = re.compile(r"\((\w+) (true|false|-?\d+|\(- \d+\))\)")


@dataclass(frozen=True)
class Case:
    """One request: inputs in the order of the program, None where unknown."""

    value: Value
    inputs: tuple[Value | None, ...]
    who: Provenance

    @property
    def context(self) -> dict[str, Value]:
        who = self.who
        return dict(zip(CONTEXT, (who.speaker, who.zone, who.channel, who.untrusted_text), strict=True))


@dataclass(frozen=True)
class Path:
    """All evaluators of one path."""

    program: Program
    rules: RuleSet

    def compiled(self, case: Case) -> Answer:
        value, possible, certain = self.program.full(case.value, case.inputs, case.who)
        if None not in case.inputs:
            assert self.program.fast(case.value, case.inputs, case.who) == (value, certain)
            assert possible == certain
        return value, possible, certain

    def interpreter(self, case: Case) -> Answer:
        kinds = self.rules.kinds
        names: dict[str, Physical] = {
            p: physical(kinds[p], v) for p, v in zip(self.program.inputs, case.inputs, strict=True)
        }
        names |= {name: physical(CONTEXT[name], value) for name, value in case.context.items()}
        names["current"] = names.get(self.program.path)
        value, truths = interpret(self.program.rules, kinds[self.program.path], case.value, names)
        possible = certain = 0
        for n, rule in enumerate(self.program.rules):
            truth = truths.get(rule.text.id, False)
            possible |= (truth is not False) << n
            certain |= (truth is True) << n
        return value, possible, certain

    @cached_property
    def _sheet(self) -> tuple[smt.Sheet, str]:
        kinds = self.rules.kinds
        sheet = smt.Sheet(kinds[self.program.path], kinds, frozenset(self.program.inputs))
        for name in self.program.inputs:
            sheet.value(name)
        lines = smt.copy(sheet, self.program.rules)
        return sheet, "\n".join((*sheet.declarations(), *lines))

    def z3(self, cases: Sequence[Case]) -> list[Answer]:
        sheet, script = self._sheet
        flags = [f"{s}{n}" for n in range(len(self.program.rules)) for s in "pc"]
        asked = []
        for case in cases:
            facts = [(VALUE, case.value), *case.context.items()]
            facts += [(p, v) for p, v in zip(self.program.inputs, case.inputs, strict=True) if v is not None]
            given = [f"(= {sheet.value(name)} {sheet.literal(name, value)})" for name, value in facts]
            given += [
                sheet.certain(p) if v is not None else smt.no(sheet.certain(p))
                for p, v in zip(self.program.inputs, case.inputs, strict=True)
            ]
            wanted = f"(get-value (w conflict {' '.join(flags)}))"
            asked.append(
                f'(push 1)\n(assert {smt.both(given)})\n(check-sat)\n{wanted}\n(echo "next")\n(pop 1)'
            )
        printed = " ".join(smt.solve(["\n".join((script, *asked))])[0]).split("next")[: len(cases)]
        answers: list[Answer] = []
        for text in printed:
            assert text.split()[0] == "sat", text
            found = dict(PAIR.findall(text))
            rules = range(len(self.program.rules))
            possible = sum((found[f"p{n}"] == "true") << n for n in rules)
            certain = sum((found[f"c{n}"] == "true") << n for n in rules)
            value = None if found["conflict"] == "true" else sheet.read(VALUE, found["w"])
            answers.append((value, possible, certain))
        return answers

    @cached_property
    def _conditions(self) -> list[tuple[int, ir.Node]]:
        return [(n, rule.when) for n, rule in enumerate(self.program.rules) if rule.when is not None]

    @cached_property
    def _cel(self) -> cel.Program:
        writer = Writer(self.program.inputs)
        tests = [writer.surely(node, goal) for _, node in self._conditions for goal in (False, True)]
        return cel.compile(f"[{', '.join(tests)}]")

    @cached_property
    def _cedar(self) -> cedarpy.PolicySet:
        writer = Writer(self.program.inputs, "context.")
        tests = [writer.surely(node, goal) for _, node in self._conditions for goal in (False, True)]
        policies = [f"forbid(principal, action, resource) when {{ {test} }};" for test in tests]
        return cedarpy.PolicySet.from_str("\n".join(("permit(principal, action, resource);", *policies)))

    def _names(self, case: Case, emitted: Value) -> dict[str, Value]:
        names: dict[str, Value] = {"v": emitted, **{k: _plain(v) for k, v in case.context.items()}}
        for n, (path, value) in enumerate(zip(self.program.inputs, case.inputs, strict=True)):
            kind = self.rules.kinds[path].type
            blank: Value = {"number": 0, "boolean": False}.get(kind, "")
            names[f"k{n}"] = value is not None
            names[f"x{n}"] = blank if value is None else _plain(value)
        return names

    def cel(self, case: Case, emitted: Value) -> Answer:
        said = self._cel.execute(self._names(case, emitted))
        return self._from_tests(emitted, {n for n, true in enumerate(said) if true})

    def cedar(self, cases: Sequence[tuple[Case, Value]]) -> list[Answer]:
        requests = [
            {"principal": 'U::"u"', "action": 'A::"a"', "resource": 'R::"r"', "context": self._names(case, v)}
            for case, v in cases
        ]
        results = cedarpy.is_authorized_batch(requests, self._cedar, [])
        answers = []
        for (_, value), result in zip(cases, results, strict=True):
            assert not result.diagnostics.errors, result.diagnostics.errors
            fired = {int(reason.removeprefix("policy")) - 1 for reason in result.diagnostics.reasons}
            answers.append(self._from_tests(value, fired - {-1}))
        return answers

    def _from_tests(self, emitted: Value, true: set[int]) -> Answer:
        """From the tests that hold: those at even places say certainly false, at odd ones certainly true."""
        always = sum(1 << n for n, rule in enumerate(self.program.rules) if rule.when is None)
        possible = certain = always
        for at, (n, _) in enumerate(self._conditions):
            possible |= (2 * at not in true) << n
            certain |= (2 * at + 1 in true) << n
        return emitted, possible, certain


def bounded(rule: Rule) -> bool:
    """A clamp whose bound is a signal: only then can it be uncertain though its condition is certain."""
    return any(bound is not None and bound.terms for bound in (rule.low, rule.high))


def _plain(value: Value) -> Value:
    return str(value) if isinstance(value, str) else value
