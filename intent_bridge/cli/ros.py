"""`ros bag-replay`: a recorded ROS 2 bag through the engine, on a machine without ROS."""

from pathlib import Path
from typing import Annotated

import typer

ros = typer.Typer(help="What concerns ROS 2 and needs no ROS (docs/ros.md).", no_args_is_help=True)


@ros.command("bag-replay")
def bag_replay(
    bag: Annotated[Path, typer.Argument(help="The bag's folder (sqlite3 or MCAP).", metavar="BAG")],
    vehicle: Annotated[str, typer.Argument(help="A shipped vehicle's name, or a folder.", metavar="VEHICLE")],
    calls: Annotated[
        list[str] | None, typer.Option("--call", help="A tool call to be judged all along the drive.")
    ] = None,
    who: Annotated[str | None, typer.Option("--from", help="Who speaks: driver, passenger, …")] = None,
    namespace: Annotated[
        str | None, typer.Option(help="The vehicle's namespace, where the bag has several.")
    ] = None,
    every_ms: Annotated[int, typer.Option(min=1, help="How often calls are judged [ms].")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")] = False,
) -> int:
    """Feed a bag through the engine: what it says of every path, and when a call would have been allowed."""
    from intent_bridge.cli.bag import replay_bag

    return replay_bag(bag, vehicle, calls or [], who, namespace=namespace, every_ms=every_ms, as_json=as_json)
