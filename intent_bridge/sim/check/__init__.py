"""The checks of `sim.yaml` against the profile; each notes problems at its place and goes on."""

from .behaviour import Motor, Slots

__all__ = ["Motor", "Slots"]
