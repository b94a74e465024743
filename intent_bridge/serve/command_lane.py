"""A lane of a small model inside the vehicle: it writes commands of a grammar instead of JSON calls.

The grammar holds the model to the form and hides its errors: a joke can become a temperature. So nothing is
done before an independent signal agrees: the offline grammar, or the person's own words, all of them known
and holding every number, place and switch of the call. Else the person is asked whether that was meant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Protocol

from intent_bridge.errors import ToolCallError
from intent_bridge.llm import ParsedCall
from intent_bridge.llm.command import CommandLanguage, example_lines
from intent_bridge.nlu.witness import Witness
from intent_bridge.serve.model import ModelError, openai_client
from intent_bridge.serve.request import Reply, Usage, Vehicle
from intent_bridge.serve.sentences import Sentences
from intent_bridge.serve.settings import DATA, Strict, load_data
from intent_bridge.serve.turn import View
from intent_bridge.types import Choice, Outcome, Status, ToolCall

WORDS_MAX: Final = 200
"""Characters of a sentence; a longer one is for another lane."""
TOKENS_MAX: Final = 48
_WAITS: Final = (Status.NEEDS_CONFIRMATION, Status.NEEDS_CHOICE)


class Example(Strict):
    """One wish in every language that the prompt is for, and the calls it means."""

    said: Mapping[str, str]
    calls: tuple[Mapping[str, Mapping[str, Any]], ...]


class Commands(Strict):
    """`commands.yaml`: what the model is told."""

    task: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Completed:
    """What a model wrote after a prompt; `compute_ms` None where the server does not say."""

    text: str
    tokens: int = 0
    compute_ms: float | None = None


class Completer(Protocol):
    """Whatever continues a prompt, held to a grammar. May raise ModelError."""

    async def complete(self, prompt: str, *, grammar: str, max_tokens: int) -> Completed:
        """One line."""


class OpenAICompleter:
    """Completions of an OpenAI-compatible server that knows GBNF (llama.cpp and its kin), on this machine."""

    def __init__(self, model: str, *, base_url: str, timeout_s: float = 30.0, client: Any = None) -> None:
        self._model = model
        self._client = client or openai_client(base_url, None, 0, timeout_s)

    async def complete(self, prompt: str, *, grammar: str, max_tokens: int) -> Completed:
        """See `Completer`. The server keeps the prompt's head in its cache."""
        extra = {"grammar": grammar, "cache_prompt": True}
        try:
            answer = await self._client.completions.create(
                model=self._model, prompt=prompt, max_tokens=max_tokens, temperature=0, stop=["\n"],
                extra_body=extra,
            )  # fmt: skip
            raw = answer.model_dump(mode="json")
            text = str(raw["choices"][0]["text"])
        except Exception as error:  # the client's own tree, and whatever it makes of garbage
            raise ModelError(f"{type(error).__name__}: {error}") from error
        usage, timings = raw.get("usage") or {}, raw.get("timings") or {}
        parts = [timings.get(key) for key in ("prompt_ms", "predicted_ms")]
        known = [float(part) for part in parts if isinstance(part, int | float)]
        return Completed(text, usage.get("total_tokens") or 0, sum(known) if len(known) == 2 else None)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()


class CommandLane:
    """Understands what the small model puts into one line of commands; None for everything else."""

    def __init__(
        self, vehicle: Vehicle, completer: Completer, *, languages: Sequence[str] = ("en", "zh")
    ) -> None:
        bridge = vehicle.bridge
        self._vehicle, self._completer = vehicle, completer
        self._sentences = Sentences(bridge.profile)
        self._witness = Witness(bridge.engine.catalogue, bridge.profile.file.driver_side)
        self.language = CommandLanguage(bridge.engine.catalogue.tools)
        self._grammar = self.language.grammar
        self.prompt = prompt_of(self.language, languages)

    async def prewarm(self) -> None:
        """Have the server read the prompt before somebody speaks: that takes seconds, once. ModelError."""
        await self._completer.complete(f"{self.prompt}Q: hello\nA:", grammar=self._grammar, max_tokens=4)

    async def think(self, view: View) -> Reply | None:
        """Carry out what the model made of the words. ModelError when it cannot be asked."""
        view = view.words_only()
        turn, words = view.turn, " ".join(view.request.words.split())
        if not words or len(words) > WORDS_MAX:
            return None
        begun_s = turn.clock_s()
        view.tell("thinking")
        said = await self._completer.complete(
            f"{self.prompt}Q: {words}\nA:", grammar=self._grammar, max_tokens=TOKENS_MAX
        )
        waited_ms = (turn.clock_s() - begun_s) * 1000
        try:
            calls = self.language.read(said.text)
        except ToolCallError:  # cut off by the limit of tokens, or a server without the grammar
            return None
        if not calls:
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
            tokens=said.tokens,
            pre_ms=(begun_s - turn.started_s) * 1000,
            waited_ms=waited_ms,
            compute_ms=said.compute_ms,
            vehicle_ms=turn.vehicle_ms,
            ours_ms=max(0.0, total_ms - turn.vehicle_ms - waited_ms),
        )
        return self._sentences.reply(turn, view.lane, "own words", usage)

    async def _carried_out(self, view: View, call: ParsedCall, number: int) -> Outcome:
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


def prompt_of(language: CommandLanguage, languages: Sequence[str]) -> str:
    """Task, commands and examples: the same bytes for every request, so that a server reads them once."""
    data = commands()
    examples = [
        (one.said[spoken], [ParsedCall(name, args) for call in one.calls for name, args in call.items()])
        for one in data.examples
        for spoken in languages
        if spoken in one.said
    ]
    return f"{data.task}\n{language.description}\n\n{example_lines(language, examples)}\n"
