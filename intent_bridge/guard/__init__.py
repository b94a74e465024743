"""Judges actions against rule packs and the state of the vehicle; the only maker of permits."""

from .conditions import Condition
from .guard import Guard
from .history import NO_HISTORY, History
from .packs import load_packs
from .plausible import Screen
from .quality import usable
from .rules import RuleSet

__all__ = ["NO_HISTORY", "Condition", "Guard", "History", "RuleSet", "Screen", "load_packs", "usable"]
