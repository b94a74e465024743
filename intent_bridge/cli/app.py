"""The verbs of `intent-bridge`: their options and their help. What they do stands in modules of their own.

A verb returns its exit code. Its imports stand inside, so that `--help` and a mistyped option cost nothing.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from intent_bridge.cli.audit_verbs import audit as audit_group
from intent_bridge.cli.dbc import dbc
from intent_bridge.cli.exits import HINTS, Exit, UsageProblem, exit_code
from intent_bridge.cli.policy_verbs import policy
from intent_bridge.cli.ros import ros
from intent_bridge.errors import IntentBridgeError

app = typer.Typer(
    name="intent-bridge",
    help="From a model's tool call to a frame the ECU confirmed, through a guard that denies by default.",
    epilog="Exit codes: 0 done, 1 the answer is no, 2 wrong usage, 3 vehicle data unusable, 4 bus failed.",
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

app.add_typer(policy, name="policy")
app.add_typer(dbc, name="dbc")
app.add_typer(audit_group, name="audit")
app.add_typer(ros, name="ros", hidden=True)

Vehicle = Annotated[
    str, typer.Argument(help="A shipped vehicle's name (demo_sedan) or a folder.", metavar="VEHICLE")
]
Call = Annotated[
    str, typer.Argument(help="The tool call as JSON, `@FILE`, or `-` for standard input.", metavar="CALL")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
From = Annotated[
    str | None, typer.Option("--from", help="Who speaks: driver, passenger, … or speaker=…,zone=…,channel=….")
]
Buses = Annotated[
    list[str] | None, typer.Option("--bus", help="NAME=INTERFACE:CHANNEL[,OPTION=VALUE]…, once per bus.")
]
Sets = Annotated[
    list[str] | None, typer.Option("--set", help="PATH=VALUE in VSS units; may be given several times.")
]
Language = Annotated[str, typer.Option("--lang", help="Language of texts that come in one language only.")]
Log = Annotated[Path | None, typer.Option("--log", help="Save every frame, both ways (blf, asc, mf4, …).")]
Audit = Annotated[Path | None, typer.Option("--audit", help="Append the hash-chained record to this file.")]


@app.command()
def demo(
    as_json: Json = False,
    pace: Annotated[float, typer.Option(help="Seconds to pause after each request, for an audience.")] = 0.0,
    log: Annotated[Path | None, typer.Option(help="Save the drive's frames here (blf, asc, …).")] = None,
) -> int:
    """A scripted drive on the simulated demo_sedan: asked, judged, sent, confirmed, said."""
    from intent_bridge.cli.demo import run_demo

    return run_demo(as_json=as_json, pace_s=pace, log=log)


@app.command()
def check(
    vehicle: Annotated[
        str | None, typer.Argument(help="A name or a folder; without it, all shipped vehicles.")
    ] = None,
    log: Annotated[
        Path | None, typer.Option(help="A recorded drive (blf, asc, log, mf4, …) to hold against it.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Check a vehicle's data, or hold a recorded drive against it."""
    from intent_bridge.cli.check import run_check

    return run_check(vehicle, log, as_json=as_json)


@app.command()
def tools(
    vehicle: Vehicle,
    dialect: Annotated[str, typer.Option(help="Whose tool format: openai, anthropic, …")] = "openai",
    domain: Annotated[
        list[str] | None, typer.Option(help="Only these: climate, seat, adas, body, …; several times.")
    ] = None,
    state: Sets = None,
    who: From = None,
    cost: Annotated[bool, typer.Option("--cost", help="How many tokens they take, in every format.")] = False,
    as_json: Json = False,
) -> int:
    """Print the tools of a vehicle, as a model takes them (always JSON).

    With `--set` or `--from`, only those of which something would be allowed then.
    """
    from intent_bridge.cli.tools import print_cost, print_tools

    if cost:
        return print_cost(vehicle, domain, state or [], who, as_json=as_json)
    return print_tools(vehicle, dialect, domain, state or [], who)


@app.command()
def explain(
    vehicle: Vehicle,
    call: Call,
    state: Sets = None,
    who: From = None,
    language: Language = "en",
    as_json: Json = False,
) -> int:
    """Dry run: what would be decided and sent, and why. Nothing is sent."""
    from intent_bridge.cli.verbs import explain_call

    return explain_call(vehicle, call, state or [], who, language=language, as_json=as_json)


