"""What the host knows and no bus tells (the weather a service reports), as samples like any other.

A fact comes with a call or before it, from the host and never from the model. It is a sample with an age, so
rules, proofs, confirmations and audit treat it as they treat a sensor: what was never told, or too long ago,
is unknown, and unknown denies.
"""

from collections.abc import Mapping

from intent_bridge.profile import Profile, from_vss
from intent_bridge.types import Quality, Sample


def fact_samples(profile: Profile, given: Mapping[str, object], now_ms: int) -> dict[str, Sample]:
    """The samples of facts given in VSS values; None says that it is not known any more.

    Raises ValueError, with a text for the host: no fact of this vehicle, or a value it cannot have.
    """
    samples = {}
    for path, value in given.items():
        fact = profile.facts.get(path)
        if fact is None:
            known = ", ".join(sorted(profile.facts)) or "none"
            raise ValueError(f"`{path}` is no fact of this vehicle; it has {known}")
        if value is None:
            samples[path] = Sample(None, now_ms, Quality.MISSING)
            continue
        try:
            samples[path] = Sample(from_vss(fact.quantity, value), now_ms, Quality.OK)
        except ValueError as error:
            raise ValueError(f"`{path}`: {error}") from error
    return samples
