"""Permitted values to command frames, in which every other signal keeps what it had.

A command frame carries one signal per actuator, so that a frame about one thing has to say something of
all the others ("siblings"). The first of these that there is: the value that another running command
asks for; the neutral code, which asks for nothing; the last value the ECU reported; the DBC's start
value; its not-available code. `Frame.origins` says which.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from intent_bridge.codec.content import Content
from intent_bridge.codec.messages import protections
from intent_bridge.codec.page import REMEMBERED_MAX, Page, Seat, pages
from intent_bridge.codec.plan import Memo
from intent_bridge.codec.protection import SecOcProtection
from intent_bridge.codec.secoc import NO_SECURITY, Security
from intent_bridge.errors import InvariantError
from intent_bridge.profile import Profile
from intent_bridge.types import Frame, Permit, Quality, RawFrame, State, Value

_Chosen = Mapping[str, tuple[int, str]]
"""Path -> raw number and origin, for the signals that a frame is about."""


class Encoder:
    """Builds the command frames of one vehicle; raises ProfileError when its frames cannot be filled.

    `counters` holds, per protected command message, the alive counter of its next frame (SecOC: its whole
    freshness value). Set it to build the same bytes again.
    """

    def __init__(self, profile: Profile, security: Security = NO_SECURITY) -> None:
        self._protections = protections(profile, security)
        self._pages = pages(profile, self._protections)
        paths = {(a.command.message, a.command.signal): path for path, a in profile.actuators.items()}
        self._shown = Memo(partial(_about, paths), REMEMBERED_MAX)
        """The actuators that a frame says something of, by its message and signals."""
        commands = {page.info.name for page in self._pages.values()}
        self.counters: dict[str, int] = {
            name: security.freshness.get(name, 0) if isinstance(protection, SecOcProtection) else 0
            for name, protection in self._protections.items()
            if name in commands
        }

    def encode(
        self,
        permit: Permit,
        state: State,
        running: Mapping[str, Value],
        paths: Iterable[str] | None = None,
    ) -> tuple[Frame, ...]:
        """The frames that say exactly what the permit allows, one per message and multiplexer page.

        With `paths`, only of these: a repeat need not say what the ECU has confirmed. `state` gives the
        last good status of each path, whatever its age; `running` the values that other commands are
        driving their paths to. InvariantError for a permit that no frame can say.
        """
        wanted = permit.emitted if paths is None else {path: permit.emitted[path] for path in paths}
        chosen = {path: (self._raw(path, value), "permit") for path, value in wanted.items()}
        return self._frames(chosen, state, running)

    def stop(
        self, permit: Permit, paths: Iterable[str], state: State, running: Mapping[str, Value]
    ) -> tuple[Frame, ...]:
        """The frames that stop these motions of the permit; InvariantError for a path that is none."""
        chosen = {}
        for path in paths:
            actuator = self._seat(path).actuator
            if actuator.spec.motion is None or path not in permit.emitted:
                raise InvariantError(f"{path} is no motion of this permit")
            chosen[path] = actuator.command.named_raw(actuator.spec.motion.stop), "stop"
        return self._frames(chosen, state, running)

    def neutral(self, permit: Permit, state: State, running: Mapping[str, Value]) -> tuple[Frame, ...]:
        """The frames that end the permit's commands; none where the ECUs latch the last value."""
        chosen = {}
        for path in permit.emitted:
            neutral = self._seat(path).neutral
            if neutral is not None and path not in running:
                chosen[path] = neutral, "neutral"
        return self._frames(chosen, state, running)

    def siblings(self, frames: Iterable[Frame]) -> frozenset[str]:
        """The paths of all actuators that these frames say something of."""
        shown = [self._shown[frame.message, *frame.origins] for frame in frames]
        return shown[0] if len(shown) == 1 else frozenset[str]().union(*shown)

    def can_say_nothing(self, path: str) -> bool:
        """Whether a frame about something else can leave this path as it is, whatever it is."""
        return self._seat(path).can_say_nothing

    def take_back(self, frames: Sequence[Frame]) -> None:
        """These frames, the last ones built, were not sent: their counters are free again.

        A freshness value of SecOC is not: nobody may ever sign two frames with one.
        """
        for frame in reversed(frames):
            protection = self._protections.get(frame.message)
            if frame.counter is not None and not isinstance(protection, SecOcProtection):
                self.counters[frame.message] = frame.counter

    def resync(self, message: str, freshness: int) -> None:
        """An ECU has accepted this freshness value of a command; never go back behind it."""
        self.counters[message] = max(self.counters[message], freshness + 1)

    # --- inside ---------------------------------------------------------------------------------

    def _frames(self, chosen: _Chosen, state: State, running: Mapping[str, Value]) -> tuple[Frame, ...]:
        if len(chosen) == 1:
            return (self._frame(self._page(*chosen), chosen, state, running),)
        wanted = {id(page): page for page in (self._page(path) for path in chosen)}
        return tuple(self._frame(page, chosen, state, running) for page in wanted.values())

    def _frame(self, page: Page, chosen: _Chosen, state: State, running: Mapping[str, Value]) -> Frame:
        image, origins = page.image, dict(page.origins)
        ok = Quality.OK
        for seat in page.living:
            sample = state.get(seat.path)
            if sample is None or sample.quality is not ok or type(sample.value) is not seat.kind:
                bits, origin = seat.rest  # nobody asks for anything, and nobody knows what is
            else:
                bits, origin = seat.said[sample.value]  # type: ignore[index]  # of seat.kind: seen above
            image |= bits
            if origin != "live":
                origins[seat.name] = origin
        for path, value in running.items():
            if path in page.seats and path not in chosen:
                seat = page.seats[path]
                image = seat.field.put_raw(image, self._raw(path, value))
                origins[seat.name] = "running"
        for path, (raw, origin) in chosen.items():
            if path in page.seats:
                seat = page.seats[path]
                image = seat.field.put_raw(image, raw)
                origins[seat.name] = origin
        info, data = page.info, page.plan.to_bytes(image)
        protection, counter = self._protections.get(info.name), None
        if protection is not None:
            next_ = self.counters[info.name] % protection.counters
            try:
                data = protection.protect(data, next_)
            except ValueError as error:
                raise InvariantError(f"{info.name}: no freshness value is left; give it a new key") from error
            self.counters[info.name] = (next_ + 1) % protection.counters
            counter = protection.shown(next_)
        raw_frame = RawFrame(info.bus, info.can_id, info.extended, info.fd, data)
        return Frame(raw_frame, info.name, Content(page.plan.decode, data), origins, counter)

    def _page(self, path: str) -> Page:
        try:
            return self._pages[path]
        except KeyError:
            raise InvariantError(f"{path} is no actuator of this vehicle") from None

    def _seat(self, path: str) -> Seat:
        return self._page(path).seats[path]

    def _raw(self, path: str, value: Value) -> int:
        try:
            return self._seat(path).actuator.command.to_raw(value)
        except ValueError as error:
            raise InvariantError(f"{path}: {error}") from error


def _about(paths: Mapping[tuple[str, str], str], shown: tuple[str, ...]) -> frozenset[str]:
    message, *signals = shown
    return frozenset(paths[message, signal] for signal in signals if (message, signal) in paths)
