"""`make bench`, the offline lane: a sentence in, its first frame on a virtual bus; and beside hassil.

Times are of our own sentences, said one after the other to a car at rest. hassil, if it is installed, has
templates of its own for eight tools and is asked only what they cover; both are asked all that must not act.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from intent_bridge.nlu import Understood, languages, understand
from intent_bridge.nlu.lexicon import lexicon
from intent_bridge.nlu.talk import Talk
from intent_bridge.profile import load_profile
from tests.bench.figures import merge
from tests.bench.handle import Unwaiting
from tests.nlu.corpus import Said, catalogue, sentences, without_own

PEERS = Path(__file__).parent / "peers"
SETTLE_MS = 200
EVERY = 6
"""So many sentences of the corpora are passed over for each that is timed to its frame."""
TOOLS = {
    "set_cabin_temperature": "celsius", "set_window": "percent", "set_seat_heating": "level",
    "set_fan_speed": "fan", "set_air_conditioning": "on", "set_sunroof": "percent", "set_trunk": "percent",
    "set_drive_mode": "mode",
}  # fmt: skip
Calls = tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]


@dataclass
class Score:
    """How one engine did on one language."""

    right: int = 0
    asked: int = 0
    wrong: int = 0
    acted: int = 0
    must_not: int = 0
    ms: list[float] = field(default_factory=list)

    def shown(self) -> dict[str, float]:
        """The figures."""
        return {
            "right_percent": round(100 * self.right / self.asked, 1), "wrong": self.wrong,
            "asked": self.asked, "acted": self.acted, "must_not_act": self.must_not,
            "p50_ms": round(statistics.median(self.ms), 2), "p99_ms": round(_p99(self.ms), 2),
        }  # fmt: skip


def to_frame_ms() -> list[float]:
    """CPU milliseconds from a sentence to its first frame, for sentences that send one."""
    times: list[float] = []
    with Unwaiting(load_profile("demo_sedan")) as car:
        ended: list[int] = []
        car.subscribe("frame", lambda _: ended.append(time.thread_time_ns()))
        for language in languages():
            lexicon(language)
            talk = Talk(car, language)
            for said in [s for s in sentences(language) if len(s.wanted) == 1][::EVERY]:
                ended.clear()
                car.waiting = False
                started = time.thread_time_ns()
                talk.say(said.text)
                car.waiting = True
                if ended:
                    times.append((ended[0] - started) / 1e6)
                car.advance_ms(SETTLE_MS)
    return times


def score(language: str, hear: Callable[[str], Calls]) -> Score:
    """One engine on the sentences of eight tools, and on all that must not act."""
    made = Score()
    for said in _asked(language):
        started = time.thread_time_ns()
        got = hear(said.text)
        made.ms.append((time.thread_time_ns() - started) / 1e6)
        if said.wanted:
            made.asked += 1
            right = got in (said.wanted, *said.also)
            made.right += right
            made.wrong += bool(got) and not right
        else:
            made.must_not += 1
            made.acted += bool(got)
    return made


def ours(language: str) -> Callable[[str], Calls]:
    """The offline lane."""

    def hear(text: str) -> Calls:
        found = understand(text, language, catalogue())
        if not isinstance(found, Understood):
            return ()
        return tuple((call.name, without_own(call.arguments)) for call in found.calls)

    return hear


def hassil(language: str) -> Callable[[str], Calls]:
    """The peer, with its own templates."""
    from hassil import Intents, recognize_best  # type: ignore[import-not-found, unused-ignore]

    with (PEERS / f"hassil_{language}.yaml").open(encoding="utf-8") as file:
        intents = Intents.from_yaml(file)

    def hear(text: str) -> Calls:
        found = recognize_best(text, intents, language=language)
        if found is None:
            return ()
        name = found.intent.name
        values: Mapping[str, Any] = {key: entity.value for key, entity in found.entities.items()}
        given = {("level" if key == "fan" else key): _whole(value) for key, value in values.items()}
        return ((name, without_own(given)),)

    return hear


def main() -> None:
    """Print both tables and merge the figures."""
    times = to_frame_ms()
    figures: dict[str, Any] = {
        "nlu_utterance_to_frame_ms": {"p50": round(statistics.median(times), 2), "p99": round(_p99(times), 2),
                                      "sentences": len(times)},
    }  # fmt: skip
    print(f"utterance to first frame: {figures['nlu_utterance_to_frame_ms']}")
    for language in ("en", "zh"):
        engines = {"ours": ours(language)}
        if find_spec("hassil") is not None:
            engines["hassil"] = hassil(language)
        for name, hear in engines.items():
            found = score(language, hear).shown()
            figures[f"nlu_{language}_{name}"] = found
            print(f"{language} {name:7}", "  ".join(f"{key} {value}" for key, value in found.items()))
    merge(figures)


def _asked(language: str) -> Iterator[Said]:
    for said in sentences(language):
        if not said.wanted or (len(said.wanted) == 1 and said.wanted[0][0] in TOOLS):
            yield said


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value == int(value) else value


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


if __name__ == "__main__":
    main()
