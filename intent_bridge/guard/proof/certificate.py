"""What remains of a proof: a certificate for exactly these rules, these invariants and this prover.

Its name is a hash over all three, so it can never speak for anything else. It lies in a cache folder
(`INTENT_BRIDGE_CACHE`, else `~/.cache/intent_bridge`). It is a receipt, not a signature: who can write into
that folder can write packs as well.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ...profile import Profile
from ..rules import RuleSet
from . import smt
from .claims import claim_files
from .prover import Report, prove

_CODE = ("../ir.py", "../check.py", "../bind.py", "../lang.py", "../explain.py", "../rules.py", "claims.py",
         "smt.py", "question.py", "prover.py")  # fmt: skip
"""What gives rules and claims their meaning; a change here makes every certificate worthless."""


@dataclass(frozen=True)
class Certificate:
    """All invariants hold: `claims` says on how many paths each was proved."""

    key: str
    rules: str
    """Digest of the rule set."""
    solver: str
    claims: Mapping[str, int]
    questions: int


def key_of(profile: Profile, rules: RuleSet) -> str:
    """The hash of all that a proof depends on."""
    here = Path(__file__).parent
    whole = hashlib.sha256(rules.digest.encode())
    for file in (*claim_files(profile.folder), *(here / name for name in _CODE)):
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def certificate(profile: Profile, rules: RuleSet, folder: Path | None = None) -> Certificate | None:
    """The stored certificate for exactly these rules; None when they were not proved. Needs no solver."""
    file = _file(key_of(profile, rules), folder)
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
        found = Certificate(**given)
    except (OSError, ValueError, TypeError):
        return None
    return found if found.key == file.stem and found.rules == rules.digest else None


def certify(
    profile: Profile, rules: RuleSet, folder: Path | None = None
) -> tuple[Certificate | None, Report]:
    """Prove everything now, and store the certificate if all holds. Raises ProfileError, VerifyMissing."""
    report = prove(profile, rules)
    if report.failures:
        return None, report
    made = Certificate(
        key_of(profile, rules), rules.digest, smt.solver_version(), report.proved, report.questions
    )
    file = _file(made.key, folder)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(asdict(made), indent=1), encoding="utf-8")
    part.replace(file)
    return made, report


def _file(key: str, folder: Path | None) -> Path:
    if folder is None:
        home = os.environ.get("INTENT_BRIDGE_CACHE")
        folder = Path(home) if home else Path.home() / ".cache" / "intent_bridge"
    return folder / "proofs" / f"{key}.json"
