"""The rule language as text: tokens, a Pratt parser, and the tree they make.

    condition := sum (< | <= | > | >= | == | !=) sum        one comparison, never chained
               | name                                       a boolean
               | not condition | condition and condition | condition or condition | ( condition )
    sum       := term (+ | -) term …        term := factor * term | number unit | name

There are no calls, no attributes, no loops and no strings: the work a condition can cost is bounded by its
length. A number is written with its unit (`5 km/h`), a member of an enum bare (`P`). A name is a VSS path,
which may hold `{placeholders}` that the rule's `on` binds, or one of `value` (what will be emitted),
`current` (the actuator's own status), `speaker`, `speaker_zone`, `channel`, `untrusted_text`.
Errors are `RuleTextError` with the column. What names and units mean is not known here (see `typing`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias, assert_never

MAX_LENGTH: Final = 500
"""Characters of one condition."""
MAX_DEPTH: Final = 20
"""Levels of nesting."""


class RuleTextError(ValueError):
    """A condition is not in the language. `mend` says what to write instead."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Number:
    """A literal: `5 km/h`. `unit` is empty where none was written."""

    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Name:
    """A path, one of the fixed names, or a member of an enum."""

    text: str


@dataclass(frozen=True, slots=True)
class Arith:
    """`left + right`, `left - right`, or `left * right`."""

    op: str
    left: "Tree"
    right: "Tree"


@dataclass(frozen=True, slots=True)
class Compare:
    """One comparison of two sums, or of a name and a member of its enum."""

    op: str
    left: "Tree"
    right: "Tree"


@dataclass(frozen=True, slots=True)
class Not:
    part: "Tree"


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple["Tree", ...]


Tree: TypeAlias = Number | Name | Arith | Compare | Not | And | Or


class _Token(NamedTuple):
    kind: str  # number, name, or the symbol or word itself
    text: str
    column: int


_WORDS: Final = frozenset({"and", "or", "not"})
_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d+)?)
    | (?P<name>Vehicle(?:\.(?:[A-Za-z]\w*|\{[a-z]+\}))+|[A-Za-z_]\w*)
    | (?P<symbol><=|>=|==|!=|[<>()+\-*])
    )""",
    re.VERBOSE | re.ASCII,
)
_UNIT: Final = re.compile(
    r"\s*(?!(?:and|or|not)\b)(?P<unit>%|°[A-Z]?|[A-Za-z][A-Za-z0-9]*(?:/[A-Za-z][A-Za-z0-9]*)?)"
)
_COMPARISONS: Final = frozenset({"<", "<=", ">", ">=", "==", "!="})
_POWER: Final = {"or": 1, "and": 2, **dict.fromkeys(_COMPARISONS, 4), "+": 5, "-": 5, "*": 6}
_NOT_POWER: Final = 3
_END: Final = "end"


def parse(text: str) -> Tree:
    """The tree of one condition or bound; RuleTextError when the text is not in the language."""
    if len(text) > MAX_LENGTH:
        raise RuleTextError(f"longer than {MAX_LENGTH} characters", "split it into several rules")
    parser = _Parser(list(_tokens(text)))
    tree = parser.expression(0, 0)
    if parser.next.kind != _END:
        raise _unexpected(parser.next)
    return tree


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            column = at + len(text[at:]) - len(text[at:].lstrip())
            mend = "write `==`" if text[column] == "=" else "write comparisons joined by `and`, `or`, `not`"
            raise RuleTextError(f"`{text[column]}` at column {column + 1} is not in the rule language", mend)
        kind = str(match.lastgroup)
        word, column, at = match[kind], match.start(kind) + 1, match.end()
        if kind == "number":
            unit = _UNIT.match(text, at)
            yield _Token("number", word + " " + (unit["unit"] if unit else ""), column)
            at = unit.end() if unit else at
        elif kind == "symbol" or word in _WORDS:
            yield _Token(word, word, column)
        else:
            yield _Token("name", word, column)
    yield _Token(_END, "the end", len(text) + 1)


def _unexpected(token: _Token) -> RuleTextError:
    what = f"`{token.text.strip()}` at column {token.column} is not expected there"
    return RuleTextError(what, "write `a < b`, `x == MEMBER`, `not x`, joined by `and`, `or`")


class _Parser:
    """Pratt's scheme: each operator has a binding power; a stronger one takes its neighbours first."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = iter(tokens)
        self.next = next(self._tokens)

    def _take(self) -> _Token:
        token = self.next
        if token.kind != _END:
            self.next = next(self._tokens)
        return token

    def expression(self, power: int, depth: int) -> Tree:
        if depth > MAX_DEPTH:
            raise RuleTextError(f"nested more than {MAX_DEPTH} deep", "split it into several rules")
        left = self._operand(depth)
        while (binding := _POWER.get(self.next.kind, 0)) > power:
            token = self._take()
            right = self.expression(binding, depth + 1)
            left = self._joined(token, left, right)
        return left

    def _operand(self, depth: int) -> Tree:
        token = self._take()
        if token.kind == "number":
            value, _, unit = token.text.partition(" ")
            return Number(Decimal(value), unit)
        if token.kind == "-" and self.next.kind == "number":
            value, _, unit = self._take().text.partition(" ")
            return Number(-Decimal(value), unit)
        if token.kind == "name":
            return Name(token.text)
        if token.kind == "not":
            return Not(self.expression(_NOT_POWER, depth + 1))
        if token.kind == "(":
            inner = self.expression(0, depth + 1)
            if self._take().kind != ")":
                raise RuleTextError(f"`(` at column {token.column} is not closed")
            return inner
        raise _unexpected(token)

    def _joined(self, token: _Token, left: Tree, right: Tree) -> Tree:
        if token.kind in _COMPARISONS:
            if self.next.kind in _COMPARISONS:
                raise RuleTextError(
                    f"`{self.next.text}` at column {self.next.column} chains two comparisons",
                    "write `a < b and b < c`",
                )
            return Compare(token.kind, left, right)
        if token.kind == "and":
            return And(_parts(And, left) + _parts(And, right))
        if token.kind == "or":
            return Or(_parts(Or, left) + _parts(Or, right))
        return Arith(token.kind, left, right)


