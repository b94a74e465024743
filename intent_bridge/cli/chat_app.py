"""The terminal of `chat`, on textual: what is said on the left, what the car does on the right."""

from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Footer, Header, Input, RichLog, Static

from intent_bridge.bridge import SimulatedBridge
from intent_bridge.cli.answers import Answers
from intent_bridge.cli.chat_view import CabinView, frame_view, verdict_view
from intent_bridge.cli.show import STYLES
from intent_bridge.nlu import Talk
from intent_bridge.types import Frame, Outcome, Provenance

SPEED = "Vehicle.Speed"
SPEED_STEP_KM_H = 10
SPEED_MAX_KM_H = 200
TICK_S = 0.25
"""So often the simulated car moves on, by as much of its own time."""


class ChatApp(App[None]):
    """One conversation with one simulated car."""

    TITLE = "intent-bridge"
    CSS = """
    #dialogue { height: 1fr; padding: 1 2; scrollbar-size-vertical: 1; }
    .said { margin: 0 0 0 8; padding: 0 1; background: $primary 30%; width: auto; max-width: 90%; }
    .answer { margin: 0 8 1 0; padding: 0 1; border-left: thick $success; width: auto; max-width: 90%; }
    .answer.no { border-left: thick $error; }
    .answer.asks { border-left: thick $warning; }
    Input { margin: 0 2 1 2; border: round $primary; }
    #left { width: 5fr; }
    #right { width: 4fr; border-left: solid $panel; }
    #cabin { padding: 0 1; height: auto; }
    .title { color: $accent; text-style: bold; padding: 0 1; }
    #verdict { padding: 0 2; height: auto; min-height: 3; }
    #frames { height: 1fr; min-height: 6; padding: 0 2; scrollbar-size-vertical: 1; }
    #seen { height: auto; max-height: 60%; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("ctrl+up", "speed(1)", "faster"),
        ("ctrl+down", "speed(-1)", "slower"),
        ("ctrl+z", "undo", "undo"),
        ("ctrl+q", "quit", "leave"),
    ]

    def __init__(self, car: SimulatedBridge, language: str | None, speaker: Provenance | None) -> None:
        super().__init__()
        self.car, self.talk, self.speaker = car, Talk(car, language), speaker
        self._cabin = CabinView(car)
        self._sent: list[Frame] = []
        self._unsubscribe = car.subscribe("frame", self._sent.append)

    def compose(self) -> ComposeResult:
        """The places of everything."""
        yield Header(show_clock=False)
        with Horizontal():
            with Vertical(id="left"):
                yield VerticalScroll(id="dialogue")
                yield Input(placeholder="I'm cold  ·  打开车窗  ·  Mach die Klimaanlage an")
            with Vertical(id="right"):
                with VerticalScroll(id="seen"):
                    yield Static(id="cabin")
                yield Static("verdict", classes="title")
                yield Static(id="verdict")
                yield Static("frames", classes="title")
                yield RichLog(id="frames", wrap=True, min_width=20)
        yield Footer()

    def on_mount(self) -> None:
        """The car begins to live."""
        self._heart = self.set_interval(TICK_S, self._tick)
        self._show_car()
        self.query_one(Input).focus()

    def on_unmount(self) -> None:
        """The car stands still, and no more frames are heard."""
        self._heart.stop()
        self._unsubscribe()

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """A sentence was said."""
        text = event.value.strip()
        if not text:
            return
        event.input.clear()
        await self._add(Text(text), "said")
        self._cabin.mark()
        await self._tell(self.talk.say(text, self.speaker))

    async def action_undo(self) -> None:
        """Put the last thing back, by a key."""
        await self._tell((self.car.undo(self.speaker),))

    def action_speed(self, steps: int) -> None:
        """The simulated car drives faster or slower."""
        now = self.car.state()[SPEED] or 0
        wanted = min(max(0, now + steps * SPEED_STEP_KM_H), SPEED_MAX_KM_H)
        self.car.set_state({SPEED: wanted})
        self._tick()

    async def _tell(self, outcomes: tuple[Outcome, ...]) -> None:
        answers = Answers(self.car, self.talk.language)
        lines = [answers.outcome(outcome) for outcome in outcomes]
        for line in lines:
            kind = {"green": "", "cyan": "", "yellow": "asks"}.get(STYLES.get(line.status.value, ""), "no")
            await self._add(Text(line.say[self.talk.language]), f"answer {kind}".strip())
        self.query_one("#verdict", Static).update(verdict_view(lines))
        asked = self.talk.waiting_for is not None
        self.query_one(Input).border_title = "yes or no?" if asked else ""
        self._show_car()

    async def _add(self, text: Text, classes: str) -> None:
        dialogue = self.query_one("#dialogue", VerticalScroll)
        await dialogue.mount(Static(text, classes=classes))
        dialogue.scroll_end(animate=False)

    def _tick(self) -> None:
        self.car.advance_ms(int(TICK_S * 1000))
        self._show_car()

    def _show_car(self) -> None:
        if not self.query("#frames"):
            return  # the screen is being closed
        frames = self.query_one("#frames", RichLog)
        for frame in self._sent:
            frames.write(frame_view(frame))
        self._sent.clear()
        self.query_one("#cabin", Static).update(self._cabin.render(self.talk.language))
        speed = self.car.state()[SPEED]
        self.sub_title = f"{self.car.profile.file.title} · {speed if speed is not None else '?'} km/h"
