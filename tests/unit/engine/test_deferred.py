"""Calls that wait: until their deadline, and judged again when something they depend on changes."""

from intent_bridge.engine.deferred import Deferrals
from intent_bridge.engine.effects import Order
from intent_bridge.types import Action, Provenance

DRIVER = Provenance()
FIRST = Order("1", "recall", DRIVER, (Action("a", 1), Action("b", 1)))
SECOND = Order("2", "recall", DRIVER, (Action("c", 1),))


def waiting() -> Deferrals:
    found = Deferrals()
    assert found.add(FIRST, 100) and found.add(SECOND, 200)
    return found


def test_each_gives_up_at_its_own_deadline_once() -> None:
    found = waiting()
    assert (found.next_ms(), found.expired(99)) == (100, [])
    assert (found.expired(100), found.next_ms()) == ([FIRST], 200)
    assert (found.expired(100), found.expired(500), found.next_ms()) == ([], [SECOND], None)


def test_those_are_touched_whose_rules_read_what_has_changed() -> None:
    reads = {"a": frozenset({"gear"}), "b": frozenset({"speed"}), "c": frozenset({"gear", "door"})}

    def inputs(paths: object) -> frozenset[str]:
        assert isinstance(paths, list)
        return frozenset().union(*(reads[path] for path in paths))

    found = waiting()
    assert found.touched({"gear"}, inputs) == [FIRST, SECOND]
    assert found.touched({"speed"}, inputs) == [FIRST]
    assert found.touched({"door", "sun"}, inputs) == [SECOND]
    assert found.touched({"sun"}, inputs) == []
    assert Deferrals().touched({"gear"}, inputs) == []


def test_what_is_taken_or_dropped_waits_no_longer() -> None:
    found = waiting()
    assert (found.take("1"), found.take("1")) == (FIRST, None)
    found.drop("2")
    assert found.next_ms() is None
