"""What a model is told: allowed state and labelled texts only, cut down to what may leave the vehicle.

The system prompt never changes, so that a local model keeps it in its cache; what changes stands behind it,
as JSON data in the person's own message.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from intent_bridge.serve.request import DataClass, Request
from intent_bridge.serve.settings import Settings
from intent_bridge.serve.turn import ALL_DATA
from intent_bridge.types import Provenance


def system_prompt(settings: Settings, language: str) -> str:
    """Voice and rules in one language; KeyError where the settings have none for it."""
    return f"{settings.voice[language].strip()}\n{settings.rules[language].strip()}"


def tainted(request: Request, settings: Settings) -> bool:
    """Whether text that somebody outside the car wrote stands in the context. An unknown kind does."""
    return any(item.kind not in settings.items or settings.items[item.kind].outside for item in request.items)


def asker(who: Provenance, seen: Request, settings: Settings) -> Provenance:
    """Who asks, as the guard must judge it, where a model sees this much of the request."""
    return replace(who, untrusted_text=True) if tainted(seen, settings) else who


def allowed_state(
    state: Mapping[str, object], settings: Settings, allowed: Collection[DataClass]
) -> dict[str, object]:
    """The known values of listed paths whose class of data is allowed, under short names."""
    shown = {}
    for path, value in state.items():
        if value is not None and any(
            data in allowed and fnmatchcase(path, pattern) for pattern, data in settings.context.items()
        ):
            shown[path.removeprefix("Vehicle.")] = value
    return shown


def allowed_result(
    content: dict[str, Any], settings: Settings, allowed: Collection[DataClass]
) -> dict[str, Any]:
    """A call's result for the model, without paths whose class of data it may not be told.

    A path that the settings do not list tells of the vehicle only.
    """

    def may(path: object) -> bool:
        hits = [data for pattern, data in settings.context.items() if fnmatchcase(str(path), pattern)]
        return (hits[0] if hits else DataClass.VEHICLE) in allowed

    def cut(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {k: cut(v) for k, v in value.items() if not str(k).startswith("Vehicle.") or may(k)}
        return [cut(v) for v in value] if isinstance(value, list | tuple) else value

    return {key: cut(value) for key, value in content.items()}


def user_message(
    request: Request,
    state: Mapping[str, object],
    settings: Settings,
    allowed: Collection[DataClass] = ALL_DATA,
) -> str:
    """The person's words with the context before them. The words themselves are cabin text."""
    limits = settings.limits
    context: dict[str, Any] = {"state": allowed_state(state, settings, allowed)}
    if DataClass.IDENTITY in allowed:
        context["speaker"] = request.provenance.speaker.value
        if request.name:
            context["name"] = request.name
    if DataClass.PREFERENCES in allowed and request.preferences:
        context["preferences"] = dict(request.preferences)
    for item in request.items[: limits.items]:
        kind = settings.items.get(item.kind)
        if kind is not None and kind.data in allowed:
            place = "outside" if kind.outside else "notes"
            context.setdefault(place, []).append({"kind": item.kind, "text": item.text[: limits.item_chars]})
    words = request.words if DataClass.CABIN_TEXT in allowed else ""
    return f"{json.dumps({'context': context}, ensure_ascii=False)}\n{words}"


def conversation(
    request: Request,
    state: Mapping[str, object],
    settings: Settings,
    history: Sequence[Mapping[str, Any]] = (),
    allowed: Collection[DataClass] = ALL_DATA,
) -> list[dict[str, Any]]:
    """The messages a model is asked with. What was said before is cabin text too."""
    said = [dict(message) for message in history] if DataClass.CABIN_TEXT in allowed else []
    return [
        {"role": "system", "content": system_prompt(settings, request.language)},
        *said,
        {"role": "user", "content": user_message(request, state, settings, allowed)},
    ]
