"""The rules shown in docs/safety.md are rules."""

import re
from dataclasses import replace
from pathlib import Path

from intent_bridge.guard import load_packs
from intent_bridge.profile import load_profile


def test_the_example_pack_of_the_document_loads(tmp_path: Path) -> None:
    document = Path("docs/safety.md").read_text(encoding="utf-8")
    (pack,) = re.findall(r"```yaml\n(.*?)```", document, re.DOTALL)
    (tmp_path / "example.yaml").write_text(pack, encoding="utf-8")
    profile = load_profile("demo_sedan")
    packs = profile.file.model_copy(update={"packs": ("example.yaml",)})
    rules = load_packs(replace(profile, folder=tmp_path, file=packs)).rules
    effects = {rule.text.effect for bound in rules.values() for rule in bound}
    assert effects == {"clamp", "confirm", "deny", "defer", "watch", "require", "limit"}
