"""What a bridge knows of its vehicle: what the buses told, and what the host tells beside them."""

import threading
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final

from intent_bridge.bridge.scenes import UserScenes
from intent_bridge.engine import Effect, Engine
from intent_bridge.guard import usable
from intent_bridge.profile import Profile, plain, to_vss
from intent_bridge.types import Quality

SPEED: Final = "Vehicle.Speed"


class Knowledge:
    """The part of a bridge that is asked for the state, and told what no bus tells."""

    profile: Profile
    engine: Engine
    _changed: threading.Condition
    scenes: UserScenes
    """The scenes there are; people's own are added and removed here."""

    @abstractmethod
    def _listen(self) -> int:
        """The time, with all taken in that was heard until then."""

    @abstractmethod
    def now_ms(self) -> int:
        """The bridge's clock."""

    @abstractmethod
    def _carry_out(self, effects: list[Effect]) -> None:
        """Do what the engine wants done."""

    def tell(self, facts: Mapping[str, object]) -> None:
        """Tell what no bus does: the profile's `facts`, in VSS values; None where it is not known any more.

        They hold for their `max_age_ms`. Never pass on what a model says.

        Raises ValueError for what is no fact of this vehicle.
        """
        with self._changed:
            self._carry_out(self.engine.tell(facts, self._listen()))

    def state(self) -> dict[str, Any]:
        """Every path with its value in VSS units, or None where it is not known now."""
        with self._changed:
            now_ms = self._listen()
            out: dict[str, Any] = {}
            for path, info in self.profile.inputs.items():
                value, _ = usable(self.engine.state.get(path), info, now_ms)
                out[path] = None if value is None else plain(to_vss(info.quantity, value))
            return out

    def moving(self) -> bool:
        """Whether the vehicle moves, or nobody knows: then texts are short."""
        if SPEED not in self.profile.inputs:
            return True
        return self.engine.known(SPEED, self.now_ms())[0] != 0

    def quality(self) -> dict[str, Quality]:
        """Why a path is not known now; `ok` where it is."""
        with self._changed:
            now_ms = self._listen()
            return {
                path: usable(self.engine.state.get(path), info, now_ms)[1]
                for path, info in self.profile.inputs.items()
            }
