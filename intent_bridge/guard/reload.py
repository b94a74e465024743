"""Whether other packs may take the place of the active ones: read, compared, signed, proved and tested.

A layer can only add rules, and verdicts combine by maximum, so what may leave only shrinks with every pack.
Looser can only be a pack that is left out, or another text under the same name: both are met here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ..errors import ProfileError
from ..profile import Profile
from . import signature
from .guard import Guard
from .packs import SHIPPED, load_packs
from .rules import PackSource, RuleSet
from .selftest import self_test

Check: TypeAlias = Callable[[Profile, Guard], str]
"""Says why a guard may not be used, in one line; nothing when it may."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why packs are not taken, in one line, and at which step: read, layers, signature, test, proof, park."""

    step: str
    why: str


def prepare(
    profile: Profile,
    packs: Iterable[str | Path] | None,
    active: RuleSet,
    *,
    keys: Sequence[bytes] = (),
    prove: Check | None = None,
) -> Guard | Refused:
    """A guard with these packs (None: those of the profile, read anew), or why not. Never raises.

    `keys`: PEM public keys, one of which must have signed every pack that is not shipped with the library.
    `prove` stands for the proof (`proved` by default).
    """
    try:
        guard = Guard(profile, load_packs(profile, packs))
    except ProfileError as error:
        more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
        return Refused("read", f"{error.problems[0]}{more}")
    if why := next(iter(objections(active, guard.rules)), ""):
        return Refused("layers", why)
    if why := _unsigned(guard.rules.sources, keys):
        return Refused("signature", why)
    if why := self_test(guard):
        return Refused("test", why)
    if why := (prove or proved)(profile, guard):
        return Refused("proof", why)
    return guard


def objections(active: RuleSet, candidate: RuleSet) -> list[str]:
    """Why a candidate may not follow the active packs: one is left out, is older, or may be looser.

    Whether a text is looser is not guessed here: any rule that is gone or says another thing may be. Somebody
    has to answer for it in the header (`looser`), whose `version` is newer than that of the active pack.
    """
    found = []
    now = {source.header.name: source for source in candidate.sources}
    for old in active.sources:
        name = old.header.name
        new = now.get(name)
        if new is None:
            found.append(f"pack `{name}` is left out; exchange it in the profile and start anew")
        elif new.header.layer != old.header.layer:
            found.append(f"pack `{name}` moves from layer {old.header.layer} to {new.header.layer}")
        elif new.digest != old.digest:
            found += _changed(old, new)
    return found


def _changed(old: PackSource, new: PackSource) -> list[str]:
    name, before, after = old.header.name, old.header.version, new.header.version
    if after < before:
        return [f"pack `{name}` goes back from version {before} to {after}"]
    if after == before:
        return [f"pack `{name}` was changed, but its version is still {before}; raise it"]
    looser = new.header.looser
    if looser is not None and looser.version > before:
        return []
    changed = sorted(rule for rule, says in old.rules.items() if new.rules.get(rule) != says)
    if not changed:
        return []
    more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return [
        f"pack `{name}` may be looser: `{changed[0]}`{more} is gone or changed; "
        f"name an approver and a reason under `looser` in its header"
    ]


def _unsigned(sources: Sequence[PackSource], keys: Sequence[bytes]) -> str:
    if not keys:
        return ""
    try:
        others = (source.file for source in sources if source.file.parent != SHIPPED)
        return next((why for file in others if (why := signature.problem(file, keys))), "")
    except signature.SignatureProblem as error:
        return str(error)


def proved(profile: Profile, guard: Guard) -> str:
    """Why the rules are not proved; a stored certificate for exactly these is enough."""
    from .proof import VerifyMissing, certificate, certify

    if certificate(profile, guard.rules) is not None:
        return ""
    try:
        made, report = certify(profile, guard.rules)
    except (VerifyMissing, ProfileError) as error:
        return str(error).splitlines()[0]
    if made is not None:
        return ""
    first = report.failures[0]
    return f"`{first.claim}` fails on {first.path or 'the whole'}: {first.note or first.says}"
