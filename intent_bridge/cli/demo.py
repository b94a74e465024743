"""`demo`: a scripted drive on the simulated vehicle; what was asked, judged, sent, confirmed and may be said.

The script is data (`demo_drive.yaml`), and says what every request must end in: the demo is a test as well.
"""

import json
import time
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from intent_bridge.bridge import Bridge, SimulatedBridge
from intent_bridge.cli.answers import Answers
from intent_bridge.cli.exits import Exit
from intent_bridge.cli.protocol import OutcomeLine, VssValue, Who
from intent_bridge.cli.show import Show, console
from intent_bridge.profile.yaml import read_yaml
from intent_bridge.types import Frame, Outcome, Status

DRIVE = Path(__file__).parent / "demo_drive.yaml"


class Step(BaseModel):
    """One step of a drive: state and time first, then at most one request."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    state: dict[str, VssValue | None] = {}
    mute: tuple[str, ...] = ()
    """Status messages that are not sent from here on."""
    unmute: tuple[str, ...] = ()
    advance_ms: Annotated[int, Field(ge=0)] = 0
    who: Annotated[Who | None, Field(alias="from")] = None
    call: dict[str, Any] | str | None = None
    confirm: bool | None = None
    undo: bool = False
    expect: Status | None = None
    events: tuple[Status, ...] = ()


class Drive(BaseModel):
    """A scripted drive of one vehicle."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vehicle: str
    steps: tuple[Step, ...]


class Played(BaseModel):
    """What came of one step; `problems` is empty when it went as the script says."""

    title: str
    call: Any = None
    answer: OutcomeLine | None = None
    events: tuple[OutcomeLine, ...] = ()
    problems: tuple[str, ...] = ()


def load_drive(file: Path = DRIVE) -> Drive:
    """The script of a drive."""
    return Drive.model_validate(read_yaml(file).data)


def run_demo(*, as_json: bool, pace_s: float, log: Path | None = None) -> int:
    """Play the shipped drive; exit code 1 when a step does not end as the script says."""
    drive = load_drive()
    out = console()
    show = None if as_json else Show(out)
    if show is not None:
        out.print(f"[bold]{drive.vehicle}[/bold], simulated, on python-can virtual buses, in virtual time\n")
    steps = len(drive.steps)
    with Bridge.simulated(drive.vehicle, log=log) as car, _progress(out, steps, as_json) as progress:
        player = Player(car, show)
        played = []
        for number, step in enumerate(drive.steps, 1):
            played.append(player.play(step))
            if progress is not None:
                progress.update(progress.task_ids[0], completed=number)
            time.sleep(pace_s)
    problems = [problem for one in played for problem in one.problems]
    if as_json:
        print(json.dumps({"vehicle": drive.vehicle, "steps": [p.model_dump(mode="json") for p in played]}))
    else:
        statuses = Counter(one.answer.status.value for one in played if one.answer is not None)
        counts = ", ".join(f"{count} {status}" for status, count in statuses.most_common())
        out.print(f"{statuses.total()} requests: {counts}. {player.frames} frames sent.")
        for problem in problems:
            out.print(f"not as scripted: {problem}", style="red")
    return Exit.NO if problems else Exit.OK


class Player:
    """Plays the steps of a drive on one simulated vehicle."""

    def __init__(self, car: SimulatedBridge, show: Show | None) -> None:
        self.frames = 0
        self._car, self._show = car, show
        self._answers = Answers(car)
        self._sent: list[Frame] = []
        self._events: list[Outcome] = []
        self._token = ""
        self._last: dict[str, dict[str, Any]] = {}
        car.subscribe("frame", self._sent.append)
        car.subscribe("outcome", self._events.append)

    def play(self, step: Step) -> Played:
        """One step, shown as it happens."""
        self._events.clear()
        self._sent.clear()
        if self._show is not None:
            self._show.title(step.title)
        for message in step.mute:
            self._car.vehicle.mute(message)
        for message in step.unmute:
            self._car.vehicle.unmute(message)
        self._car.set_state(step.state)
        self._car.advance_ms(step.advance_ms)
        events = tuple(self._answers.outcome(outcome) for outcome in self._events)
        outcome = self._request(step)
        answer = None if outcome is None else self._answers.outcome(outcome)
        self._tell(step, outcome, events)
        return Played(
            title=step.title,
            call=step.call,
            answer=answer,
            events=events,
            problems=_problems(step, answer, events),
        )

    def _request(self, step: Step) -> Outcome | None:
        who = None if step.who is None else step.who.provenance()
        if step.call is not None:
            outcome = self._car.handle(step.call, who)
        elif step.confirm is not None:
            outcome = self._car.confirm(self._token, step.confirm, who)
        elif step.undo:
            outcome = self._car.undo(who)
        else:
            return None
        if outcome.confirmation is not None:
            self._token = outcome.confirmation.token
        return outcome

    def _tell(self, step: Step, outcome: Outcome | None, events: tuple[OutcomeLine, ...]) -> None:
        self.frames += len(self._sent)
        if self._show is None:
            return
        for message in step.mute:
            self._show.line("state", f"{message} is not sent any more")
        if step.state:
            self._show.line("state", ", ".join(f"{path} = {json.dumps(v)}" for path, v in step.state.items()))
        if step.call is not None:
            text = step.call if isinstance(step.call, str) else json.dumps(step.call, ensure_ascii=False)
            self._show.line("asked", text)
        answers = [*events, *([] if outcome is None else [self._answers.outcome(outcome)])]
        for number, answer in enumerate(answers):
            self._show.outcome(answer, self._new_frames() if number == 0 else ())
        self._show.blank()

    def _new_frames(self) -> list[Frame]:
        """Frames of this step that are no repeats: they differ in more than counter and checksum."""
        found = []
        for frame in self._sent:
            content = {n: v for n, v in frame.signals.items() if frame.origins.get(n) != "e2e"}
            if self._last.get(frame.message) != content:
                self._last[frame.message] = content
                found.append(frame)
        return found


def _problems(step: Step, answer: OutcomeLine | None, events: tuple[OutcomeLine, ...]) -> tuple[str, ...]:
    problems = []
    status = None if answer is None else answer.status
    if status != step.expect:
        problems.append(f"{step.title}: {status} where {step.expect} was expected")
    ended = tuple(event.status for event in events)
    if not set(step.events) <= set(ended):
        problems.append(f"{step.title}: {ended} where {step.events} were expected")
    return tuple(problems)


def _progress(out: Console, total: int, as_json: bool) -> AbstractContextManager[Progress | None]:
    """A progress line on a terminal, nothing elsewhere."""
    if as_json or not out.is_terminal:
        return nullcontext()
    progress = Progress(TextColumn("drive"), BarColumn(), MofNCompleteColumn(), console=out, transient=True)
    progress.add_task("drive", total=total)
    return progress
