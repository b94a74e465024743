"""DBC files as they are found: explained, repaired, and mapped to a first profile."""

from intent_bridge.dbc.book import Change
from intent_bridge.dbc.lint import Finding, lint
from intent_bridge.dbc.load import Loaded, load_dbc, read_text
from intent_bridge.dbc.repair import Repaired, repair

__all__ = ["Change", "Finding", "Loaded", "Repaired", "lint", "load_dbc", "read_text", "repair"]
