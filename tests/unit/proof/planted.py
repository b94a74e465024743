"""What the proof tests share: demo_sedan with a fault planted in one of its packs."""

import shutil
from functools import cache
from pathlib import Path

from intent_bridge.guard import RuleSet, load_packs
from intent_bridge.profile import Profile, data_dir, load_profile

PACKS = Path("intent_bridge/packs")


@cache
def sedan() -> tuple[Profile, RuleSet]:
    """demo_sedan as it is."""
    profile = load_profile("demo_sedan")
    return profile, load_packs(profile)


def folder_with(folder: Path, *changes: tuple[str, str]) -> Path:
    """A copy of demo_sedan, with its shipped packs in its own folder, in which texts were replaced."""
    car = folder / "car"
    shutil.copytree(data_dir() / "demo_sedan", car)
    profile = car / "profile.yaml"
    text = profile.read_text(encoding="utf-8")
    shipped = [name for name in sedan()[0].file.packs if not name.endswith(".yaml")]
    for name in shipped:
        shutil.copy(PACKS / f"{name}.yaml", car / f"{name}_copy.yaml")
    listed = ", ".join(sedan()[0].file.packs)
    local = ", ".join(f"{name}_copy.yaml" if name in shipped else name for name in sedan()[0].file.packs)
    assert f"packs: [{listed}]" in text
    profile.write_text(text.replace(f"packs: [{listed}]", f"packs: [{local}]"), encoding="utf-8")
    for old, new in changes:
        files = [file for file in car.glob("*.yaml") if old in file.read_text(encoding="utf-8")]
        assert len(files) == 1, f"{old!r} stands in {files}"
        whole = files[0].read_text(encoding="utf-8")
        assert whole.count(old) == 1, old
        files[0].write_text(whole.replace(old, new), encoding="utf-8")
    return car


def car_with(folder: Path, *changes: tuple[str, str]) -> tuple[Profile, RuleSet]:
    """Profile and rules of such a copy."""
    profile = load_profile(folder_with(folder, *changes))
    return profile, load_packs(profile)


def rule_text(name: str) -> str:
    """One rule of a shipped pack or of demo_sedan, as it is written, with the empty line behind it."""
    for file in (*PACKS.glob("*.yaml"), *(data_dir() / "demo_sedan").glob("*.yaml")):
        text = file.read_text(encoding="utf-8")
        start = text.find(f"- id: {name}\n")
        if start >= 0:
            end = text.find("\n\n", start)
            return text[start : end + 2 if end >= 0 else len(text)]
    raise AssertionError(name)
