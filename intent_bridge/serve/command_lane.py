"""A lane of a small model inside the vehicle: it writes a wish in outline instead of JSON calls.

It is asked where the offline grammar does not understand: of a sentence that this one is sure of, or that is
no wish, a model could only say something else. What it may write is narrowed to what the person's words can
fill. That holds it to a form and hides its errors: a joke can become a warmer seat. So nothing is done before
the person's own words bear it out, all of them known and holding every number, place and switch of the call.
Else the person is asked.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Protocol

from intent_bridge.nlu.outline import NOTHING, Heard, Outlines
from intent_bridge.nlu.witness import Witness
from intent_bridge.serve.model import ModelError, openai_client
from intent_bridge.serve.request import Reply, Usage, Vehicle
from intent_bridge.serve.sentences import Sentences
from intent_bridge.serve.settings import DATA, Strict, load_data
from intent_bridge.serve.turn import View
from intent_bridge.types import Choice, Outcome, Status, ToolCall

WORDS_MAX: Final = 200
"""Characters of a sentence; a longer one is for another lane."""
TOKENS_MAX: Final = 32
_ASKS: Final = " >"
"""Between what was said and its outline. A space follows, so that the outline begins with a word's token."""
_WAITS: Final = (Status.NEEDS_CONFIRMATION, Status.NEEDS_CHOICE)


class Commands(Strict):
    """`commands.yaml`: the task, and rows of an outline and sentences that mean it, one in each language."""

    task: str
    languages: tuple[str, ...]
    examples: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Completed:
    """What a model wrote after a prompt; `compute_ms` None where the server does not say."""

    text: str
    tokens: int = 0
    """All that it had before it or wrote, also what it had read before."""
    compute_ms: float | None = None
    read: int = 0
    written: int = 0


class Completer(Protocol):
    """Whatever continues a prompt, held to a grammar (GBNF). May raise ModelError."""

    async def complete(
        self, prompt: str, *, grammar: str, max_tokens: int, finished: Callable[[str], bool]
    ) -> Completed:
        """One line; it may end as soon as `finished` says so of what was written so far."""


class OpenAICompleter:
    """Completions of an OpenAI-compatible server that knows GBNF (llama.cpp and its kin), on this machine."""

    def __init__(self, model: str, *, base_url: str, timeout_s: float = 30.0, client: Any = None) -> None:
        self._model = model
        self._client = client or openai_client(base_url, None, 0, timeout_s)

    async def complete(
        self, prompt: str, *, grammar: str, max_tokens: int, finished: Callable[[str], bool]
    ) -> Completed:
        """See `Completer`. The server keeps the prompt's head in its cache, and stops when nobody listens."""
        extra = {"grammar": grammar, "cache_prompt": True, "timings_per_token": True}
        try:
            stream = await self._client.completions.create(
                model=self._model, prompt=prompt, max_tokens=max_tokens, temperature=0, stop=["\n"],
                stream=True, extra_body=extra,
            )  # fmt: skip
            try:
                return await _read(stream, finished)
            finally:
                await stream.close()
        except Exception as error:  # the client's own tree, and whatever it makes of garbage
            raise ModelError(f"{type(error).__name__}: {error}") from error

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()


async def _read(stream: AsyncIterator[Any], finished: Callable[[str], bool]) -> Completed:
    text = ""
    timings: dict[str, Any] = {}
    async for chunk in stream:
        raw = chunk.model_dump(mode="json")
        timings = raw.get("timings") or timings
        text += "".join(str(choice["text"]) for choice in raw["choices"])
        if finished(text):
            break
    parts = [timings.get(key) for key in ("prompt_ms", "predicted_ms")]
    known = [float(part) for part in parts if isinstance(part, int | float)]
    before, read, written = (int(timings.get(key) or 0) for key in ("cache_n", "prompt_n", "predicted_n"))
    compute_ms = sum(known) if len(known) == 2 else None
    return Completed(text, before + read + written, compute_ms, read, written)


