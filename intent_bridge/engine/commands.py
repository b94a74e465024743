"""Carries permitted orders to the ECU: first frame, repeats, watch, acknowledgement, stop, neutral, end.

Every frame of a command is judged again on the newest state before it leaves; the egress gate has the
last word on its bytes. A command ends in exactly one `Ended`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from intent_bridge.codec import EgressGate, Encoder, Reading
from intent_bridge.codec.egress import TOO_OFTEN
from intent_bridge.engine.doubt import Live, doubt
from intent_bridge.engine.effects import Effect, Order, Record, Send
from intent_bridge.engine.rates import Rates
from intent_bridge.engine.records import ordered, snapshot, start_record, stop_record
from intent_bridge.engine.running import Fading, Running, targets
from intent_bridge.engine.traits import TraitsOf
from intent_bridge.frozen import frozen
from intent_bridge.guard import NO_HISTORY, Guard, History
from intent_bridge.profile import MessageInfo, Profile
from intent_bridge.types import Frame, RawFrame, RuleHit, State, Status, Value, Verdict

MAX_RUNNING = 64
"""Commands under way at once; one more is refused."""

Kind = Literal["start", "repeat", "stop", "neutral"]


@frozen
class Ended:
    """A command is over: this is how."""

    run: Running
    status: Status
    code: str = ""
    hits: tuple[RuleHit, ...] = ()
    unheard: frozenset[str] = frozenset()
    """Command messages that their ECU refused, or that never left."""


@frozen
class Refused:
    """The egress gate keeps a frame back; nothing of its batch is sent."""

    reason: str


class Commands:
    """All commands under way on one vehicle. Holds state, does no I/O; time is an argument."""

    def __init__(self, profile: Profile, guard: Guard, encoder: Encoder, gate: EgressGate) -> None:
        self._profile, self.guard, self._encoder, self._gate = profile, guard, encoder, gate
        self._traits = TraitsOf(profile)
        self.running: dict[str, Running] = {}
        self._fading: list[Fading] = []
        self._started: list[Running] = []
        self._rates = Rates(profile)
        self._left_ms: dict[str, int] = {}
        """When a frame of each command message left last."""
        self._answers = {
            message.spec.response.result.split(".")[0]: (name, message.spec.response)
            for name, message in profile.messages.items()
            if message.spec.response is not None
        }

    # --- start ---------------------------------------------------------------------------------

    def prepare(
        self,
        order: Order,
        verdict: Verdict,
        human_yes: bool,
        live: Live,
        now_ms: int,
        others: Mapping[str, Value],
        history: History = NO_HISTORY,
    ) -> Running:
        """Encode a permitted order into its first frames; nothing is sent or remembered yet.

        `others`: where running commands are driving their paths to. `history` is what limits counted when
        the order was permitted: its repeats are judged with the same.
        """
        permit = verdict.permit
        assert permit is not None
        emitted = dict(permit.emitted)
        traits = self._traits(emitted)
        frames = self._encoder.encode(permit, live, others)
        return Running(
            order=order,
            verdict=verdict,
            permit=permit,
            human_yes=human_yes,
            before={p: s.value for p in emitted if (s := live.get(p)) is not None and s.value is not None},
            frames=frames,
            sent_ms=now_ms,
            deadlines_ms={path: now_ms + ms for path, ms in traits.confirm_within_ms.items()},
            ends_ms=now_ms + traits.lives_ms,
            cycles_ms=traits.cycles_ms,
            repeat_ms=now_ms + traits.first_repeat_ms,
            inputs=self.guard.inputs(emitted),
            moves=traits.moves,
            waiting=emitted,
            repeats_left=traits.repeats,
            history=history,
        )

    def begin(self, run: Running, now_ms: int) -> tuple[list[Effect], list[Ended]] | Refused:
        """Send a prepared command's first frames; older commands for the same paths give way."""
        if len(self.running) >= MAX_RUNNING:
            return Refused(f"more than {MAX_RUNNING} commands under way")
        free_ms = self._free_ms([frame.message for frame in run.frames], now_ms)
        if free_ms > now_ms:  # the last value wins: what waited for the same path gives way
            self._encoder.take_back(run.frames)
            run.hold(free_ms, now_ms)
            ended = self._supersede(run)
            self.running[run.call_id] = run
            return [], ended
        checked = self._checked(run, run.frames, "start", now_ms)
        if isinstance(checked, Refused):
            return checked
        ended = self._supersede(run)
        self.running[run.call_id] = run
        run.note(run.frames)
        return checked, ended

    def _supersede(self, new: Running) -> list[Ended]:
        ended = []
        for run in list(self.running.values()):
            for path in run.waiting.keys() & new.waiting.keys():
                run.give_up(path)
                if not run.waiting:
                    del self.running[run.call_id]
                    ended.append(Ended(run, Status.STOPPED, "superseded"))
        return ended

    # --- while it runs --------------------------------------------------------------------------

    def observe(self, raw: RawFrame, now_ms: int) -> None:
        """Let the egress gate build its own view of what the ECUs report."""
        self._gate.observe(raw, now_ms)

    def resync(self, message: str, freshness: int) -> None:
        """A trusted ECU says which freshness value it used or accepted last."""
        self._gate.resync(message, freshness)
        if message in self._encoder.counters:
            self._encoder.resync(message, freshness)

    def heard(
        self, reading: Reading, samples: State, state: State, live: Live, now_ms: int
    ) -> tuple[list[Effect], list[Ended]]:
        """Take in one status frame: confirmations, refusals, and rules that now object to a motion.

        `samples` are what may be believed of it.
        """
        effects: list[Effect] = []
        ended: list[Ended] = []
        for message, freshness in reading.freshness.items():
            self.resync(message, freshness)
        refused = self._refused(reading)
        for run in list(self.running.values()):
            if run.held_until_ms is None and run.acknowledge(samples, self._profile):
                effects += self._end(run, live, now_ms)
                ended.append(Ended(run, Status.DONE))
            elif refused is not None and refused in run.counters:
                unheard = frozenset(refused[:1])
                effects += self._end(run, live, now_ms, unheard)
                ended.append(Ended(run, Status.REFUSED_BY_ECU, unheard=unheard))
            elif run.moves and not run.inputs.isdisjoint(samples):
                more = self._watch(run, state, live, now_ms)
                if more is not None:
                    effects += more[0]
                    ended.append(more[1])
        return effects, ended

    def _refused(self, reading: Reading) -> tuple[str, int] | None:
        """The command that the ECU says it refuses, with its alive counter."""
        command, response = self._answers.get(reading.message, ("", None))
        counter = reading.result_counter
        if response is None or counter is None or reading.result not in response.refused:
            return None
        return command, counter

    def _watch(
        self, run: Running, state: State, live: Live, now_ms: int
    ) -> tuple[list[Effect], Ended] | None:
        hits = self.guard.watch(run.permit, run.order.who, state, now_ms, run.history)
        if not hits:
            return None
        return self.halt(run, live, now_ms, hits), Ended(run, Status.STOPPED, "rule", hits)

    def poll(self, state: State, live: Live, now_ms: int) -> tuple[list[Effect], list[Ended]]:
        """Stop what has become forbidden, give up what is overdue, and after that repeat what is due."""
        effects: list[Effect] = []
        ended: list[Ended] = []
        due: dict[str, Running] = {}
        for run in list(self.running.values()):
            if now_ms >= run.deadline_ms:
                effects += self.halt(run, live, now_ms) if run.moves else self._end(run, live, now_ms)
                ended.append(Ended(run, Status.TIMEOUT))
            elif run.due(now_ms):
                due |= {one.call_id: one for one in self._sharing(run, now_ms)}
        for run in due.values():
            if run.call_id in self.running and (why := self._objections(run, state, now_ms)):
                effects += self.halt(run, live, now_ms, why)
                ended.append(Ended(run, Status.STOPPED, "rule", why))
        for run in due.values():  # no stop frame waits behind these
            if run.call_id in self.running and run.due(now_ms):
                next_frame = self._repeat if run.held_until_ms is None else self._start_held
                more, end = next_frame(run, state, live, now_ms)
                effects += more
                ended += end
        return effects + self._fade(live, now_ms), ended

    def _start_held(
        self, run: Running, state: State, live: Live, now_ms: int
    ) -> tuple[list[Effect], list[Ended]]:
        """The first frames of a command that had to wait, made anew."""
        free_ms = self._free_ms([frame.message for frame in run.frames], now_ms)
        if max(free_ms, now_ms) > run.ends_ms:
            return self._end(run, live, now_ms), [Ended(run, Status.TIMEOUT)]
        if free_ms > now_ms:  # another one that waited was first
            run.hold(free_ms, now_ms)
            return [], []
        others = targets((r for r in self.running.values() if r is not run), now_ms)
        counters = dict(self._encoder.counters)
        frames = self._encoder.encode(run.permit, live, others, run.waiting)  # the rest has given way
        checked = self._checked(run, frames, "start", now_ms)
        if isinstance(checked, Refused):
            often = checked.reason.startswith(TOO_OFTEN)
            end = Ended(run, *(Status.DENIED, "too_often") if often else (Status.ERROR, "egress"))
            return self.halt(run, live, now_ms), [end]
        run.started(frames, now_ms)
        self._started.append(run)
        about = frozenset(run.permit.emitted), self._encoder.siblings(frames)
        read = snapshot(ordered(run.inputs, *about), state, live, now_ms)
        return [Record(start_record(run, read, others, counters, frames, now_ms)), *checked], []

    def started_late(self) -> list[Running]:
        """The commands that were held back and have begun since this was last asked."""
        begun, self._started = self._started, []
        return begun

    def _free_ms(self, messages: Sequence[str], now_ms: int) -> int:
        """The first moment at which a frame of each of these messages may leave, all of them together."""
        free_ms = self._rates.free_ms(messages, now_ms)
        for name in messages:
            if name in self._left_ms:
                distance_ms = self._profile.messages[name].timing.min_distance_ms
                free_ms = max(free_ms, self._left_ms[name] + distance_ms)
        return free_ms

    def _repeat(
        self, run: Running, state: State, live: Live, now_ms: int
    ) -> tuple[list[Effect], list[Ended]]:
        """The frames of a command again; one per page says what all running commands of that page ask for."""
        sharing = self._sharing(run, now_ms)
        pages = [self._page(path) for path in run.repeated()]
        free_ms = self._free_ms([message for message, _ in dict.fromkeys(pages)], now_ms)
        if free_ms > now_ms:
            run.repeat_ms = free_ms
            return [], []
        others = targets((r for r in self.running.values() if r is not run), now_ms)
        frames = self._encoder.encode(run.permit, live, others, run.repeated())
        checked = self._checked(run, frames, "repeat", now_ms)
        if isinstance(checked, Refused):
            return self._end(run, live, now_ms), [Ended(run, Status.ERROR, "egress")]
        for one in sharing:
            one.again(frames, now_ms)
        return checked, []

    def _sharing(self, run: Running, now_ms: int) -> list[Running]:
        """The command itself, and those of which its next frames say all that they have to repeat."""
        if run.held_until_ms is not None:
            return [run]
        pages = {self._page(path) for path in run.repeated()}
        return [r for r in self.running.values() if r is run or self._shares(r, pages, now_ms)]

    def _shares(self, run: Running, pages: set[tuple[str, int | None]], now_ms: int) -> bool:
        repeated = run.repeated()
        begun = now_ms < run.ends_ms and run.held_until_ms is None
        return begun and bool(repeated) and {self._page(p) for p in repeated} <= pages

    def _objections(self, run: Running, state: State, now_ms: int) -> tuple[RuleHit, ...]:
        """Why a running command may not go on, on the newest state; empty while it may."""
        permit, who, past = run.permit, run.order.who, run.history
        hits = self.guard.watch(permit, who, state, now_ms, past) if run.moves else ()
        if hits:
            return hits
        against = self.guard.objections(permit, who, state, now_ms, confirmed=run.human_yes, history=past)
        return against or ()

    # --- end ------------------------------------------------------------------------------------

    def halt(self, run: Running, live: Live, now_ms: int, hits: Sequence[RuleHit] = ()) -> list[Effect]:
        """End a command now: a stop frame for what moves, then neutral frames; none if it has not begun."""
        if run.held_until_ms is not None:
            self.running.pop(run.call_id, None)
            return []
        paths = tuple(path for path in run.waiting if path in run.moves)
        stops: list[Effect] = []
        if paths:
            others = targets((r for r in self.running.values() if r is not run), now_ms)
            checked = self._checked(run, self._encoder.stop(run.permit, paths, live, others), "stop", now_ms)
            if not isinstance(checked, Refused):
                stops = [Record(stop_record(run, paths, live, now_ms, checked, hits)), *checked]
        return stops + self._end(run, live, now_ms)

    def _end(
        self, run: Running, live: Live, now_ms: int, refused: frozenset[str] = frozenset()
    ) -> list[Effect]:
        self.running.pop(run.call_id, None)
        if run.held_until_ms is not None:
            return []
        doubt(run, refused, live, self._profile, self._encoder)
        said = self._neutral(run, live, now_ms)
        left = max(self._message(path).spec.neutral_repeats for path in run.permit.emitted) - 1
        if said and left > 0:
            cycle_ms = min(run.cycles_ms.values(), default=0)
            self._fading.append(Fading(run, left, cycle_ms, now_ms + cycle_ms))
        return said

    def _fade(self, live: Live, now_ms: int) -> list[Effect]:
        """Say the neutral frames again that are due, as often as the profile wants; then silence."""
        effects: list[Effect] = []
        for fading in [f for f in self._fading if f.next_ms <= now_ms]:
            effects += self._neutral(fading.run, live, now_ms)
            fading.left, fading.next_ms = fading.left - 1, now_ms + fading.cycle_ms
        self._fading = [f for f in self._fading if f.left > 0]
        return effects

    def _neutral(self, run: Running, live: Live, now_ms: int) -> list[Effect]:
        others = targets(self.running.values(), now_ms)
        checked = self._checked(run, self._encoder.neutral(run.permit, live, others), "neutral", now_ms)
        return [] if isinstance(checked, Refused) else checked

    def paths_moving(self, wanted: Iterable[str]) -> list[Running]:
        """Running motions that touch one of these paths."""
        chosen = set(wanted)
        return [r for r in self.running.values() if r.moves & chosen & r.waiting.keys()]

    def next_ms(self) -> int | None:
        """When `poll` has something to do, if nothing is heard before."""
        if not self.running and not self._fading:
            return None
        times = [run.next_ms for run in self.running.values()]
        if self._fading:
            times += [f.next_ms for f in self._fading]
        return min(times)

    def _page(self, path: str) -> tuple[str, int | None]:
        binding = self._profile.actuators[path].command
        return binding.message, binding.mux

    def _message(self, path: str) -> MessageInfo:
        return self._profile.messages[self._profile.actuators[path].command.message]

    def values(self, now_ms: int) -> Mapping[str, Value]:
        """Where running commands are driving their paths to: what frames of other commands say of these."""
        return targets(self.running.values(), now_ms) if self.running else {}

    def wanted(self, now_ms: int) -> Mapping[str, Value]:
        """What paths are to become, also by commands whose first frame still waits."""
        wanted = targets(self.running.values(), now_ms)
        for run in self.running.values():
            if run.held_until_ms is not None:
                wanted |= run.waiting
        return wanted

    def _checked(
        self, run: Running, frames: Sequence[Frame], kind: Kind, now_ms: int
    ) -> list[Effect] | Refused:
        """Sends for frames that pass the egress gate together; when one does not, none was ever built."""
        permits = [run.permit, *[r.permit for r in self.running.values() if r is not run]]
        reason = self._gate.check_all([f.raw for f in frames], permits, now_ms, kind=kind)
        if reason is None:
            names = [f.message for f in frames]
            self._left_ms |= dict.fromkeys(names, now_ms)
            if kind in ("start", "repeat"):
                self._rates.take(names, now_ms)
            return [Send(run.call_id, frame) for frame in frames]
        self._encoder.take_back(frames)  # their counters were never seen by the ECU
        return Refused(reason)
