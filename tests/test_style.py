"""The numbers of the house style, so that nobody has to remember them in a review."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
WIDTH_MAX = 110
SOURCES = sorted(p for folder in ("intent_bridge", "tests", "ros2_ws") for p in (ROOT / folder).rglob("*.py"))


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def style_problems(source: str) -> list[str]:
    """Everything in one module's text that breaks a number of the house style."""
    lines = source.splitlines()
    problems = [f"line {n} is {len(line)} wide" for n, line in enumerate(lines, 1) if len(line) > WIDTH_MAX]
    if len(lines) > MODULE_LINES_MAX:
        problems.append(f"{len(lines)} lines; would a newcomer see two rooms here?")
    for function in _functions(ast.parse(source)):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > FUNCTION_LINES_MAX:
            problems.append(f"{function.name} has {length} lines")
    return problems


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_module_keeps_the_numbers_of_the_house_style(path: Path) -> None:
    assert style_problems(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "path",
    [p for p in SOURCES if p.is_relative_to(ROOT / "intent_bridge")],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), (
        "the first line is a sentence about meaning"
    )


def test_style_problems_are_seen() -> None:
    too_long = "\n".join(["def f():", *["    a = 1"] * FUNCTION_LINES_MAX, "x = 1 " + "#" * WIDTH_MAX])
    assert style_problems(too_long) == ["line 72 is 116 wide", "f has 71 lines"]
    assert style_problems("\n" * (MODULE_LINES_MAX + 1)) == [
        "401 lines; would a newcomer see two rooms here?"
    ]
    assert style_problems("def f():\n    return 1\n") == []
