"""`tools`: a vehicle's tools as a model takes them, all or a choice, and what they cost."""

import json
from collections.abc import Sequence

from intent_bridge.bridge import Bridge
from intent_bridge.bridge.toolset import toolset
from intent_bridge.cli.exits import Exit, UsageProblem
from intent_bridge.cli.options import read_state, read_who
from intent_bridge.intents import Catalogue, ToolSpec
from intent_bridge.llm import TARGETS, export_tools
from intent_bridge.profile import load_profile


def print_tools(
    vehicle: str, dialect: str, domains: Sequence[str] | None, state: Sequence[str], who: str | None
) -> int:
    """The tools as JSON."""
    if dialect not in TARGETS:
        raise UsageProblem(f"there is no dialect `{dialect}`", f"one of {', '.join(TARGETS)}")
    exported = export_tools(dialect, _chosen(vehicle, domains, state, who))
    print(json.dumps(exported.tools, ensure_ascii=False, indent=2))
    return Exit.OK


def print_cost(
    vehicle: str, domains: Sequence[str] | None, state: Sequence[str], who: str | None, *, as_json: bool
) -> int:
    """What the tools cost in each format, and the hash by which a change of them is seen."""
    chosen = _chosen(vehicle, domains, state, who)
    exports = [export_tools(target, chosen) for target in TARGETS]
    rows = [
        {
            "dialect": export.target,
            "tools": len(chosen),
            "characters": export.characters,
            "tokens": export.tokens,
            "not_enforced": len(export.not_enforced),
            "digest": export.digest,
        }
        for export in exports
    ]
    if as_json:
        print(json.dumps(rows))
        return Exit.OK
    print(f"{'dialect':24}{'tools':>6}{'characters':>12}{'tokens':>8}  hash")
    for row in rows:
        print("{dialect:24}{tools:6}{characters:12}{tokens:8}  {digest:.12}".format(**row))
    return Exit.OK


def _chosen(
    vehicle: str, domains: Sequence[str] | None, state: Sequence[str], who: str | None
) -> list[ToolSpec]:
    if not state and who is None:
        tools = Catalogue(load_profile(vehicle)).tools
        _check(domains, tools)
        return toolset(tools, domains)
    speaker = read_who(who)
    with Bridge.simulated(vehicle) as car:
        try:
            car.set_state(read_state(state))
        except ValueError as error:
            raise UsageProblem(str(error), "see the sensors of the vehicle's profile.yaml") from error
        tools = car.engine.catalogue.tools
        _check(domains, tools)
        return toolset(tools, domains, lambda call: car.explain(call, speaker))


def _check(domains: Sequence[str] | None, tools: Sequence[ToolSpec]) -> None:
    known = list(dict.fromkeys(str(tool.domain) for tool in tools))
    wrong = [domain for domain in domains or () if domain not in known]
    if wrong:
        raise UsageProblem(
            f"this vehicle has no tools of the domain `{wrong[0]}`", f"one of {', '.join(known)}"
        )