class CommandLane:
    """Understands what the small model puts into a line of outlines; None for everything else."""

    def __init__(
        self, vehicle: Vehicle, completer: Completer, *, languages: Sequence[str] = ("en", "zh")
    ) -> None:
        bridge = vehicle.bridge
        side = bridge.profile.file.driver_side
        self._vehicle, self._completer = vehicle, completer
        self._sentences = Sentences(bridge.profile)
        self._witness = Witness(bridge.engine.catalogue, side)
        self.outlines = Outlines(bridge.engine.catalogue, side)
        self.prompt = prompt_of(self.outlines, languages)

    async def prewarm(self) -> None:
        """Have the server read the prompt before somebody speaks: that takes seconds, once. ModelError."""
        for language in commands().languages:
            self.outlines.heard("hello", language)  # reads the lexicon
        await self._written("hello", Heard(tuple(self.outlines.choices)))

    async def _written(self, words: str, heard: Heard) -> Completed:
        return await self._completer.complete(
            f"{self.prompt}{words}{_ASKS}",
            grammar=grammar_of(heard),
            max_tokens=TOKENS_MAX,
            finished=heard.is_whole,
        )

    async def think(self, view: View) -> Reply | None:
        """Carry out what the model made of the words. ModelError when it cannot be asked."""
        view = view.words_only()
        turn, words = view.turn, " ".join(view.request.words.split())
        if not words or len(words) > WORDS_MAX:
            return None
        heard = self.outlines.heard(words, view.request.language)
        if not (heard.sure or heard.choices):
            return None
        begun_s = turn.clock_s()
        view.tell("thinking")
        written = Completed("") if heard.sure else await self._written(words, heard)
        waited_ms = (turn.clock_s() - begun_s) * 1000
        calls = heard.sure or self.outlines.calls(written.text, heard)
        if not calls:  # also what was cut off, or is by a server that ignores the grammar
            return None
        view.check([call.name for call in calls])
        for number, call in enumerate(calls, 1):
            outcome = await self._carried_out(view, call, number)
            if outcome.status in _WAITS:
                break
        view.claim()
        total_ms = (turn.clock_s() - begun_s) * 1000
        usage = Usage(
            turns=1,
            calls=len(turn.outcomes),
            tokens=written.tokens,
            pre_ms=(begun_s - turn.started_s) * 1000,
            waited_ms=waited_ms,
            compute_ms=written.compute_ms,
            vehicle_ms=turn.vehicle_ms,
            ours_ms=max(0.0, total_ms - turn.vehicle_ms - waited_ms),
        )
        return self._sentences.reply(turn, view.lane, "own words", usage)

    async def _carried_out(self, view: View, call: ToolCall, number: int) -> Outcome:
        """The call's outcome, or the question whether it was meant."""
        request, arguments = view.request, dict(call.arguments)
        asked = ToolCall(f"{request.id}/{number}", call.name, arguments)
        if not self._witness.agrees(request.words, request.language, asked):
            shown = await self._vehicle.explain(asked, request.provenance)
            if shown.status is Status.NO_ACTION and shown.actions:
                unsure = Outcome(
                    asked.id,
                    call.name,
                    Status.NEEDS_CHOICE,
                    "unsure",
                    choices=(Choice(call.name, arguments),),
                )
                view.turn.ask(view.lane, unsure)
                return unsure
        return await view.act(call.name, arguments)


@cache
def commands() -> Commands:
    """The data behind the prompt, read once; ProfileError with every problem."""
    return load_data(DATA / "commands.yaml", Commands)


def prompt_of(outlines: Outlines, languages: Sequence[str]) -> str:
    """Task and examples: the same bytes for every request, so that a server reads them once."""
    data = commands()
    lines = [f"{data.task}\n"]
    for outline, *said in data.examples:
        if all(name == NOTHING or name in outlines.choices for name in outline.split("; ")):
            spoken = dict(zip(data.languages, said, strict=True))
            lines += [f"{spoken[language]}{_ASKS} {outline}" for language in languages if language in spoken]
    return "\n".join(lines) + "\n"


def grammar_of(heard: Heard) -> str:
    """What may be written of these words, in GBNF: an outline, one for each part of them, or `none`."""
    lines = (' "; " '.join(f"( {_one_of(names)} )" for names in line) for line in heard.lines)
    return f'root ::= " " ( {" | ".join(lines)} ) "\\n"\n'


def _one_of(names: Sequence[str]) -> str:
    """One of the names in GBNF, by their first words: a server tries every branch on every token."""
    tails: dict[str, list[str]] = {}
    for name in names:
        word, space, tail = name.partition(" ")
        tails.setdefault(word, []).append(space + tail)
    return " | ".join(_branch(word, rest) for word, rest in tails.items())


def _branch(word: str, tails: Sequence[str]) -> str:
    more = " | ".join(f'"{tail}"' for tail in tails if tail)
    return f'"{word}" ( {more} ){"?" if "" in tails else ""}' if more else f'"{word}"'
