"""Checks that buckets of tokens hold what one call may need, and fill as fast as commands repeat."""

from collections.abc import Iterable, Mapping

from . import model
from .binding import ActuatorInfo, MessageInfo
from .report import Place


def check_rates(
    file: model.ProfileFile,
    messages: Mapping[str, MessageInfo],
    actuators: Iterable[ActuatorInfo],
    place: Place,
) -> None:
    """Every command has a rate under which none of its frames could wait for ever."""
    pages: dict[str, set[int | None]] = {}
    for actuator in actuators:
        pages.setdefault(actuator.command.message, set()).add(actuator.command.mux)
    per_s = {name: _repeats_per_s(messages[name], len(pages[name])) for name in pages}
    for name, own in pages.items():
        here, rate = place.below("messages", name), messages[name].spec.rate
        if rate is None:
            here.problem(f"`{name}` is a command without `rate`", "say its frames_per_s and burst")
        else:
            _check(rate, len(own), per_s[name], here.below("rate"))
    _check(file.rate, sum(map(len, pages.values())), sum(per_s.values()), place.below("rate"))


def _repeats_per_s(info: MessageInfo, pages: int) -> int:
    """Frames in a second when all of a message is repeated, rounded up."""
    cycle_ms = info.timing.cycle_ms
    return 0 if cycle_ms is None else -(-1000 * pages // cycle_ms)


def _check(rate: model.Rate, frames: int, per_s: int, place: Place) -> None:
    if rate.burst < frames:
        place.below("burst").problem(
            f"one call may need {frames} frames at once, a bucket of {rate.burst} never holds them",
            f"allow {frames} or more",
        )
    if rate.frames_per_s < per_s:
        place.below("frames_per_s").problem(
            f"its commands are repeated {per_s} times a second, {rate.frames_per_s} tokens come back",
            f"allow {per_s} or more, or lengthen cycles",
        )
