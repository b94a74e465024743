"""What is worked out of a profile once and then shared by every engine, guard and bridge of that vehicle."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from .binding import Profile

P = ParamSpec("P")
Made = TypeVar("Made")


def once(make: Callable[Concatenate[Profile, P], Made]) -> Callable[Concatenate[Profile, P], Made]:
    """Keep what `make` makes with the profile it is made of; only other further arguments make it anew.

    What is made must not change, for it is shared. Arguments are the same where they are the same objects.
    """

    @wraps(make)
    def kept(profile: Profile, *more: P.args, **named: P.kwargs) -> Made:
        before = profile.made.get(make)
        if before is not None and not (more or named or before[0]):
            return before[1]  # type: ignore[return-value]  # a cast costs a call on the quick way
        given = (*more, *named.values())
        if before is not None and _same(before[0], given):
            return cast(Made, before[1])
        made = make(profile, *more, **named)
        profile.made[make] = given, made
        return made

    return cast(Callable[Concatenate[Profile, P], Made], kept)


def _same(old: tuple[object, ...], new: tuple[object, ...]) -> bool:
    return len(old) == len(new) and all(one is other for one, other in zip(old, new, strict=True))
