"""The engine with a clock, buses, an audit file and listeners: what a cockpit app imports.

On real buses a thread keeps the vehicle's state fresh and running commands repeated; on the simulated
vehicle virtual time passes only inside `handle`, `confirm`, `undo` and `advance_ms`.
"""

import secrets
import threading
import time
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from intent_bridge.audit import AuditOptions, Fsync
from intent_bridge.bridge.awaited import Awaited
from intent_bridge.bridge.corrections import call_of, corrected, corrected_record
from intent_bridge.bridge.freshness import FreshTransport, open_freshness
from intent_bridge.bridge.journal import Journal
from intent_bridge.bridge.knowledge import Knowledge
from intent_bridge.bridge.policies import Policies
from intent_bridge.bridge.preferences import Preferences, learners, preferring
from intent_bridge.bridge.results import id_of, timed, tool_result_text
from intent_bridge.bridge.scenes import SceneStore, UserScenes
from intent_bridge.bridge.toolset import toolset
from intent_bridge.bridge.watch import Watch
from intent_bridge.codec import Keys
from intent_bridge.engine import Answer, Effect, Engine, Record, Send
from intent_bridge.errors import ToolCallError, TransportError
from intent_bridge.guard.reload import first_guard
from intent_bridge.llm import export_tools, read_answer
from intent_bridge.profile import Profile, load_profile
from intent_bridge.texts import Texts
from intent_bridge.transports import Transport
from intent_bridge.types import Frame, Outcome, Provenance, RawFrame, Said, Status, ToolCall

if TYPE_CHECKING:
    from intent_bridge.bridge.simulated import SimulatedBridge

UNKNOWN_SPEAKER = Provenance()
IDLE_MS = 50
"""Longest sleep of the pump thread; bounds how late a stale sample is noticed."""

BATCH_FRAMES = 64
TURN_S = 0.000_2
"""In a flood the pump thread gives way to the verbs after so many frames, for so long."""

Listener = Callable[[Any], None]


