"""Other rules for a running bridge: taken whole or not at all, or judged in the shadow of the active ones."""

import threading
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from intent_bridge.engine import Effect, Engine
from intent_bridge.engine.adopt import adopt
from intent_bridge.guard.reload import Check, Refused, prepare
from intent_bridge.profile import Profile


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What became of a reload. `policy` names the rules that are active now, `step` and `why` a refusal."""

    ok: bool
    policy: str
    step: str = ""
    why: str = ""


class Policies:
    """The part of a bridge that exchanges rules; a failure keeps the old ones and is a value."""

    profile: Profile
    engine: Engine
    _pack_keys: tuple[bytes, ...]
    _changed: threading.Condition

    @abstractmethod
    def _listen(self) -> int:
        """The time, with all taken in that was heard until then."""

    @abstractmethod
    def _carry_out(self, effects: list[Effect]) -> None:
        """Do what the engine wants done."""

    def reload(
        self,
        packs: Iterable[str | Path] | None = None,
        *,
        keys: Sequence[bytes] | None = None,
        prove: Check | None = None,
    ) -> Reloaded:
        """Take these packs instead of the active ones (None: those of the profile, read anew).

        They are read, compared, tested and proved first, then exchanged at once, and only in a moment that
        the active packs allow (`activate`; base: in Park, known and fresh). Running commands stop. `keys` are
        those that the bridge was started with, or these in their place.
        """
        keys = self._pack_keys if keys is None else keys
        found = prepare(self.profile, packs, self.engine.guard.rules, keys=keys, prove=prove)
        with self._changed:
            active = self.engine.guard.policy_hash
            if isinstance(found, Refused):
                return Reloaded(False, active, found.step, found.why)
            effects = adopt(self.engine, found, self._listen())
            if effects is None:
                return Reloaded(False, active, "park", "rules are exchanged only while the car is parked")
            self._carry_out(effects)
            return Reloaded(True, found.policy_hash)

    def shadow(self, packs: Iterable[str | Path] | None, *, prove: Check | None = None) -> Reloaded:
        """Judge a candidate beside the active packs and record where it differs; None ends it.

        Nothing comes of what the candidate says. It may be looser: this is how one finds out.
        """
        if packs is None:
            with self._changed:
                self.engine.judge.shadow = None
                return Reloaded(True, self.engine.guard.policy_hash)
        nothing = replace(self.engine.guard.rules, sources=())
        found = prepare(self.profile, packs, nothing, prove=prove or (lambda profile, guard: ""))
        with self._changed:
            active = self.engine.guard.policy_hash
            if isinstance(found, Refused):
                return Reloaded(False, active, found.step, found.why)
            self.engine.judge.shadow = found
            return Reloaded(True, active)
