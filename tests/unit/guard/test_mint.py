"""Only the guard makes permits."""

from pathlib import Path

import pytest

from intent_bridge.types import Permit


def test_only_the_guard_holds_the_mint() -> None:
    library = Path("intent_bridge")
    users = {str(p.relative_to(library)) for p in library.rglob("*.py") if "_MINT" in p.read_text("utf-8")}
    assert users == {"types.py", "guard/guard.py"}


def test_a_permit_made_elsewhere_is_refused() -> None:
    with pytest.raises(TypeError, match="made by the guard"):
        Permit({}, "", 0, 0, object())
