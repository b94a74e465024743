"""A fault planted in the encoder, for tests of what finds it."""

import pytest

from intent_bridge.codec import EgressGate, Encoder


def plant_a_standing_counter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every protected frame carries counter 7, and the gate lets it leave."""
    frames = Encoder._frames

    def miscounted(self: Encoder, *args: object) -> object:
        self.counters.update(dict.fromkeys(self.counters, 7))
        return frames(self, *args)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(Encoder, "_frames", miscounted)
    monkeypatch.setattr(EgressGate, "check_all", lambda self, *args, **options: None)
