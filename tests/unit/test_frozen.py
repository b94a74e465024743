import copy
import pickle
from dataclasses import FrozenInstanceError, field, fields, replace

import pytest

from intent_bridge.frozen import frozen


@frozen
class Point:
    x: int
    y: int = 2
    tags: dict[str, int] = field(default_factory=dict)
    note: str = field(default="", compare=False, repr=False)


@frozen
class Even:
    number: int

    def __post_init__(self) -> None:
        if self.number % 2:
            raise ValueError("odd")


def test_a_frozen_value_takes_its_fields_by_place_by_name_and_by_default() -> None:
    assert (Point(1).x, Point(1).y, Point(1).tags, Point(1).note) == (1, 2, {}, "")
    assert Point(1, note="n", y=5) == Point(1, 5)
    assert [one.name for one in fields(Point)] == ["x", "y", "tags", "note"]
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]


def test_no_two_frozen_values_share_what_a_factory_made() -> None:
    assert Point(1).tags is not Point(1).tags


def test_a_frozen_value_refuses_every_change_once_it_is_made() -> None:
    point = Point(1)
    with pytest.raises(FrozenInstanceError):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del point.x
    with pytest.raises((FrozenInstanceError, TypeError, AttributeError)):
        point.new = 1  # type: ignore[attr-defined]
    assert type(point) is Point and point == Point(1)


def test_copies_of_frozen_values_are_equal_and_closed_too() -> None:
    point = Point(1, tags={"a": 1})
    copies = (replace(point), copy.copy(point), copy.deepcopy(point), pickle.loads(pickle.dumps(point)))
    for other in copies:
        assert other == point and type(other) is Point
        with pytest.raises(FrozenInstanceError):
            other.x = 2  # type: ignore[misc]


def test_a_frozen_value_checks_itself_after_it_is_made() -> None:
    assert Even(2).number == 2
    with pytest.raises(ValueError, match="odd"):
        Even(3)


def test_a_frozen_class_has_no_subclasses_and_no_hidden_fields() -> None:
    with pytest.raises(TypeError, match="no subclasses"):
        type("More", (Point,), {})
    with pytest.raises(TypeError, match="plain argument"):
        frozen(type("Hidden", (), {"__annotations__": {"a": int}, "a": field(init=False)}))
