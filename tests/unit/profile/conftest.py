"""A copy of the tiny test car that a test may spoil."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from intent_bridge.errors import Problem, ProfileError
from intent_bridge.profile import Profile, load_profile

TINY_CAR = Path(__file__).resolve().parents[2] / "data" / "tiny_car"


@dataclass
class Copy:
    """A vehicle folder of one's own."""

    folder: Path

    def replace(self, file: str, old: str, new: str) -> None:
        """Replace the first occurrence of a text that must be there."""
        text = (self.folder / file).read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}"
        (self.folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    def write(self, file: str, text: str) -> None:
        (self.folder / file).write_text(text, encoding="utf-8")

    def line(self, problem: Problem) -> str:
        """The text that a problem points at."""
        assert problem.line is not None, f"no line: {problem}"
        return problem.file.read_text(encoding="utf-8").splitlines()[problem.line - 1]

    def problems(self) -> tuple[Problem, ...]:
        """What loading complains about; it must complain."""
        with pytest.raises(ProfileError) as caught:
            load_profile(self.folder)
        return caught.value.problems


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    folder = tmp_path / "tiny_car"
    shutil.copytree(TINY_CAR, folder)
    return Copy(folder)


@pytest.fixture(scope="session")
def tiny_car() -> Profile:
    return load_profile(TINY_CAR)
