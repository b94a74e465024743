"""The verbs of `intent-bridge policy`: what can be said of rule packs before they drive."""

from pathlib import Path
from typing import Annotated

import typer

policy = typer.Typer(
    help="Prove, compare, explain and export the rules of a vehicle. Proofs need the extra `verify`.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Vehicle = Annotated[
    str, typer.Argument(help="A shipped vehicle's name (demo_sedan) or a folder.", metavar="VEHICLE")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


@policy.command()
def prove(
    vehicle: Annotated[
        str | None, typer.Argument(help="A name or a folder; without it, all shipped vehicles.")
    ] = None,
    cached: Annotated[
        bool, typer.Option("--cached", help="Accept the certificate of an earlier proof of the very same.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Prove every invariant for every state, speaker and value; exit code 1 with a counterexample."""
    from intent_bridge.cli.policy_proof import run_prove

    return run_prove(vehicle, cached=cached, as_json=as_json)


@policy.command()
def vectors(
    vehicle: Vehicle,
    write: Annotated[bool, typer.Option("--write", help="Write them into the vehicle's folder.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Hold the rules to those in the folder.")] = False,
) -> int:
    """Test vectors that the solver finds: MC/DC and both sides of every bound, one JSON line each."""
    from intent_bridge.cli.policy_vectors import run_vectors

    return run_vectors(vehicle, write=write, check=check)


@policy.command()
def diff(
    old: Annotated[str, typer.Argument(help="A vehicle, its folder, or a pack file.")],
    new: Annotated[str, typer.Argument(help="The same, changed.")],
    vehicle: Annotated[str, typer.Option(help="The vehicle that pack files are for.")] = "demo_sedan",
    as_json: Json = False,
) -> int:
    """Looser, stricter, different or equivalent, per tool; exit code 1 on what nobody answers for."""
    from intent_bridge.cli.policy_show import run_diff

    return run_diff(old, new, vehicle, as_json=as_json)


@policy.command()
def explain(
    vehicle: Vehicle,
    call: Annotated[str, typer.Argument(help="The tool call as JSON, `@FILE`, or `-`.", metavar="CALL")],
    state: Annotated[list[str] | None, typer.Option("--set", help="PATH=VALUE in VSS units.")] = None,
    who: Annotated[str | None, typer.Option("--from", help="Who speaks: driver, passenger, …")] = None,
    as_json: Json = False,
) -> int:
    """Which rules had a say, why they exist, and what would unlock the call."""
    from intent_bridge.cli.policy_show import run_explain

    return run_explain(vehicle, call, state or [], who, as_json=as_json)


@policy.command()
def margin(
    vehicle: Vehicle,
    latency_ms: Annotated[int, typer.Option(min=0, help="From the verdict until the command acts.")] = 100,
    acceleration: Annotated[float, typer.Option(min=0, max=20, help="Stated acceleration in m/s2.")] = 4.0,
    as_json: Json = False,
) -> int:
    """The true worst speed at which each speed rule still lets an action through."""
    from intent_bridge.cli.policy_show import run_margin

    return run_margin(vehicle, latency_ms, acceleration, as_json=as_json)


@policy.command()
def export(
    vehicle: Vehicle,
    out: Annotated[Path, typer.Option("--c", help="Folder for rules.c and rules_test.c.")],
) -> int:
    """The rules as a dependency-free C99 function, with a test that holds it to the vectors."""
    from intent_bridge.cli.policy_vectors import run_export

    return run_export(vehicle, out)
