"""What the documents show runs, and what they point at is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
_TARGET = re.compile(r"(?:`|^ {4}|^\$ )make ([a-z][a-z-]*)\b", re.MULTILINE)


def blocks() -> list[tuple[Path, str]]:
    return [(file, code) for file in DOCUMENTS for code in _PYTHON.findall(file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("file", "code"), blocks(), ids=lambda given: getattr(given, "name", ""))
def test_every_python_block_runs(
    file: Path, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(code, str(file), "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_link_leads_somewhere(file: Path) -> None:
    for link in _LINK.findall(file.read_text(encoding="utf-8")):
        assert (file.parent / link).exists(), link


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_make_target_that_is_named_exists(file: Path) -> None:
    targets = set(
        re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert set(_TARGET.findall(file.read_text(encoding="utf-8"))) <= targets


def test_the_first_thing_in_the_readme_is_the_two_commands() -> None:
    lines = [line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if line.strip()]
    assert (
        lines[0].startswith("# ")
        and "make demo" in lines[1] + lines[2]
        and "make test" in lines[2] + lines[3]
    )
