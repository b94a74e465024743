"""Puts the code of a mutant into the function objects that live in this process."""

import gc
from collections.abc import Iterator
from types import CodeType, FunctionType

CO_OPTIMIZED = 1
"""Set for functions, not for the bodies of classes."""
Place = tuple[str, int]
"""A qualified name, and the how manieth of that name in the module (getter and setter)."""


class NoSuchFunction(Exception):
    """The mutated function does not live in this process, or a mutant cannot take its place."""


def _codes(module: CodeType, prefix: str = "") -> Iterator[tuple[str, CodeType]]:
    for const in module.co_consts:
        if isinstance(const, CodeType) and not const.co_name.startswith("<"):
            name = f"{prefix}{const.co_name}"
            if const.co_flags & CO_OPTIMIZED:
                yield name, const
            else:
                yield from _codes(const, f"{name}.")


def _places(source: str, filename: str) -> dict[Place, CodeType]:
    found: dict[Place, CodeType] = {}
    for name, code in _codes(compile(source, filename, "exec", dont_inherit=True)):
        found[name, sum(each == name for each, _ in found)] = code
    return found


class Living:
    """All function objects of one module, by where they stand in its text."""

    def __init__(self, source: str, filename: str) -> None:
        self._filename = filename
        self._codes = _places(source, filename)
        self._objects: dict[tuple[str, int], list[FunctionType]] = {}
        for each in gc.get_objects():
            if type(each) is FunctionType and each.__code__.co_filename == filename:
                code = each.__code__
                self._objects.setdefault((code.co_qualname, code.co_firstlineno), []).append(each)

    def replace(self, function: str, source: str) -> None:
        """Give the function the code it has in this text. Raises NoSuchFunction."""
        swapped = False
        for place, new in _places(source, self._filename).items():
            old = self._codes.get(place)
            if place[0] != function or old is None or _same(old, new):
                continue
            for each in self._objects.get((old.co_qualname, old.co_firstlineno), ()):
                try:
                    each.__code__ = new
                except ValueError as fault:
                    raise NoSuchFunction(f"{function}: {fault}") from None
                swapped = True
        if not swapped:
            raise NoSuchFunction(function)


def _same(old: CodeType, new: CodeType) -> bool:
    return old.co_code == new.co_code and old.co_consts == new.co_consts and old.co_names == new.co_names
