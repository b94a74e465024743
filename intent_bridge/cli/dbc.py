"""The verbs of `intent-bridge dbc`: DBC files explained, repaired, and mapped to a first profile."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from intent_bridge.cli.exits import Exit, UsageProblem

dbc = typer.Typer(
    help="Explain and repair DBC files, and propose a first profile for an unknown car.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
File = Annotated[Path, typer.Argument(help="A DBC file.", metavar="FILE")]
Out = Annotated[Path | None, typer.Option("--out", help="Write to this file, not to standard output.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


@dbc.command()
def lint(
    files: Annotated[list[Path], typer.Argument(help="DBC files.", metavar="FILE…")], as_json: Json = False
) -> int:
    """Everything wrong with DBC files, with lines. Exit code 1 when anything needs a mend."""
    from intent_bridge.dbc import lint as examine

    reports = [(file, examine(_read(file), file)) for file in files]
    if as_json:
        listed = [{"file": str(file), "findings": [f._asdict() for f in found]} for file, found in reports]
        print(json.dumps({"files": listed}, ensure_ascii=False))
    else:
        for file, found in reports:
            for f in found:
                print(f"{file}{f':{f.line}' if f.line else ''}: {f.level}: {f.what} [{f.rule}]")
            levels = [f.level for f in found]
            counts = ", ".join(f"{levels.count(level)} {level}s" for level in ("error", "repair", "note"))
            print(f"{file}: {counts}")
    return Exit.NO if any(f.level != "note" for _, found in reports for f in found) else Exit.OK


@dbc.command()
def repair(file: File, out: Out = None, as_json: Json = False) -> int:
    """Mend what can be mended safely, reporting each change. Exit code 3 when that is not enough."""
    from intent_bridge.dbc import load_dbc
    from intent_bridge.dbc import repair as mend

    repaired = mend(_read(file))
    if out is not None:
        _write(out, repaired.text)
    if as_json:
        text = {} if out is not None else {"text": repaired.text}
        changes = [change._asdict() for change in repaired.changes]
        print(json.dumps({"file": str(file), "changes": changes} | text, ensure_ascii=False))
    else:
        for change in repaired.changes:
            print(f"{file}:{change.line}: {change.what} [{change.rule}]", file=sys.stderr)
        print(f"{file}: {len(repaired.changes)} changes", file=sys.stderr)
        if out is None:
            print(repaired.text, end="")
    load_dbc(repaired.text, file)
    return Exit.OK


@dbc.command("map")
def propose(
    files: Annotated[list[Path], typer.Argument(help="DBC files, one per bus.", metavar="FILE…")],
    vss: Annotated[bool, typer.Option("--vss", help="Map to COVESA VSS paths (the only target).")] = True,
    driver_side: Annotated[str, typer.Option(help="left or right: which side is the driver's.")] = "left",
    out: Out = None,
    as_json: Json = False,
) -> int:
    """Propose a first profile of an unknown car, for a person to finish. Exit code 1: nothing found."""
    from intent_bridge.cli.dbc_map import map_files

    return map_files({file: _read(file) for file in files}, driver_side, out, as_json=as_json)


def _read(file: Path) -> str:
    from intent_bridge.dbc import read_text

    try:
        return read_text(file)
    except OSError as error:
        raise UsageProblem(f"`{file}` cannot be read: {error.strerror}", "give a DBC file") from error


def _write(file: Path, text: str) -> None:
    try:
        with file.open("w", encoding="utf-8", newline="") as out:
            out.write(text)
    except OSError as error:
        raise UsageProblem(f"`{file}` cannot be written: {error.strerror}", "give another --out") from error
