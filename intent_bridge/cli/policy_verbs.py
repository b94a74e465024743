"""The verbs of `intent-bridge policy` about packs as files: where they stand, and how they are exchanged."""

from pathlib import Path
from typing import Annotated

import typer

from intent_bridge.cli.policy import Json, Vehicle, policy

__all__ = ["policy"]

Packs = Annotated[
    list[str] | None,
    typer.Option("--pack", help="Packs in place of the profile's, in order: a shipped name or a file."),
]
Keys = Annotated[
    list[Path] | None, typer.Option("--key", help="PEM file of a public key; one of them has to have signed.")
]
File = Annotated[Path, typer.Argument(help="A pack file.", metavar="PACK")]
Sets = Annotated[list[str] | None, typer.Option("--set", help="PATH=VALUE in VSS units.")]


@policy.command()
def status(vehicle: Vehicle, pack: Packs = None, as_json: Json = False) -> int:
    """Which packs a vehicle has: layer, version, hash, signature, and how sure we are of their rules."""
    from intent_bridge.cli.policy_packs import show_status

    return show_status(vehicle, pack, as_json=as_json)


@policy.command()
def check(vehicle: Vehicle, pack: Packs = None, as_json: Json = False) -> int:
    """Read and type-check packs, and let the guard test itself; exit code 3 when they cannot be used."""
    from intent_bridge.cli.policy_packs import check_packs

    return check_packs(vehicle, pack, as_json=as_json)


@policy.command()
def reload(
    vehicle: Vehicle,
    pack: Packs = None,
    key: Keys = None,
    state: Sets = None,
    as_json: Json = False,
) -> int:
    """Rehearse a reload on the simulated vehicle; exit code 1 when the old packs would be kept."""
    from intent_bridge.cli.policy_packs import rehearse_reload

    return rehearse_reload(vehicle, pack, key or [], state or [], as_json=as_json)


@policy.command()
def sign(
    pack: File,
    key: Annotated[Path, typer.Option("--key", help="PEM file of an Ed25519 private key, no password.")],
) -> int:
    """Sign a pack file; the signature is written beside it. Needs the extra `sign`."""
    from intent_bridge.cli.policy_packs import sign_pack

    return sign_pack(pack, key)


@policy.command()
def verify_signature(pack: File, key: Keys = None) -> int:
    """Whether one of the keys has signed a pack file; exit code 1 when not. Needs the extra `sign`."""
    from intent_bridge.cli.policy_packs import verify_pack

    return verify_pack(pack, key or [])


@policy.command()
def shadow(
    vehicle: Vehicle,
    audit: Annotated[Path, typer.Argument(help="The audit log of a drive.", metavar="AUDIT")],
    pack: Packs = None,
    as_json: Json = False,
) -> int:
    """Judge packs beside the vehicle's own on a recorded drive; exit code 1 where they differ."""
    from intent_bridge.cli.policy_packs import shadow_drive

    return shadow_drive(vehicle, pack, audit, as_json=as_json)
