"""The public names: one sorted list, and everything on it is there. A change here is a change for users."""

import subprocess
import sys

import pytest

import intent_bridge

PUBLIC = """
    Action AsyncBridge Bridge Channel Choice Confirmation Decision Engine Frame HealthChange IntentBridgeError
    InvariantError Outcome Problem Profile ProfileError Provenance Quality RawFrame RuleHit SeatZone
    SimulatedBridge Speaker Status ToolCall ToolCallError Transport TransportError Verdict load_profile
    shipped_vehicles
"""


def test_the_public_names_are_these_and_sorted() -> None:
    assert intent_bridge.__all__ == sorted(PUBLIC.split())


@pytest.mark.parametrize("name", PUBLIC.split())
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    assert getattr(intent_bridge, name).__doc__


def test_a_name_that_is_not_public_is_not_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Guard'"):
        intent_bridge.Guard  # noqa: B018


def test_importing_the_package_loads_no_bus_library() -> None:
    code = "import sys, intent_bridge; assert not {'can', 'cantools', 'pydantic'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_bridge_not_yet_opened_has_loaded_nothing_that_only_an_open_one_needs() -> None:
    heavy = {"asyncio", "babel", "can", "cantools", "fluent", "jsonschema", "z3"}
    code = f"import sys; from intent_bridge import AsyncBridge, Bridge; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "set()\n"
