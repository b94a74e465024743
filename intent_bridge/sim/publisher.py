"""Sends the statuses of all ECUs: cyclically, and at once when their content changes."""

from collections.abc import Iterable, Mapping

from ..profile import Profile
from ..profile.report import one_of
from ..types import RawFrame
from .agenda import Agenda
from .plan import Plan
from .protection import Keys
from .wire import Outgoing, Page, known, port
from .world import World


class Publisher:
    """All outgoing messages of a vehicle and which of their pages are due."""

    def __init__(
        self, profile: Profile, plan: Plan, world: World, keys: Keys, *, on_change: bool = False
    ) -> None:
        self._world = world
        self._due: dict[Page, None] = {}
        self.messages: dict[str, Outgoing] = {}
        self._pages: dict[str, tuple[Page, ...]] = {}
        self._about: dict[tuple[str, frozenset[str]], tuple[Page, ...]] = {}
        responses = [m.spec.response for m in profile.messages.values() if m.spec.response]
        for ecu in plan.ecus.values():
            for name in ecu.sends:
                info = profile.messages[name]
                here = [s for s in profile.sensors.values() if s.binding.message == name]
                ports = [port(s.path, s.binding, profile) for s in here]
                answers: dict[str, int] = {}
                for response in responses:
                    if response.result.split(".")[0] == name:
                        result = response.result.split(".")[1]
                        signal = info.dbc.get_signal_by_name(result)
                        answers[result] = signal.choice_to_number(plan.results.none)
                        answers[response.counter.split(".")[1]] = 0
                outgoing = self.messages[name] = Outgoing(info, ports, answers, known(profile, info, keys))
                if on_change and outgoing.cycle_ms is not None and here:
                    outgoing.cycle_ms = max(outgoing.cycle_ms, min(s.max_age_ms for s in here) * 9 // 10)
                for page in outgoing.pages:
                    for p in page.ports:
                        self._pages[p.path] = (*self._pages.get(p.path, ()), page)
        world.changed = self.touch
        for path in profile.sensors:
            if world.hidden(path):
                self.touch(path)

    def start(self, agenda: Agenda) -> None:
        """Send every page now and plan its cycle; the pages of one message are spread over it."""
        for outgoing in self.messages.values():
            count = len(outgoing.pages)
            for i, page in enumerate(outgoing.pages):
                self._due[page] = None
                if outgoing.cycle_ms is not None:
                    first_ms = agenda.now_ms + outgoing.cycle_ms * (i + 1) // count
                    self._plan_cycle(agenda, page, outgoing.cycle_ms, first_ms)

    def _plan_cycle(self, agenda: Agenda, page: Page, cycle_ms: int, first_ms: int) -> None:
        def happening(now_ms: int) -> None:
            self._due[page] = None
            agenda.at(now_ms + cycle_ms, happening)

        agenda.at(first_ms, happening)

    def touch(self, path: str) -> None:
        """The content of a path may have changed: its pages are sent at once, or no more."""
        for page in self._pages[path]:
            page.dirty = True
            page.changed.add(path)
            page.stopped = page.lone and self._world.hidden(path)
            self._due[page] = None

    def answer(self, name: str, signals: Mapping[str, int], paths: frozenset[str]) -> None:
        """Write an ECU's answer into message `name`, and send at once the pages that carry one of `paths`."""
        outgoing = self.messages[name]
        outgoing.answers.update(signals)
        for page in outgoing.pages:
            page.dirty = True
        about = self._about.get((name, paths))
        if about is None:
            found = tuple(p for p in outgoing.pages if any(port.path in paths for port in p.ports))
            about = self._about[name, paths] = found or outgoing.pages
        for page in about:
            self._due[page] = None

    def power(self, names: Iterable[str], on: bool) -> None:
        """Switch the sender of these messages off, or on again as after power-on."""
        for name in names:
            outgoing = self.messages[name]
            outgoing.off = not on
            if on:
                outgoing.boot()
                self._due.update(dict.fromkeys(outgoing.pages))

    def frames(self) -> list[RawFrame]:
        """The frames that are due now; afterwards none is."""
        if not self._due:
            return []
        world_raw = self._world.raw
        due, self._due = self._due, {}
        return [frame for page in due if (frame := page.outgoing.frame(page, world_raw)) is not None]

    @property
    def pending(self) -> bool:
        """Whether a frame is due."""
        return bool(self._due)

    def find(self, name: str) -> Outgoing:
        """An outgoing message by name; ValueError says which there are."""
        if name not in self.messages:
            raise ValueError(f"no ECU sends `{name}`, {one_of(name, list(self.messages))}")
        return self.messages[name]
