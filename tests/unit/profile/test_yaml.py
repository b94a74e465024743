"""The YAML reader takes what JSON could say, by YAML 1.2, and names the line of everything else."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from intent_bridge.errors import ProfileError
from intent_bridge.profile import data_dir, yaml
from intent_bridge.profile.yaml import Document, read_yaml, scan_yaml

Read = Callable[[str | bytes], Document]


SHIPPED = sorted([*data_dir().rglob("*.yaml"), *Path(yaml.__file__).parents[1].rglob("*.yaml")])


@pytest.fixture(params=["libyaml", "python"])
def read(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Every claim holds with libyaml, and with the parser that stands in where there is none."""
    assert pyyaml.__with_libyaml__
    monkeypatch.setattr(
        yaml, "_PARSER", {"libyaml": pyyaml.CSafeLoader, "python": pyyaml.SafeLoader}[request.param]
    )

    def read_text(text: str | bytes) -> Document:
        file = tmp_path / "x.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_yaml(file)

    return read_text


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: ON", {"a": "ON"}),
        ("a: no", {"a": "no"}),
        ("a: true", {"a": True}),
        ("a:", {"a": None}),
        ("a: ~", {"a": None}),
        ("a: 012", {"a": 12}),
        ("a: 0x1F", {"a": 31}),
        ("a: 0o17", {"a": 15}),
        ("a: -3", {"a": -3}),
        ("a: 1e-7", {"a": 1e-7}),
        ("a: .5", {"a": 0.5}),
        ("a: 1_000", {"a": "1_000"}),
        ("a: 2024-01-31", {"a": "2024-01-31"}),
        ("a: 12:30:45", {"a": "12:30:45"}),
        ("a: '5'", {"a": "5"}),
        ("{'': 1, b: {'': 2}}", {"": 1, "b": {"": 2}}),
        ("a: [1, {b: c}]", {"a": [1, {"b": "c"}]}),
        ("\ufeffa: 1", {"a": 1}),
        ('a: "\\u2028"', {"a": "\u2028"}),
        ('{"a":{"b":[1,"2"]}}', {"a": {"b": [1, "2"]}}),
    ],
)
def test_scalars_follow_the_yaml_1_2_core_schema(read: Read, text: str, data: object) -> None:
    assert read(text).data == data


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\nb: 2\na: 3", 3, "key `a` stands twice (first on line 1)"),
        ("a: {b: 1,\n  b: 2}", 2, "key `b` stands twice"),
        ("a: &x [1]\nb: *x", 2, "aliases are not allowed"),
        ("a: 1\n2: b", 2, "a key is not a string"),
        ("? [1]\n: b", 1, "a key is not a string"),
        ("a: !!python/name:os.system x", 1, "is not allowed"),
        ("a: !!int '5'", 1, "is not allowed"),
        ("a: 1\nb: 1e999", 2, "number too large"),
        ("a: 1\nb: [1, 2\nc: 3", 3, "not YAML"),
        ("a: 1\n---\nb: 2", 2, "a second document begins"),
        ("'': 1\n'': 2", 2, "key `` stands twice (first on line 1)"),
        ("a: *x", 1, "aliases are not allowed"),
        ("{a: 1, a: {b: 1}, ", None, "not YAML"),
        ("a: 1\n\tb: 2", 2, "not YAML"),
        (b"a: 1\nb: \xff", 2, "not UTF-8"),
        ("", 1, "the file is empty"),
        ("a: " + "[" * 30 + "]" * 30, 1, "nested too deep"),
        ("[" * 100_000, 1, "nested too deep"),
        ("a: '" + "x" * (1 << 20) + "'", None, "larger than"),
        ("a: \x07", None, "not YAML"),
        ("a: 1\nb: x\x85c: 2", 2, "U+0085"),
        ("a: 1\nb: 'x\u2028y'", 2, "U+2028"),
        ("a: 1\nb: 'x\u2029y'", 2, "U+2029"),
        ("a: 1\nb: \ufeffx", 2, "U+FEFF"),
    ],
)
def test_a_refused_text_names_its_line(read: Read, text: str | bytes, line: int | None, what: str) -> None:
    with pytest.raises(ProfileError) as caught:
        read(text)
    (problem,) = caught.value.problems
    assert what in problem.what
    assert problem.mend
    if line is not None:
        assert problem.line == line


def test_all_duplicate_keys_of_a_file_are_told_at_once(read: Read) -> None:
    with pytest.raises(ProfileError) as caught:
        read("a: 1\na: 2\nb:\n  c: 1\n  c: 2\n")
    assert [p.line for p in caught.value.problems] == [2, 5]


def test_a_missing_file_is_a_problem_and_not_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="cannot be read"):
        read_yaml(tmp_path / "none.yaml")


def test_each_part_knows_its_line_and_a_missing_part_that_of_its_parent(read: Read) -> None:
    document = read("a:\n  - x: 1\n    y: 2\n  - z\nb:\n  c: 3\n")
    assert document.line_of(("a", 0, "y")) == 3
    assert document.line_of(("a", 1)) == 4
    assert document.line_of(("b", "c")) == 6
    assert document.line_of(("b", "nothing", "here")) == 5
    assert document.line_of(("nothing",)) == 1


@pytest.mark.parametrize("file", SHIPPED, ids=lambda f: f"{f.parent.name}/{f.name}")
def test_every_shipped_file_reads_the_same_with_three_parsers(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_libyaml = read_yaml(file)
    monkeypatch.setattr(yaml, "_PARSER", pyyaml.SafeLoader)
    by_python = read_yaml(file)
    assert by_python.data == by_libyaml.data
    assert by_python.lines == by_libyaml.lines
    assert YAML(typ="safe", pure=True).load(file) == by_libyaml.data


_TEXTS = st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" "), max_size=20)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
)
_JSON = st.recursive(
    _SCALARS | _TEXTS,
    lambda part: st.lists(part, max_size=4) | st.dictionaries(_TEXTS, part, max_size=4),
    max_leaves=12,
)
_MARKS = st.text(st.sampled_from("abc01:-[]{},&*!|>'\"%@#?. \n\t\\\x07é"), max_size=40)


@given(_JSON)
def test_all_json_reads_as_json_reads_it(tmp_path_factory: pytest.TempPathFactory, data: object) -> None:
    file = tmp_path_factory.getbasetemp() / "json.yaml"
    file.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    assert read_yaml(file).data == data


@given(_MARKS.map(str.encode) | st.binary(max_size=40))
def test_any_bytes_are_a_document_or_problems(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(raw)
    document, problems = scan_yaml(file)
    assert document is not None or problems
    if document is not None and not problems:
        json.dumps(document.data)  # plain data and nothing else
