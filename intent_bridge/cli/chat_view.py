"""What the conversation shows beside the dialogue: cabin, verdicts and frames, as Rich renderables."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from intent_bridge.bridge import SimulatedBridge
from intent_bridge.cli.protocol import OutcomeLine
from intent_bridge.cli.show import ABOUT, STYLES
from intent_bridge.intents.zones import Place, places
from intent_bridge.profile import from_vss
from intent_bridge.texts import texts_for
from intent_bridge.types import Frame

_QUIET: Final = frozenset({0, "OFF"})
_CLIMATE: Final = ".HVAC."
_ROWS: Final = ("front_row", "rear_row")
_FRESH: Final = "bold yellow"


class CabinView:
    """The settings of a car, by place; what the last sentence changed stands out."""

    def __init__(self, car: SimulatedBridge) -> None:
        self._car, self._texts = car, texts_for(car.profile)
        self._first: Mapping[str, Any] = car.state()
        self._before = self._first

    def mark(self) -> None:
        """From now on, what differs from this moment stands out."""
        self._before = self._car.state()

    def render(self, language: str) -> RenderableType:
        """The cabin as it is now."""
        state = self._car.state()
        side = self._car.profile.file.driver_side
        rows: list[RenderableType] = []
        placed: set[str] = set()
        for row in _ROWS:
            seats = places(row, side)
            if side == "right":
                seats = tuple(reversed(seats))
            panels = []
            for seat in seats:
                paths = [path for path in self._car.profile.actuators if _is_at(path, seat)]
                placed |= set(paths)
                panels.append(self._panel(seat, paths, state, language))
            grid = Table.grid(expand=True)
            for _ in panels:
                grid.add_column(ratio=1)
            grid.add_row(*panels)
            rows.append(grid)
        rest = [path for path in self._car.profile.actuators if path not in placed]
        rows.append(self._table(rest, state, language))
        return Group(*rows)

    def _panel(self, seat: Place, paths: list[str], state: Mapping[str, Any], language: str) -> Panel:
        body = self._table(paths, state, language)
        return Panel(body, title=self._texts.say(f"zone-{seat.zone}", language), border_style="dim")

    def _table(self, paths: Iterable[str], state: Mapping[str, Any], language: str) -> Table:
        """The climate, and whatever was changed since the conversation began."""
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(ratio=3, no_wrap=True, overflow="ellipsis")
        table.add_column(ratio=2, justify="right", no_wrap=True)
        for path in paths:
            value = state.get(path)
            fresh = value != self._before.get(path)
            usual = value == self._first.get(path) and (value in _QUIET or _CLIMATE not in path)
            if value is None or (usual and not fresh):
                continue
            shown = self._texts.value(path, from_vss(self._car.profile.actuators[path].spec, value), language)
            style = _FRESH if fresh else ""
            table.add_row(Text(_short(path), style=style or "dim"), Text(shown, style=style))
        return table


def verdict_view(lines: Iterable[OutcomeLine]) -> RenderableType:
    """What the guard said of each call of a sentence, and what would unlock it."""
    parts: list[RenderableType] = []
    for line in lines:
        head = Text(line.intent or line.code or "-", style="bold")
        if line.verdict.decision is not None:
            head.append(f"  {line.verdict.decision}", style="dim")
        head.append(f"  {line.status.value}", style=STYLES.get(line.status.value, "red"))
        parts.append(head)
        why = {(rule.id, rule.why): rule for rule in line.verdict.rules}
        parts += [Text(f"  {rule.id}: {rule.why}", style="dim") for rule in why.values()]
        parts += [Text(f"  needs {text}", style="dim") for text in line.verdict.unlock]
        parts += [
            Text(f"  {_short(action.path)} = {action.confirmed}", style="green")
            for action in line.actions
            if action.confirmed is not None
        ]
    return Group(*parts)


def frame_view(frame: Frame) -> Text:
    """One frame on one line, and the signals that it is about on the next."""
    raw = frame.raw
    text = Text(f"{raw.bus} {raw.can_id:0{8 if raw.extended else 3}X} ", style="cyan")
    text.append(raw.data.hex(" ").upper())
    about = [name for name, origin in frame.origins.items() if origin in ABOUT - {"e2e", "mux"}]
    shown = "  ".join(f"{name}={frame.signals[name]}" for name in about if name in frame.signals)
    return text.append(f"\n  {frame.message} {shown}", style="dim")


def _is_at(path: str, seat: Place) -> bool:
    return f".{seat.seat}." in f"{path}." or f".{seat.station}." in f"{path}."


def _short(path: str) -> str:
    """The end of a path, without what the panel says already."""
    segments = [s for s in path.split(".")[1:] if s not in ("Cabin", "HVAC", "Station", "Body", "Lights")]
    kept = [s for s in segments if not s.startswith(("Row", "Driver", "Passenger"))]
    return ".".join(kept[-2:])
