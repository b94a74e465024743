"""Judges actions against rule packs and the state of the vehicle; the only maker of permits."""

from .guard import Guard
from .packs import load_packs
from .quality import usable
from .rules import RuleSet

__all__ = ["Guard", "RuleSet", "load_packs", "usable"]
