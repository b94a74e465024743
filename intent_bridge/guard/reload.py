"""Whether other packs may take the place of the active ones: read, compared, signed, proved and tested.

A layer can only add rules, and verdicts combine by maximum, so what may leave only shrinks with every pack.
Looser can only be a pack that is left out, or another text under the same name: both are met here, the second
by the solver where there is one.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final, TypeAlias

from ..errors import Problem, ProfileError
from ..profile import Profile
from . import signature
from .guard import Guard
from .packs import SHIPPED, load_packs
from .rules import PackSource, RuleSet
from .selftest import self_test

Check: TypeAlias = Callable[[Profile, Guard], str]
"""Says why a guard may not be used, in one line; nothing when it may."""

UNSOLVED: Final = "there is no solver here to say that it is not; install the extra `verify`"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why packs are not taken, in one line, and at which step: read, layers, signature, test, proof, park."""

    step: str
    why: str


def first_guard(profile: Profile, keys: Sequence[bytes] = ()) -> Guard:
    """The guard a bridge starts with. ProfileError, also for a pack that none of the keys has signed."""
    rules = load_packs(profile)
    if why := unsigned(rules.sources, keys):
        file = profile.folder / "profile.yaml"
        raise ProfileError(
            [Problem(file, None, why, "sign it (`intent-bridge policy sign`), or give its key")]
        )
    return Guard(profile, rules)


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
    if why := next(iter(objections(active, guard.rules, partial(opened, profile, active, guard.rules))), ""):
        return Refused("layers", why)
    if why := unsigned(guard.rules.sources, keys):
        return Refused("signature", why)
    if why := self_test(guard):
        return Refused("test", why)
    if why := (prove or proved)(profile, guard):
        return Refused("proof", why)
    return guard


def objections(active: RuleSet, candidate: RuleSet, opens: Callable[[], str] = lambda: UNSOLVED) -> list[str]:
    """Why a candidate may not follow the active packs: one is left out, is older, or is looser.

    A rule that is gone or says another thing is looser unless `opens`, asked once, says "" (see `opened`).
    Somebody has to answer for what is looser in the header (`looser`), whose `version` is newer than that of
    the active pack. Doubts, retries and `activate`, which no solver judges, always need somebody.
    """
    opens = cache(opens)
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
            found += _changed(old, new, opens)
    return found


def _changed(old: PackSource, new: PackSource, opens: Callable[[], str]) -> list[str]:
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
    said = [rules[part] for part in changed for rules in (old.rules, new.rules) if part in rules]
    why = opens() if all(map(_is_rule, said)) else "no solver judges it"
    if not why:
        return []
    more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return [
        f"pack `{name}` may be looser: `{changed[0]}`{more} is gone or changed ({why}); "
        f"name an approver and a reason under `looser` in its header"
    ]


def _is_rule(said: str) -> bool:
    """A rule, and neither a doubt nor retries nor the condition for an exchange."""
    return said.startswith("{") and "effect" in json.loads(said)


def opened(profile: Profile, active: RuleSet, candidate: RuleSet) -> str:
    """What a candidate lets out that the active rules do not, by the solver; "" when it lets out no more."""
    from .proof import VerifyMissing
    from .proof.compare import compare

    try:
        found = next((one for one in compare((profile, active), (profile, candidate)) if one.opens), None)
    except VerifyMissing:
        return UNSOLVED
    return "" if found is None else f"more may leave for {found.path}"


def unsigned(sources: Sequence[PackSource], keys: Sequence[bytes]) -> str:
    """Why the signatures do not do, where there are keys: packs shipped with the library need none."""
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
