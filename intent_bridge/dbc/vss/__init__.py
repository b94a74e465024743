"""A first profile of an unknown car: what its DBC files' names, units, ranges and comments make likely."""

from intent_bridge.dbc.vss.draft import Draft, Entry, draft
from intent_bridge.dbc.vss.text import profile_text

__all__ = ["Draft", "Entry", "draft", "profile_text"]
