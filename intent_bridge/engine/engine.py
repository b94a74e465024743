"""The whole road with no I/O and no clock: calls and frames in, effects out.

    submit(ToolCall) -> parse -> resolve -> judge -> encode -> egress gate -> [Record, Send…] … receive(frame)
    -> acknowledge -> [Record, Answer]

One engine is one session of one vehicle. Whoever owns the clock calls `receive` for every frame, `poll` when
`next_ms` says so, and carries the effects out in order. A clock that goes back ends every command.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final, assert_never

from intent_bridge.codec import NO_SECURITY, EgressGate, Encoder, Reading, Receiver, Security
from intent_bridge.engine.commands import Commands, Ended, Refused
from intent_bridge.engine.deferred import Deferrals
from intent_bridge.engine.doubt import unheard
from intent_bridge.engine.effects import Answer, Effect, Order, Record
from intent_bridge.engine.ending import NEVER_MS, finish, halted, set_back, withdrawn
from intent_bridge.engine.facts import fact_samples
from intent_bridge.engine.judge import Judge
from intent_bridge.engine.ladder import explained, meant, which
from intent_bridge.engine.memory import Memory
from intent_bridge.engine.numbers import traced
from intent_bridge.engine.options import chosen
from intent_bridge.engine.outcomes import invalid, judged, kept_back, plain, unacted
from intent_bridge.engine.questions import Questions
from intent_bridge.engine.records import asked_record, intent_record, ordered, outcome_record, snapshot
from intent_bridge.engine.routines import Routines, happened
from intent_bridge.engine.running import reports
from intent_bridge.engine.scenes import Course, Needs, next_stage
from intent_bridge.engine.undo import Undos, can_undo, undoing
from intent_bridge.errors import InvariantError, ToolCallError
from intent_bridge.guard import Guard, Screen
from intent_bridge.intents import Intent, NotEquipped, catalogue_of
from intent_bridge.profile import Profile
from intent_bridge.resolver import (
    Absolute,
    Ambiguous,
    Context,
    Halt,
    Nothing,
    Options,
    Resolution,
    resolve,
    settled,
)
from intent_bridge.types import (
    Decision,
    Outcome,
    Provenance,
    Quality,
    RawFrame,
    Said,
    Sample,
    Status,
    ToolCall,
    Value,
    Verdict,
)

NOTHING_SAID: Final = Said()


class Engine:
    """Decides calls, runs what is permitted, and says what became of it."""

    def __init__(
        self,
        profile: Profile,
        guard: Guard,
        *,
        secret: bytes,
        stopwatch: Callable[[], int] = lambda: 0,
        silent: bool = False,
        security: Security = NO_SECURITY,
    ) -> None:
        """`secret` keys the confirmation tokens, `stopwatch` (nanoseconds) only feeds `timing_us`, and
        `security` is what the host keeps for messages under SecOC."""
        self.profile, self.guard = profile, guard
        self.judge, self.screen = Judge(guard, profile.file.own_numbers), Screen(profile, guard.rules)
        self.catalogue, self.needs = catalogue_of(profile), Needs(profile)
        self.routines = Routines(profile)
        self.state: dict[str, Sample] = {}
        self.live: dict[str, Sample] = {}
        """Last sound sample of every path, however old: what sibling signals carry."""
        self.encoder = Encoder(profile, security)
        self.gate = EgressGate(profile, security)
        if not silent:
            self.gate.enable()
        self.commands = Commands(profile, guard, self.encoder, self.gate)
        self.memory = Memory()
        self.undos = Undos()
        self.questions = Questions(secret, profile.file.confirmation_ms)
        self.receiver = Receiver(profile, security)
        self.deferred = Deferrals()
        self._stopwatch = stopwatch
        self._laps: dict[str, int] = {}
        self.silent = silent
        self._now_ms, self._set_back = 0, False

    # --- in: calls ------------------------------------------------------------------------------

    def submit(self, call: ToolCall, who: Provenance, now_ms: int, said: Said = NOTHING_SAID) -> list[Effect]:
        """Take one call. The answer is among the effects, now or after later `receive` and `poll`."""
        known = self.memory.outcome(call.id)
        if known is not None:
            return [Answer(known)]
        self._at(now_ms)
        self.memory.open(call.id, call.name)
        self._laps, started = {}, self._stopwatch()
        try:
            call, intent, filled = meant(self, call, who, said, now_ms)
            started = self._lap("parse", started)
            resolution = self.resolved(intent, who, now_ms)
        except ToolCallError as error:
            return self.close(invalid(call, error), now_ms)
        self._lap("resolve", started)
        return self._follow(call, who, resolution, now_ms, said, filled)

    def resolved(self, intent: Intent | NotEquipped | Ambiguous, who: Provenance, now_ms: int) -> Resolution:
        """What an intent means at this moment, in absolute values."""
        if isinstance(intent, NotEquipped | Ambiguous):
            return intent
        found = settled(intent, who, self.profile)
        if found is not None:
            return found
        known = self.commands.wanted(now_ms)
        return resolve(
            intent,
            Context(self.profile, self.catalogue, who, lambda path: self.known(path, now_ms), known),
        )

    def _follow(
        self,
        call: ToolCall,
        who: Provenance,
        resolution: Resolution,
        now_ms: int,
        said: Said,
        filled: Mapping[str, str],
    ) -> list[Effect]:
        match resolution:
            case Absolute(actions=actions, arguments=arguments, stages=stages):
                course = Course(stages) if stages else None
                order = Order(call.id, call.name, who, actions, arguments, course=course)
                return self._start(traced(self, order, call, said, filled, now_ms), now_ms)
            case Options():
                found = chosen(self, call, who, resolution, now_ms)
                if found is None:
                    return self.close(unacted(call, Nothing("nothing_helps")), now_ms)
                return self._start(found, now_ms)
            case Ambiguous():
                return self.close(which(self, call, resolution, who, now_ms), now_ms)
            case Halt(paths=paths):
                return halted(self, call, paths, now_ms)
            case _:
                return self.close(unacted(call, resolution), now_ms)

    def explain(self, call: ToolCall, who: Provenance, now_ms: int) -> Outcome:
        """What `submit` would decide and send, with nothing sent, recorded or remembered."""
        return explained(self, call, who, now_ms)

    # --- in: people -----------------------------------------------------------------------------

    def confirm(self, token: str, accept: bool, who: Provenance, now_ms: int) -> list[Effect]:
        """A person's answer, through the host's own channel, to a question of `needs_confirmation`."""
        self._at(now_ms)
        self._laps = {}
        question = self.questions.take(token, who, now_ms)
        if isinstance(question, str):
            return [Answer(Outcome("", "confirm", Status.DENIED, question))]
        order = question.order
        if not accept:
            return self.close(judged(order, question.verdict, Status.NO_ACTION, "declined"), now_ms)
        verdict = self.judge.verdict(order, self.state, now_ms, confirmed=True)
        verdict = self.needs.met(order, verdict, self.state, now_ms)
        if verdict.digest != question.verdict.digest:
            return self.close(judged(order, verdict, Status.DENIED, "confirmation_void"), now_ms)
        return self.act(order, verdict, now_ms, human_yes=True)

    def undo(self, who: Provenance, now_ms: int, call_id: str = "") -> list[Effect]:
        """Put back what a call has changed (without an id: the last one done), through the same guard."""
        self._at(now_ms)
        self._laps = {}
        found = undoing(self, who, now_ms, call_id)
        return self._start(found, now_ms) if isinstance(found, Order) else self.close(found, now_ms)

    def can_undo(self, who: Provenance, now_ms: int) -> tuple[Outcome, ...]:
        """What `undo` would come to for each call that changed something, newest first; nothing is sent."""
        return can_undo(self, who, now_ms)

    def withdraw(self, call_id: str, now_ms: int) -> list[Effect]:
        """The host takes a call back: what it moves stops, what waits is dropped; nothing is undone."""
        self._laps = {}
        return withdrawn(self, call_id, now_ms)

    # --- in: the bus and the clock --------------------------------------------------------------

    def receive(self, raw: RawFrame, now_ms: int) -> list[Effect]:
        """Take one frame from a bus."""
        self.commands.observe(raw, now_ms)
        reading = self.receiver.read(raw, now_ms)
        return [] if reading is None else self.take(reading, now_ms)

    def take(self, reading: Reading, now_ms: int) -> list[Effect]:
        """Take what is known of some paths: read from a frame, or said by a vehicle without a bus."""
        live = self.live
        for path, sample in reading.samples.items():
            if sample.value is not None:
                live[path] = sample
        samples = self.screen.screened(reading.samples, now_ms)
        self.state.update(samples)
        effects, ended = self.commands.heard(reading, samples, self.state, live, now_ms)
        if ended:
            effects += self.finish(ended, now_ms)
        return effects + self._retry(samples.keys(), now_ms) + happened(self, samples.keys(), now_ms)

    def tell(self, facts: Mapping[str, object], now_ms: int) -> list[Effect]:
        """Take facts from the host (VSS values); ValueError for what is no fact of this vehicle."""
        self._at(now_ms)
        samples = fact_samples(self.profile, facts, now_ms)
        self.state.update(samples)
        return self._retry(samples.keys(), now_ms) + happened(self, samples.keys(), now_ms)

    def poll(self, now_ms: int) -> list[Effect]:
        """Do what time alone makes due."""
        self._at(now_ms)
        effects, over_ms = (set_back(self, now_ms), NEVER_MS) if self._set_back else ([], now_ms)
        self._set_back = False
        more, ended = self.commands.poll(self.state, self.live, now_ms)
        effects += more
        for run in self.commands.started_late():
            effects += self.close(run.outcome(Status.SENT), now_ms) if run.moves else []
        effects += self.finish(ended, now_ms)
        for order in self.deferred.expired(over_ms):
            effects += self.close(plain(order, Status.TIMEOUT, "deferred_expired"), now_ms)
        for question in self.questions.expired(over_ms):
            effects += self.close(plain(question.order, Status.TIMEOUT, "confirmation_expired"), now_ms)
        return effects

    def next_ms(self) -> int | None:
        """When `poll` is due at the latest; None while nothing waits for time."""
        due_ms = None
        for next_ms in (self.commands.next_ms(), self.questions.next_ms(), self.deferred.next_ms()):
            if next_ms is not None and (due_ms is None or next_ms < due_ms):
                due_ms = next_ms
        return due_ms

    def failed(
        self, call_id: str, now_ms: int, *, status: Status, code: str, message: str = ""
    ) -> list[Effect]:
        """The shell could not send or record something for this call: end it.

        Of its first frames `message` and those after it never left; without one, none did.
        """
        run = self.commands.running.get(call_id)
        if run is None:
            return []
        names = [frame.message for frame in run.frames]
        unsent = frozenset(names[names.index(message) if message in names else 0 :])
        effects = self.commands.halt(run, self.live, now_ms)
        return effects + self.finish([Ended(run, status, code, unheard=unsent)], now_ms)

    def forget(self) -> None:
        """The clock was set and no age can be told any more: nothing is known until it is heard again."""
        for path, sample in self.state.items():
            self.state[path] = unheard(sample)
        self.screen.reset()

    # --- inside ---------------------------------------------------------------------------------

    def _at(self, now_ms: int) -> None:
        if now_ms < self._now_ms:  # (a frame may be told late, with the time at which it was heard)
            self.forget()
            self._set_back = True
        self._now_ms = now_ms

    def _start(self, order: Order, now_ms: int) -> list[Effect]:
        if order.own_numbers and self.profile.file.own_numbers == "refuse":
            return self.close(plain(order, Status.DENIED, "own_number"), now_ms)
        if self.judge.locked(order, now_ms):
            return self.close(plain(order, Status.DENIED, "locked_out"), now_ms)
        started = self._stopwatch()
        verdict = self.needs.met(order, self.judge.verdict(order, self.state, now_ms), self.state, now_ms)
        self.judge.denied(order, verdict, now_ms)
        self._lap("judge", started)
        return self.judge.compared(order, verdict, self.state, now_ms) + self._decided(order, verdict, now_ms)

    def _decided(self, order: Order, verdict: Verdict, now_ms: int) -> list[Effect]:
        match verdict.decision:
            case Decision.ALLOW | Decision.CLAMP:
                return self.act(order, verdict, now_ms, human_yes=False)
            case Decision.CONFIRM:
                if (nothing := self._nothing_to_do(order, verdict, now_ms)) is not None:
                    return nothing  # nobody is asked about what is so already
                confirmation = self.questions.ask(order, verdict, now_ms)
                outcome = judged(order, verdict, Status.NEEDS_CONFIRMATION, "")
                return self.close(replace(outcome, confirmation=confirmation), now_ms, order)
            case Decision.DEFER:
                return self._defer(order, verdict, now_ms)
            case Decision.DENY:
                return self.close(judged(order, verdict, Status.DENIED, "rule"), now_ms, order)
            case _:
                assert_never(verdict.decision)

    def act(self, order: Order, verdict: Verdict, now_ms: int, *, human_yes: bool) -> list[Effect]:
        if verdict.permit is None:
            return self.leave(order, judged(order, verdict, Status.DENIED, "rule"), now_ms)
        nothing = self._nothing_to_do(order, verdict, now_ms) if order.restores is None else None
        if nothing is not None:
            return nothing
        if order.course is not None and not order.course.begun:
            return next_stage(self, order, now_ms, human_yes=human_yes)
        started = self._stopwatch()
        counters = dict(self.encoder.counters)
        others, past = self.commands.values(now_ms), self.judge.history
        try:
            run = self.commands.prepare(order, verdict, human_yes, self.live, now_ms, others, past)
        except InvariantError as error:
            return self.leave(order, judged(order, verdict, Status.ERROR, str(error)), now_ms)
        if self.silent:
            shown = replace(run.outcome(Status.NOT_DELIVERED, "listen_only"), timing_us=dict(self._laps))
            return self.close(shown, now_ms)
        begun = self.commands.begin(run, now_ms)
        self._lap("encode", started)
        if isinstance(begun, Refused):
            return self.leave(order, kept_back(order, verdict, begun.reason), now_ms)
        sends, superseded = begun
        self.judge.begun(run, self.state, now_ms)
        about = frozenset(verdict.permit.emitted), self.encoder.siblings(run.frames)
        read = snapshot(ordered(run.inputs, *about), self.state, self.live, now_ms)
        record = intent_record(run, read, others, counters, now_ms)
        effects = [Record(record), *sends, *self.finish(superseded, now_ms)]
        left = run.moves and run.held_until_ms is None
        return effects + (self.close(run.outcome(Status.SENT), now_ms) if left else [])

    def leave(self, order: Order, outcome: Outcome, now_ms: int) -> list[Effect]:
        """Close an order that sends nothing; one that was to put things back answers for its call."""
        back = order.restores
        return self.close(outcome if back is None else replace(back, code="rollback_refused"), now_ms)

    def _nothing_to_do(self, order: Order, verdict: Verdict, now_ms: int) -> list[Effect] | None:
        """The close of an order whose every value is there already and is not being left; None otherwise."""
        if not self.there(verdict, now_ms):
            return None
        there = reports(verdict, {a.path: a.value for a in verdict.emitted}, acts=False)
        outcome = judged(order, verdict, Status.NO_EFFECT, "already")
        return self.leave(order, replace(outcome, actions=there), now_ms)

    def there(self, verdict: Verdict, now_ms: int) -> bool:
        """Whether every emitted value is there already and is not being left."""
        for action in verdict.emitted:
            if self.known(action.path, now_ms)[0] != action.value:
                return False  # most calls ask for something else than is
        going = self.commands.wanted(now_ms)
        return all(going.get(action.path, action.value) == action.value for action in verdict.emitted)

    def _defer(self, order: Order, verdict: Verdict, now_ms: int) -> list[Effect]:
        deadline_ms = verdict.defer_deadline_ms
        if deadline_ms is None or not self.deferred.add(order, now_ms + deadline_ms):
            return self.close(judged(order, verdict, Status.DENIED, "too_many_deferred"), now_ms)
        return self.close(judged(order, verdict, Status.DEFERRED, "rule"), now_ms, order)

    def _retry(self, changed: AbstractSet[str], now_ms: int) -> list[Effect]:
        effects: list[Effect] = []
        for order in self.deferred.touched(changed, self.guard.inputs):
            if self.judge.verdict(order, self.state, now_ms).decision is not Decision.DEFER:
                self.deferred.drop(order.call_id)
                effects += self._start(order, now_ms)
        return effects

    def finish(self, ended: Sequence[Ended], now_ms: int) -> list[Effect]:
        """Answer for commands that are over, and put back what a failed one has changed."""
        return finish(self, ended, now_ms) if ended else []

    def close(self, outcome: Outcome, now_ms: int, held_back: Order | None = None) -> list[Effect]:
        """Answer a call; for one that a rule held back, with what other rules need to judge it again."""
        if self._laps and not outcome.timing_us:
            outcome = outcome.with_timing(dict(self._laps))
        record = outcome_record(outcome, now_ms)
        if held_back is not None:
            paths = [action.path for action in held_back.actions]
            about = ordered(self.guard.inputs(paths), frozenset(paths))
            read = snapshot(about, self.state, self.live, now_ms)
            record["asked"] = asked_record(held_back, outcome.verdict, read)
        self.memory.keep(outcome)
        return [Record(record), Answer(outcome)]

    def known(self, path: str, now_ms: int) -> tuple[Value | None, Quality]:
        """The usable value of a path, or None and why."""
        return self.guard.known(path, self.state, now_ms)

    def _lap(self, stage: str, started: int) -> int:
        now = self._stopwatch()
        self._laps[stage] = (now - started) // 1000
        return now
