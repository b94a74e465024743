"""Pytest plugin: the fixture `car`, and a report of the rules that the tests exercised and never did.

    pytest_plugins = ["intent_bridge.testing.pytest_plugin"]     # in conftest.py

`--vehicle NAME_OR_FOLDER` chooses the vehicle. At the end of a test every hazard that the monitor of its
`car` saw fails the test.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from intent_bridge.guard import load_packs
from intent_bridge.profile import load_profile
from intent_bridge.testing.car import Car, Rig, rig

_EXERCISED: pytest.StashKey[Counter[str]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("intent_bridge")
    group.addoption(
        "--vehicle", default="demo_sedan", help="the vehicle that `car` is: a shipped name, a folder"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_EXERCISED] = Counter()


@pytest.fixture(scope="session")
def car_rig(pytestconfig: pytest.Config) -> Rig:
    """What all cars of a session share."""
    return rig(load_profile(pytestconfig.getoption("--vehicle")))


@pytest.fixture
def car(car_rig: Rig, pytestconfig: pytest.Config) -> Iterator[Car]:
    """A simulated vehicle with its monitor; a hazard fails the test."""
    driven = Car(car_rig)
    yield driven
    pytestconfig.stash[_EXERCISED].update(driven.rules)
    assert not driven.found, f"hazards: {driven.found}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Which rules had a say in a test with `car`, and which never."""
    exercised = config.stash[_EXERCISED]
    if not exercised:
        return
    profile = load_profile(config.getoption("--vehicle"))
    known = {rule.text.id for bound in load_packs(profile).rules.values() for rule in bound}
    terminalreporter.section("rules")
    terminalreporter.line(f"exercised ({len(exercised)}): {', '.join(sorted(exercised))}")
    never = sorted(known - exercised.keys())
    terminalreporter.line(f"never fired ({len(never)}): {', '.join(never) or 'none'}")
