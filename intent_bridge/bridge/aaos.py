"""Outcomes as status codes of Android's vehicle HAL; the table is data (`packs/aaos.yaml`)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from intent_bridge.profile.yaml import read_yaml
from intent_bridge.types import Decision, Outcome, Status

FILE = Path(__file__).parents[1] / "packs" / "aaos.yaml"
_BY_REASON = (Status.DENIED, Status.DEFERRED)
"""Only these are explained by rules; everything else says by itself what it is."""
_OTHER = "NOT_AVAILABLE_SAFETY"


@cache
def _table() -> Mapping[str, Any]:
    data = read_yaml(FILE).data
    assert isinstance(data, dict)
    return data


def status_code(outcome: Outcome) -> str:
    """The VehicleHalStatusCode that says the same as an outcome, as far as one does."""
    table = _table()
    status = outcome.status
    exact = table["outcomes"].get(f"{status.value}/{outcome.code}")
    if exact is not None:
        return str(exact)
    hits = outcome.verdict.hits if outcome.verdict is not None else ()
    weight = max((hit.effect for hit in hits), default=Decision.ALLOW)
    if status in _BY_REASON and weight >= Decision.DEFER:
        heaviest = next(hit for hit in hits if hit.effect is weight)
        code = table["unknown"] if heaviest.unknown else table["reasons"].get(heaviest.reason_key, _OTHER)
        return str(code)
    return str(table["outcomes"][status.value])
