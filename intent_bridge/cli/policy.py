"""The verbs of `intent-bridge policy`: what can be said of rule packs before they drive."""

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