def _parts(kind: type[And] | type[Or], tree: Tree) -> tuple[Tree, ...]:
    return tree.parts if isinstance(tree, kind) else (tree,)


def bind(tree: Tree, places: Mapping[str, str]) -> Tree:
    """The same tree with every `{placeholder}` of its names filled in; RuleTextError if one is not bound."""
    match tree:
        case Number():
            return tree
        case Name(text):
            return Name(re.sub(r"\{([a-z]+)\}", lambda found: _place(found[1], places), text))
        case Arith(op, left, right):
            return Arith(op, bind(left, places), bind(right, places))
        case Compare(op, left, right):
            return Compare(op, bind(left, places), bind(right, places))
        case Not(part):
            return Not(bind(part, places))
        case And(parts):
            return And(tuple(bind(part, places) for part in parts))
        case Or(parts):
            return Or(tuple(bind(part, places) for part in parts))
        case _:
            assert_never(tree)


def _place(name: str, places: Mapping[str, str]) -> str:
    if name not in places:
        raise RuleTextError(f"{{{name}}} is bound by nothing", f"write {{{name}}} in every pattern of `on`")
    return places[name]


def names(tree: Tree) -> frozenset[str]:
    """Every name in the tree, members of enums included."""
    match tree:
        case Number():
            return frozenset()
        case Name(text):
            return frozenset({text})
        case Arith(_, left, right) | Compare(_, left, right):
            return names(left) | names(right)
        case Not(part):
            return names(part)
        case And(parts) | Or(parts):
            return frozenset().union(*map(names, parts))
        case _:
            assert_never(tree)


def spell(tree: Tree) -> str:
    """The tree as text again, with only the parentheses it needs."""
    match tree:
        case Number(value, unit):
            return f"{value:f} {unit}".strip()
        case Name(text):
            return text
        case Arith(op, left, right):
            weak = op == "*" or op == "-"
            return f"{_inner(left, op == '*')} {op} {_inner(right, weak)}"
        case Compare(op, left, right):
            return f"{spell(left)} {op} {spell(right)}"
        case Not(part):
            return f"not {spell(part)}" if isinstance(part, Name) else f"not ({spell(part)})"
        case And(parts):
            return " and ".join(f"({spell(p)})" if isinstance(p, Or) else spell(p) for p in parts)
        case Or(parts):
            return " or ".join(map(spell, parts))
        case _:
            assert_never(tree)


def _inner(tree: Tree, tight: bool) -> str:
    return f"({spell(tree)})" if tight and isinstance(tree, Arith) and tree.op != "*" else spell(tree)
