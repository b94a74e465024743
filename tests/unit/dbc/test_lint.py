"""What `dbc lint` says of files that load and of files that do not."""

from pathlib import Path

import pytest

from intent_bridge.dbc import lint, load_dbc, read_text
from intent_bridge.errors import ProfileError

HEAD = 'VERSION ""\n\nBO_ 1 FIRST: 1 X\n SG_ A : 0|4@1+ (1,0) [0|15] "" X\n'


def found(text: str) -> dict[str, tuple[int | None, str]]:
    return {finding.rule: (finding.line, finding.level) for finding in lint(text)}


def test_a_sound_file_has_notes_only() -> None:
    assert found(HEAD) == {"no-cycle-times": (None, "note")}


@pytest.mark.parametrize(
    ("more", "rule", "line", "level"),
    [
        (' SG_ B : 3|4@1+ (1,0) [0|15] "" X\n', "layout", 3, "error"),
        (' SG_ B : 7|4@1+ (1,0) [0|15] "" X\n', "layout", 3, "error"),
        ('\nBO_ 1 SECOND: 1 X\n SG_ B : 0|1@1+ (1,0) [0|1] "" X\n', "shared-id", 6, "error"),
        ("\nBO_ 2 SECOND 1 X\n", "unreadable", 6, "error"),
        ("\nBO_ 1073742080 SECOND: 1 X\n", "unreadable", None, "error"),
        ('VAL_ 1 A 0.5 "half" ;\n', "unreadable", None, "error"),
        ('VAL_ 1 B 0 "none" ;\n', "orphan-values", 5, "repair"),
        ('VAL_ 1 A 0 "none" 1 "none" ;\n', "ambiguous-name", 3, "note"),
        ('\nBO_ 2 SECOND: 1 X\n SG_ B : 0|1@1+ (1,0) [0|0] "" X\n', "no-range", 6, "note"),
    ],
)
def test_each_fault_is_named_with_its_line(more: str, rule: str, line: int | None, level: str) -> None:
    assert found(HEAD + more)[rule] == (line, level)


def test_a_file_that_no_repair_saves_is_refused_with_file_and_line() -> None:
    with pytest.raises(ProfileError, match=r"car\.dbc:6: .*; mend it by hand"):
        load_dbc(HEAD + "\nBO_ 2 SECOND 1 X\n", Path("car.dbc"))


def test_a_broken_file_is_loaded_after_its_repair() -> None:
    loaded = load_dbc(HEAD + 'VAL_ 1 B 0 "none" ;\n')
    assert [m.name for m in loaded.database.messages] == ["FIRST"]
    assert [c.rule for c in loaded.changes] == ["orphan-values"]


def test_files_are_read_in_utf_8_or_in_the_windows_code_page(tmp_path: Path) -> None:
    for encoding in ("utf-8", "cp1252"):
        (tmp_path / "a.dbc").write_bytes("°C".encode(encoding))
        assert read_text(tmp_path / "a.dbc") == "°C"
