"""Every queue has a bound and a test that reaches it: tests/data/queues.yaml is whole and true."""

import re
from importlib import import_module
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
LISTED = yaml.safe_load((ROOT / "tests/data/queues.yaml").read_text(encoding="utf-8"))
QUEUES = LISTED["queues"]
BOUNDED = re.compile(
    r"maxlen=(?:self\.)?([A-Z_]{3,})|len\([^()]*(?:\([^()]*\))?[^()]*\) >=? (_?[A-Z][A-Z_]{2,})"
)
"""A list that is held to a constant: by its own maximum, or by looking at its length."""


def bound(name: str) -> int:
    module, _, constant = name.partition(":")
    value: int = getattr(import_module(module), constant)
    return value


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: queue["what"])
def test_every_queue_has_a_test_that_reaches_its_bound(queue: dict[str, str]) -> None:
    assert bound(queue["bound"]) > 0
    file, _, name = queue["test"].partition("::")
    text = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"^(async )?def {name}\(", text, re.MULTILINE)


def test_no_list_that_is_held_to_a_constant_is_forgotten() -> None:
    known = {*LISTED["caches"], *LISTED["inputs"], *(queue["bound"] for queue in QUEUES)}
    found = set()
    for file in sorted((ROOT / "intent_bridge").rglob("*.py")):
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for match in BOUNDED.finditer(file.read_text(encoding="utf-8")):
            found.add(f"{module}:{match[1] or match[2]}")
    assert len(found) > 20
    assert sorted(found - known) == [], "add it to tests/data/queues.yaml, a queue with its test"


def test_the_page_shows_the_queues_as_they_are() -> None:
    page = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
    for queue in QUEUES:
        row = f"| {queue['what']} | {bound(queue['bound']):,} | {queue['full']} |"
        assert row in page
