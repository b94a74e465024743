"""The verbs of `intent-bridge audit`: is the record whole, what does it tell, what would other rules say."""

from pathlib import Path
from typing import Annotated

import typer

audit = typer.Typer(
    help="The record of what was decided and sent: verify, show, export, replay.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Log = Annotated[Path, typer.Argument(help="An audit log; files closed before it are found.", metavar="LOG")]
Logs = Annotated[list[Path], typer.Argument(help="Audit logs.", metavar="LOG…")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
VehicleOption = Annotated[
    str | None, typer.Option("--vehicle", help="The vehicle; without it, the one the log names.")
]


@audit.command()
def verify(
    log: Log,
    key: Annotated[
        list[Path] | None,
        typer.Option(
            "--key", help="Key of the seals: a secret's file, or PEM (Ed25519, the public one does)."
        ),
    ] = None,
    seals: Annotated[Path | None, typer.Option(help="The file of seals, where it is kept elsewhere.")] = None,
    as_json: Json = False,
) -> int:
    """Whether anything was edited, removed, reordered or cut off. Exit code 1 when it was."""
    from intent_bridge.cli.audit import verify_log

    return verify_log(log, key or [], seals, as_json=as_json)


@audit.command()
def show(
    log: Log,
    call: Annotated[str | None, typer.Option(help="The story of one call: this call id.")] = None,
    intent: Annotated[str | None, typer.Option(help="Only this tool.")] = None,
    status: Annotated[str | None, typer.Option(help="Only outcomes with this status.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only where this rule had a say.")] = None,
    path: Annotated[str | None, typer.Option(help="Only what set this path.")] = None,
    last: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 50,
    as_json: Json = False,
) -> int:
    """What happened, one line per call; or the story of one call. Exit code 1 when there is nothing."""
    from intent_bridge.cli.audit import Filter, show_log

    return show_log(log, Filter(call, intent, status, rule, path), last, as_json=as_json)


@audit.command()
def export(
    logs: Logs,
    out: Annotated[Path, typer.Option("--out", help="The Parquet file to write.")],
    as_json: Json = False,
) -> int:
    """Write logs as one Parquet file, one row per record. Needs the extra `fleet`."""
    from intent_bridge.cli.audit import export_logs

    return export_logs(logs, out, as_json=as_json)


@audit.command()
def replay(
    logs: Annotated[
        list[Path], typer.Argument(help="Audit logs, or Parquet files of `audit export`.", metavar="LOG…")
    ],
    vehicle: VehicleOption = None,
    against: Annotated[
        list[str] | None,
        typer.Option(help="Packs to judge with instead of the vehicle's own, in order: a name or a file."),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="With --against: processes to use.")] = 1,
    cluster: Annotated[
        str | None, typer.Option(help="With --against: a Dask scheduler, tcp://HOST:PORT.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Decide recorded drives again; exit code 1 unless every frame is the same, bit for bit.

    With --against, judge every recorded call by other packs: what is looser, stricter, different, rule by
    rule (exit code 1 where anything is).
    """
    if against:
        from intent_bridge.cli.audit import replay_against

        return replay_against(logs, vehicle, against, jobs=jobs, cluster=cluster, as_json=as_json)
    from intent_bridge.cli.audit import replay_logs

    return replay_logs(logs, vehicle, as_json=as_json)
