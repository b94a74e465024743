"""Settings that hold for every test."""

from hypothesis import HealthCheck, settings

# Machines differ in speed, so no deadline; `make test` and `make ci` take the same examples every time,
# so that a red run is a finding of its change; `make nightly` looks for new ones.
_BASE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("test", _BASE, max_examples=60, derandomize=True)
settings.register_profile("more", _BASE, max_examples=1_000, derandomize=True)
settings.register_profile("nightly", _BASE, max_examples=200_000)
settings.load_profile("test")
