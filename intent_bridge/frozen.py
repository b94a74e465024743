"""Frozen values that are made quickly: `dataclass(frozen=True, slots=True)` at a third of its price.

The standard library writes each field of a frozen value through `object.__setattr__`; on the road from a call
to a frame, with its fifty small values, that was a tenth of the time. Here a value that is being made belongs
to an open twin of its class, to which fields are plainly assigned; before anybody sees it, it becomes one of
its class, and that is closed.
"""

from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, Final, TypeVar, cast, dataclass_transform

T = TypeVar("T")

_BECOME: Final = vars(object)["__class__"].__set__
"""Gives a value another class without asking the value, which would refuse."""
_UNSET: Final = object()


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """A class decorator: a frozen dataclass with slots, which has no subclasses.

    Every field is an argument, by place or name; TypeError at the definition where one is not.
    """
    made: Any = dataclass(frozen=True, slots=True)(cls)
    plainly = {name: getattr(object, name) for name in ("__setattr__", "__delattr__")}
    twin = type(cls.__name__, (made,), {"__slots__": (), **plainly})
    made.__init__ = _init(made, twin)
    made.__init_subclass__ = classmethod(_no_subclass)
    return cast(type[T], made)


def _init(made: Any, twin: type) -> Any:
    names: dict[str, Any] = {"become": _BECOME, "twin": twin, "made": made, "unset": _UNSET}
    told, body = [], []
    for n, one in enumerate(fields(made)):
        told.append(_argument(n, one, names))
        factory = one.default_factory is not MISSING
        body.append(f"self.{one.name} = " + (f"f{n}() if {one.name} is unset else " * factory) + one.name)
    checks = ["self.__post_init__()"] if hasattr(made, "__post_init__") else []
    lines = ["become(self, twin)", *body, "self.__class__ = made", *checks]
    exec("\n    ".join([f"def __init__(self, {', '.join(told)}):", *lines]), names)  # field names, and ours
    init = names["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    init.__annotations__ = dict(made.__annotations__)
    return init


def _argument(n: int, one: "Field[Any]", names: dict[str, Any]) -> str:
    """One field as the argument of `__init__`, its default among the names the text may use."""
    if not one.init or one.kw_only:
        raise TypeError(f"{one.name}: a field of a frozen value is a plain argument; use dataclass instead")
    if one.default_factory is not MISSING:
        names[f"f{n}"] = one.default_factory
        return f"{one.name}=unset"
    if one.default is not MISSING:
        names[f"d{n}"] = one.default
        return f"{one.name}=d{n}"
    return one.name


def _no_subclass(cls: type, /, **_: object) -> None:
    raise TypeError(f"{cls.__name__}: a frozen value has no subclasses")
