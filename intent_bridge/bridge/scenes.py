"""Scenes that people make for themselves, beside those of the vehicle: added, listed and removed by the host.

A user's scene is judged like any other, call by call; it can need nothing less and may nothing more.
"""

import json
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from pydantic import ValidationError

from intent_bridge.engine.scenes import Needs
from intent_bridge.errors import ProfileError
from intent_bridge.intents import Catalogue
from intent_bridge.profile.model import Scene

if TYPE_CHECKING:
    from intent_bridge.engine import Engine

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,47}")
MAX_SCENES: Final = 50
"""User scenes of one bridge."""


class SceneStore(Protocol):
    """Where user scenes outlive the process; the store of preferences is one."""

    def scenes(self) -> dict[str, Any]:
        """Name -> what `add` was given."""

    def keep_scenes(self, scenes: Mapping[str, Any]) -> None:
        """Keep all of them."""


class UserScenes:
    """The scenes of one bridge: those of the vehicle, and those that people have added."""

    def __init__(self, engine: "Engine", lock: threading.Condition, store: SceneStore | None = None) -> None:
        self._engine, self._lock, self._store = engine, lock, store
        self._own = engine.profile
        self._added: dict[str, Scene] = {}
        for name, given in (store.scenes() if store is not None else {}).items():
            try:
                self._use({**self._added, name: Scene.model_validate_json(json.dumps(given), strict=True)})
            except (ValidationError, ProfileError):
                continue  # the vehicle has changed since; the others stay usable

    def list(self) -> dict[str, str]:
        """Name -> description of every scene there is."""
        return {name: scene.description for name, scene in self._engine.profile.file.scenes.items()}

    def add(
        self,
        name: str,
        description: str,
        steps: Iterable[Mapping[str, Any]],
        needs: Iterable[Mapping[str, str]] = (),
    ) -> None:
        """Add or replace a user's scene; a step is `{"call": tool, "arguments": {…}}`, as in `profile.yaml`.

        ValueError says what is wrong; nothing is changed then. A scene of the vehicle cannot be replaced.
        """
        given = {"description": description, "steps": list(steps), "needs": list(needs)}
        if name in self._own.file.scenes:
            raise ValueError(f"`{name}` is a scene of the vehicle, choose another name")
        if not _NAME.fullmatch(name):
            raise ValueError(f"`{name[:40]}`: use lower case letters, digits and underscores")
        if len(self._added) >= MAX_SCENES and name not in self._added:
            raise ValueError(f"there are {MAX_SCENES} scenes already, remove one first")
        with self._lock:
            try:
                scene = Scene.model_validate_json(json.dumps(given), strict=True)
                self._use({**self._added, name: scene})
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                raise ValueError(f"`{'.'.join(map(str, first['loc']))}`: {first['msg'].lower()}") from None
            except ProfileError as error:
                raise ValueError(
                    "; ".join(f"{p.what}; {p.mend}".rstrip("; ") for p in error.problems)
                ) from None
            self._keep()

    def remove(self, name: str) -> bool:
        """Remove a user's scene; false where there is none of that name."""
        with self._lock:
            if name not in self._added:
                return False
            self._use({n: scene for n, scene in self._added.items() if n != name})
            self._keep()
            return True

    def _use(self, added: dict[str, Scene]) -> None:
        file = self._own.file.model_copy(update={"scenes": {**self._own.file.scenes, **added}})
        profile = replace(self._own, file=file)
        catalogue, needs = Catalogue(profile), Needs(profile)  # both first: a wrong scene changes nothing
        self._engine.profile, self._engine.catalogue, self._engine.needs = profile, catalogue, needs
        self._added = added

    def _keep(self) -> None:
        if self._store is not None:
            self._store.keep_scenes({n: s.model_dump(mode="json") for n, s in self._added.items()})