class Bridge(Policies, Knowledge):
    """Lets a language model operate one vehicle, within that vehicle's rules.

    Make one with `Bridge.simulated` or `Bridge.open`, and close it (it is a context manager).
    """

    _threaded = True
    """Whether a thread of the bridge's own lets time pass; else only its verbs do."""

    def __init__(
        self,
        profile: Profile,
        transport: Transport,
        *,
        speaker: Provenance = UNKNOWN_SPEAKER,
        audit: Path | AuditOptions | None = None,
        fsync: Fsync = "batch",
        session: str | None = None,
        listen_only: bool = False,
        heartbeat_ms: int | None = None,
        keys: Keys | None = None,
        freshness: Path | None = None,
        pack_keys: Sequence[bytes] = (),
        preferences: Preferences | None = None,
        scene_store: SceneStore | None = None,
    ) -> None:
        """`speaker` is assumed for calls that come without provenance. `session` names the space call ids
        are unique in; give the same one after a restart to keep calls from acting twice. With
        `heartbeat_ms`, commands leave only while the host calls `heartbeat` at least that often.

        For messages under SecOC: `keys` is the host's key store (a name to its key, KeyError where there is
        none) and `freshness` the file in which counters outlive the process.

        With `pack_keys` (PEM, Ed25519) one of them must have signed every pack that is not shipped with the
        library, now and at every reload; else ProfileError."""
        self.profile = profile
        self._texts = Texts(profile)
        self.session = session or uuid.uuid4().hex
        needed = self._threaded and not listen_only
        security, kept = open_freshness(profile, keys, freshness, needed=needed)
        self._speaker, self._pack_keys, self._preferences = speaker, tuple(pack_keys), preferences
        self.engine = Engine(
            profile,
            first_guard(profile, pack_keys),
            secret=secrets.token_bytes(32),
            stopwatch=time.perf_counter_ns,
            silent=listen_only,
            security=security,
        )
        self._transport = transport if kept is None else FreshTransport(transport, profile, self.engine, kept)
        self._watch = Watch(profile, self.engine, heartbeat_ms=heartbeat_ms, now_ms=transport.now_ms())
        self.health = self._watch.health
        options = AuditOptions(audit, fsync) if isinstance(audit, Path) else audit
        self._audit = Journal(options, self.session, self.health)
        self._listeners: dict[str, list[Listener]] = {name: [] for name in ("state", "health", "frame")}
        self._listeners["outcome"] = learners(preferences)
        self._awaited = Awaited()
        self._changed = threading.Condition(threading.RLock())
        self._pump: threading.Thread | None = None
        self._closing = False
        self.scenes = UserScenes(self.engine, self._changed, scene_store)
        self._audit.begin(self.engine, transport.now_ms(), known_session=session is not None)
        if self._threaded:
            self._pump = threading.Thread(target=self._pump_forever, name="intent-bridge", daemon=True)
            self._pump.start()

    # --- make one ---------------------------------------------------------------------------------

    @classmethod
    def open(
        cls,
        vehicle: str | Path,
        *,
        buses: Mapping[str, Mapping[str, Any]],
        log: Path | None = None,
        **options: Any,
    ) -> "Bridge":
        """A bridge on real buses: `buses` maps the profile's bus names to python-can options.

        `log`: a file that every frame is written to, both ways; its ending says the format (blf, asc, …)."""
        from intent_bridge.bridge.can_buses import open_buses  # python-can, slow to import

        profile = load_profile(vehicle)
        transport = open_buses(profile, buses, log, alone=not options.get("listen_only", False))
        try:
            return cls(profile, transport, **options)
        except BaseException:
            transport.close()
            raise

    @staticmethod
    def simulated(vehicle: str | Path, *, speed_km_h: float = 0.0, **options: Any) -> "SimulatedBridge":
        """A bridge to the vehicle's simulated ECUs, in this process, on virtual time."""
        from intent_bridge.bridge.simulated import SimulatedBridge  # it is a Bridge itself

        bridge = SimulatedBridge(load_profile(vehicle), **options)
        bridge.set_state({"Vehicle.Speed": speed_km_h})
        return bridge

    # --- verbs ------------------------------------------------------------------------------------

    def tools(
        self,
        dialect: str = "openai",
        domains: Collection[str] | None = None,
        may_now: Provenance | None = None,
    ) -> list[dict[str, Any]]:
        """The tools this vehicle has, as the given kind of model takes them.

        For small models fewer: those of `domains`, and those that would not deny this asker everything now.
        """
        dry_run = None if may_now is None else lambda call: self.explain(call, may_now)
        return export_tools(dialect, toolset(self.engine.catalogue.tools, domains, dry_run)).tools

    def handle(
        self,
        call: object,
        provenance: Provenance | None = None,
        *,
        facts: Mapping[str, object] | None = None,
        heard: Said | None = None,
        user: str = "",
    ) -> Outcome:
        """Carry out one tool call: the dict, object or JSON text the model produced, or a ToolCall.

        `facts` is what the host knows and no bus tells, see `tell`; `heard`, what of the sentence it heard,
        and `user`, whose preferences fill what was not said.

        Returns when the ECU has confirmed, at its deadline, or as soon as it is clear that nothing is
        sent; a motion returns `sent` at once. Never raises for anything a model can write.
        """
        started = time.perf_counter_ns()
        try:
            parsed = call if isinstance(call, ToolCall) else read_answer(call)
        except ToolCallError as error:
            outcome = Outcome(id_of(call), "", Status.INVALID, error.code, str(error))
            return self._told(outcome)
        with self._changed:
            if facts:
                self.tell(facts)
            if not parsed.id:
                parsed = ToolCall(self.engine.memory.mint("call"), parsed.name, parsed.arguments, parsed.own)
            now_ms = self._listen()
            self._awaited.begin(parsed.id)
            submitted = time.perf_counter_ns()
            try:
                who = provenance or self._speaker
                said = preferring(heard, self._preferences, user, self.engine.catalogue, parsed, who.zone)
                self._carry_out(self.engine.submit(parsed, who, now_ms, said))
                sent = time.perf_counter_ns()
                outcome = self._wait(parsed.id)
            finally:
                self._awaited.end(parsed.id)
            door_us = (submitted - started) // 1000
            return timed(outcome, door_us, (sent - submitted) // 1000, self._transport.now_ms() - now_ms)

    def confirm(self, token: str, accept: bool = True, provenance: Provenance | None = None) -> Outcome:
        """A person's answer to `needs_confirmation`; never offer this to a model."""
        return self._verb(lambda now: self.engine.confirm(token, accept, provenance or self._speaker, now))

    def undo(self, provenance: Provenance | None = None, *, call_id: str = "") -> Outcome:
        """Put back what a call changed, a single setting or a scene; without an id, the last one done."""
        return self._verb(lambda now: self.engine.undo(provenance or self._speaker, now, call_id))

    def can_undo(self, provenance: Provenance | None = None) -> tuple[Outcome, ...]:
        """What `undo` would come to for each call that changed something, newest first; nothing is sent.

        Code `can_undo` where it can be put back; else the status and code say why not. `data` names the call.
        """
        with self._changed:
            now_ms = self._listen()
            return tuple(map(self._told, self.engine.can_undo(provenance or self._speaker, now_ms)))

    def withdraw(self, call_id: str) -> Outcome:
        """Take a call back: what it moves stops, what it waits for is dropped; nothing is undone."""
        return self._verb(lambda now: self.engine.withdraw(call_id, now))

    def explain(self, call: object, provenance: Provenance | None = None) -> Outcome:
        """What `handle` would decide and send, with nothing sent or remembered."""
        with self._changed:
            try:
                parsed = call if isinstance(call, ToolCall) else read_answer(call)
            except ToolCallError as error:
                return self._told(Outcome(id_of(call), "", Status.INVALID, error.code, str(error)))
            now_ms = self._look()
            return self._told(self.engine.explain(parsed, provenance or self._speaker, now_ms))

    def subscribe(self, topic: str, listener: Listener) -> Callable[[], None]:
        """Call `listener` on every `outcome`, `state` change, `health` change or sent `frame`.

        It runs in the thread that noticed, so it must be quick. Returns the call that ends it.
        """
        self._listeners[topic].append(listener)
        return lambda: self._listeners[topic].remove(listener)

    def tool_result(self, outcome: Outcome) -> str:
        """What the model may be told about an outcome: JSON text with no token and no thresholds."""
        return tool_result_text(outcome, self.profile)

    def heartbeat(self) -> None:
        """The host program is alive; see `heartbeat_ms`."""
        with self._changed:
            self._watch.heartbeat(self._transport.now_ms())

    def now_ms(self) -> int:
        """The bridge's clock."""
        return self._transport.now_ms()

    def close(self) -> None:
        """Fall silent and let go of buses and files."""
        self._closing = True
        if self._pump is not None:
            self._pump.join()
        with self._changed:
            self._transport.close()
            self._audit.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- inside -----------------------------------------------------------------------------------

    def _verb(self, verb: Callable[[int], list[Effect]]) -> Outcome:
        with self._changed:
            now_ms = self._listen()
            effects = verb(now_ms)
            call_id = call_of(effects[0])  # its record; others that it replaces are answered after it
            self._awaited.begin(call_id)
            try:
                self._carry_out(effects)
                return self._wait(call_id)
            finally:
                self._awaited.end(call_id)

    def _listen(self) -> int:
        """Take in what the buses have brought; on real buses the pump thread does."""
        return self._transport.now_ms()

    def _look(self) -> int:
        """The same before a dry run."""
        return self._listen()

    def _wait(self, call_id: str) -> Outcome:
        while (answer := self._awaited.answer(call_id)) is None:
            self._changed.wait(timeout=IDLE_MS / 1000)
            if self._closing or self._pump is None or not self._pump.is_alive():
                return self._told(Outcome(call_id, "", Status.ERROR, "closed"))
        return answer

    def _step(self, until_ms: int) -> None:
        """Let time pass until something is heard, at the latest until `until_ms`."""
        self._noticed(self._transport.receive(until_ms))

    def _noticed(self, frames: Sequence[tuple[int, RawFrame]]) -> None:
        """Take in what was heard, and do what time makes due."""
        for first in range(0, len(frames), BATCH_FRAMES):
            with self._changed:
                for heard_ms, frame in frames[first : first + BATCH_FRAMES]:
                    self._carry_out(self._watch.receive(frame, heard_ms))
            if self._threaded:
                time.sleep(TURN_S)
        with self._changed:
            now_ms = self._transport.now_ms()
            self._carry_out(self._watch.take(self._transport.changes(), now_ms))
            self._carry_out(self._watch.check(now_ms))
            self._carry_out(self.engine.poll(now_ms))
            for change in self.health.check(now_ms):
                self._tell("health", change)
            if frames and self._listeners["state"]:
                self._tell("state", self.state())
            self._changed.notify_all()

    def _pump_forever(self) -> None:
        """Ends by an error of ours only: then the bus falls silent and every call answers `error`."""
        while not self._closing:
            now_ms = self._transport.now_ms()
            with self._changed:
                due_ms = self.engine.next_ms()
            self._step(min(now_ms + IDLE_MS, now_ms + IDLE_MS if due_ms is None else due_ms))

    def _carry_out(self, effects: list[Effect]) -> None:
        ended: set[str] = set()  # calls that ended by a refused frame: what else was planned for them is void
        unstopped: dict[str, str] = {}  # calls whose stop or neutral frame did not leave, and why
        later: list[Effect] = []  # how calls end by it: frames built, and so counted, after all of these
        for effect in effects:
            if ended and call_of(effect) in ended:
                continue
            match effect:
                case Record(body=body):
                    if not self._audit.write(corrected_record(body, unstopped)):
                        self._carry_out_failed(str(body.get("call_id", "")), self._transport.now_ms())
                        break
                case Send(call_id=call_id, frame=frame):
                    code = self._send(frame)
                    if code is None:
                        continue
                    status, now_ms = Status.NOT_DELIVERED, self._transport.now_ms()
                    more = self.engine.failed(
                        call_id, now_ms, status=status, code=code, message=frame.message
                    )
                    if more:
                        ended.add(call_id)
                        later += more
                    else:
                        unstopped[call_id] = code
                case Answer(outcome=outcome):
                    told = self._told(corrected(outcome, unstopped))
                    if told.call_id in unstopped:
                        self.engine.memory.keep(told)
                    self._awaited.came(told)
                    self._tell("outcome", told)
        if later:
            self._carry_out(later)

    def _send(self, frame: Frame) -> str | None:
        """Hand over one frame; None when its bus took it, else the code that says why not."""
        bus, urgent = frame.raw.bus, "permit" not in frame.origins.values()
        try:
            blocked = None if urgent else self.health.blocked(bus)
            if blocked is not None:
                return blocked.value
            self._transport.send(frame.raw, urgent=urgent)
        except TransportError as error:
            return self._watch.refused(bus, str(error), self._transport.changes())
        self._watch.sent(frame.message)
        self._tell("frame", frame)
        return None

    def _carry_out_failed(self, call_id: str, now_ms: int) -> None:
        """An audit record could not be written: nothing of this call may act or claim anything."""
        for effect in self.engine.failed(call_id, now_ms, status=Status.ERROR, code="audit_failed"):
            if isinstance(effect, Send):
                self._send(effect.frame)
        outcome = self._told(Outcome(call_id, "", Status.ERROR, "audit_failed"))
        self.engine.memory.keep(outcome)
        self._awaited.came(outcome)
        self._tell("outcome", outcome)

    def _told(self, outcome: Outcome) -> Outcome:
        return outcome.with_texts(self._texts.render(outcome, moving=self.moving()))

    def _tell(self, topic: str, value: object) -> None:
        for listener in list(self._listeners[topic]):
            listener(value)
