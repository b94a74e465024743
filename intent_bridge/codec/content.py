"""What a frame says by name, read from its bytes when somebody first looks: most frames are only sent."""

from collections.abc import Iterator, Mapping
from typing import Any

from intent_bridge.codec.generate import Decode


class Content(Mapping[str, float | int | str]):
    """The signals of one frame, as `decode` reads them. Equal to any mapping that says the same."""

    __slots__ = ("_data", "_decode", "_read")

    def __init__(self, decode: Decode, data: bytes) -> None:
        self._decode, self._data = decode, data
        self._read: Mapping[str, float | int | str] | None = None

    def _signals(self) -> Mapping[str, float | int | str]:
        if self._read is None:
            self._read = self._decode(self._data)
        return self._read

    def __getitem__(self, name: str) -> float | int | str:
        return self._signals()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._signals())

    def __len__(self) -> int:
        return len(self._signals())

    def __repr__(self) -> str:
        return repr(self._signals())

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self._signals()),)