@app.command(hidden=True)
def send(
    vehicle: Vehicle,
    call: Call,
    bus: Buses = None,
    who: From = None,
    audit: Audit = None,
    language: Language = "en",
    as_json: Json = False,
) -> int:
    """Carry out one call on real buses. Exit code 1 when it was not carried out."""
    from intent_bridge.cli.verbs import send_call

    return send_call(vehicle, call, bus or [], who, audit=audit, language=language, as_json=as_json)


@app.command()
def sim(
    vehicle: Vehicle,
    bus: Buses = None,
    state: Sets = None,
    play: Annotated[
        Path | None, typer.Option(help="Play a recorded drive's statuses (blf, asc, …) instead.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Run the simulated ECUs of a vehicle on buses, until Ctrl-C; or play a recorded drive onto them."""
    if play is not None:
        from intent_bridge.cli.record import play_drive

        return play_drive(vehicle, bus or [], play, as_json=as_json)
    from intent_bridge.cli.verbs import serve_simulation

    return serve_simulation(vehicle, bus or [], state or [], as_json=as_json)


@app.command()
def run(
    vehicle: Vehicle,
    bus: Buses = None,
    listen_only: Annotated[
        bool, typer.Option("--listen-only", help="Show state and frames; send nothing.")
    ] = False,
    log: Log = None,
    audit: Audit = None,
    audit_key: Annotated[
        Path | None, typer.Option(help="Seal the record with this key (docs/audit.md).")
    ] = None,
    audit_max_mb: Annotated[
        int | None, typer.Option(min=1, help="Begin a new file of the record at this size.")
    ] = None,
    audit_queue: Annotated[
        bool, typer.Option("--audit-queue", help="Go on for 1024 records while the disk fails.")
    ] = False,
    session: Annotated[str | None, typer.Option(help="The space that call ids are unique in.")] = None,
    language: Language = "en",
    mcp: Annotated[
        bool, typer.Option("--mcp", help="Serve one MCP client on standard input and output (docs/mcp.md).")
    ] = False,
    mcp_http: Annotated[
        str | None, typer.Option(help="Serve MCP clients over HTTP.", metavar="HOST:PORT")
    ] = None,
    mcp_access: Annotated[
        Path | None, typer.Option(help="Who may connect and do what: tokens, domains, whom they stand for.")
    ] = None,
    mcp_remote: Annotated[
        bool, typer.Option("--mcp-remote", help="Listen where other machines can reach it.")
    ] = False,
    mcp_proxy: Annotated[
        Path | None, typer.Option(help="Guard somebody else's MCP server, mapped by this file.")
    ] = None,
    who: From = None,
    host_channel: Annotated[
        Path | None, typer.Option(help="With MCP: a Unix socket for the host's own lines (a person's yes).")
    ] = None,
    as_json: Json = False,
) -> int:
    """JSON lines in, JSON lines out (docs/run.md). Without --bus, on the simulated vehicle."""
    from intent_bridge.cli.audit_options import read_audit

    record = read_audit(audit, audit_key, audit_max_mb, queue=audit_queue)
    if mcp or mcp_http or mcp_proxy:
        from intent_bridge.cli.mcp import McpOptions, serve_clients

        options = McpOptions(mcp_http, mcp_access, who, host_channel, mcp_remote, mcp_proxy)
        return serve_clients(
            vehicle, bus or [], options, language=language, audit=record, session=session,
            listen_only=listen_only, log=log,
        )  # fmt: skip
    from intent_bridge.cli.verbs import serve_lines

    return serve_lines(
        vehicle, bus or [], listen_only, log=log, audit=record, session=session, language=language
    )


Spoken = Annotated[str | None, typer.Option("--lang", help="The language; without it, it is recognised.")]


@app.command()
def say(
    vehicle: Vehicle,
    text: Annotated[
        str | None, typer.Argument(help="What a person says; without it, a conversation.", metavar="SENTENCE")
    ] = None,
    language: Spoken = None,
    state: Sets = None,
    who: From = None,
    as_json: Json = False,
) -> int:
    """A sentence to the simulated vehicle, understood with no model; exit code 0 for every outcome."""
    if text is None:
        return chat(vehicle, language, state, who)
    from intent_bridge.cli.say import say_sentence

    return say_sentence(vehicle, text, state or [], who, language=language, as_json=as_json)


@app.command(hidden=True)
def record(
    vehicle: Vehicle,
    log: Annotated[Path, typer.Option(help="The file; its ending says the format (blf, asc, mf4, …).")],
    bus: Buses = None,
    seconds: Annotated[float | None, typer.Option(min=0, help="Stop after this time.")] = None,
    as_json: Json = False,
) -> int:
    """Short for `run --listen-only --log FILE` without calls: listen and write, until Ctrl-C."""
    from intent_bridge.cli.record import record_buses

    return record_buses(vehicle, bus or [], log, seconds=seconds, as_json=as_json)


@app.command(hidden=True)
def chat(vehicle: Vehicle, language: Spoken = None, state: Sets = None, who: From = None) -> int:
    """Short for `say VEHICLE` without a sentence: a conversation in the terminal."""
    from intent_bridge.cli.chat import talk_to

    return talk_to(vehicle, state or [], who, language=language)


@app.command()
def parse(as_json: Json = False) -> int:
    """Take models' answers apart: JSON lines in, JSON lines out, for any dialect (docs/parse.md)."""
    from intent_bridge.cli.parse import main_loop

    main_loop(sys.stdin, sys.stdout)
    return Exit.OK


@app.command(hidden=True)
def replay(
    audit: Annotated[Path, typer.Argument(help="An audit log.", metavar="AUDIT")],
    vehicle: Annotated[
        str | None, typer.Option(help="The vehicle; without it, the one the log names.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Short for `audit replay LOG`."""
    from intent_bridge.cli.audit import replay_logs

    return replay_logs([audit], vehicle, as_json=as_json)


@app.command()
def fuzz(
    vehicle: Vehicle,
    calls: Annotated[int, typer.Option(min=1, help="How many calls to make.")] = 20_000,
    jobs: Annotated[int, typer.Option(min=1, help="Processes to use.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same drives.")] = 1,
    minutes: Annotated[float | None, typer.Option(min=0, help="Stop after this time.")] = None,
    resume: Annotated[Path | None, typer.Option(help="Count in this file, and go on with it.")] = None,
    out: Annotated[Path, typer.Option(help="Where short drives to hazards go.")] = Path("hazards-found.yaml"),
    play: Annotated[
        Path | None, typer.Option("--replay", help="Play the drives of this file instead.")
    ] = None,
    bus: Buses = None,
    rate: Annotated[float, typer.Option(min=0.1, max=100, help="With --bus: most calls per second.")] = 5.0,
    guard_only: Annotated[bool, typer.Option(help="Cases for the guard alone, no drives.")] = False,
    as_json: Json = False,
) -> int:
    """Random drives against the vehicle's hazard list. Exit code 1 on any hazard, 2 without a list."""
    from intent_bridge.cli.fuzz import Limits, fuzz_guard, fuzz_vehicle

    limits = Limits(calls, jobs, seed, minutes, rate)
    if guard_only:
        return fuzz_guard(vehicle, limits, as_json=as_json)
    return fuzz_vehicle(vehicle, limits, bus or [], resume=resume, out=out, play=play, as_json=as_json)


@app.callback(invoke_without_command=True)
def _start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from intent_bridge import __version__

        typer.echo(__version__)
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; errors become one line and a hint."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = typer.main.get_command(app)(given, prog_name="intent-bridge", standalone_mode=False)
        return int(code or 0)
    except typer.TyperException as error:
        return _fail(given, Exit.USAGE, error.format_message(), HINTS[Exit.USAGE])
    except UsageProblem as error:
        return _fail(given, Exit.USAGE, str(error), error.hint or HINTS[Exit.USAGE])
    except IntentBridgeError as error:
        code = exit_code(error)
        return _fail(given, code, str(error), HINTS[code])
    except BrokenPipeError:  # the reader of our output has gone, which is its right
        sys.stderr.close()
        return Exit.OK
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


def _fail(given: Sequence[str], code: Exit, message: str, hint: str) -> int:
    if "--json" in given:
        import json

        typer.echo(json.dumps({"error": {"code": code.name.lower(), "message": message, "hint": hint}}))
    else:
        typer.echo(f"error: {message}\nhint: {hint}", err=True)
    return code
