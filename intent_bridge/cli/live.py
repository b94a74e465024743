"""A live table of the vehicle's state beside the line protocol, for first contact with a real car."""

import contextlib
import threading
from collections.abc import Iterator

from rich.console import Console
from rich.live import Live
from rich.table import Table

from intent_bridge.bridge import Bridge

REFRESH_S = 0.5


@contextlib.contextmanager
def watch_state(car: Bridge, wanted: bool) -> Iterator[None]:
    """Show the state on standard error while the block runs; nothing at all unless `wanted`."""
    if not wanted:
        yield
        return
    ended = threading.Event()
    with Live(state_table(car), console=Console(stderr=True), auto_refresh=False) as live:

        def refresh() -> None:
            while not ended.wait(REFRESH_S):
                live.update(state_table(car), refresh=True)

        thread = threading.Thread(target=refresh, name="live-state", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def state_table(car: Bridge) -> Table:
    """Every path with its value, or why it has none."""
    table = Table(title=f"{car.profile.file.title}: listening, sending nothing")
    table.add_column("path")
    table.add_column("value", justify="right")
    quality = car.quality()
    for path, value in car.state().items():
        table.add_row(path, str(value) if value is not None else f"[dim]{quality[path].value}[/dim]")
    return table
