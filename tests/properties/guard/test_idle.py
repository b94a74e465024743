"""What is said of idle rules, held against all states of a very small world."""

from collections.abc import Iterator, Mapping
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.guard import ir
from intent_bridge.guard.check import Kind
from intent_bridge.guard.idle import _cases, _covers
from intent_bridge.types import Value

KINDS = {
    "n": Kind("number", low=-2, high=3),
    "m": Kind("number", low=0, high=2),
    "e": Kind("enum", members=("A", "B", "C")),
    "f": Kind("boolean"),
}
VALUES: Mapping[str, tuple[Value | None, ...]] = {
    "n": (None, *range(-2, 4)), "m": (None, 0, 1, 2), "e": (None, "A", "B", "C"), "f": (None, False, True),
}  # fmt: skip
FACTORS = st.sampled_from([-3, -2, -1, 1, 2, 3])
SINGLE = st.builds(lambda f, n: ((f, n),), FACTORS, st.sampled_from(["n", "m"]))
SUMS = st.builds(lambda a, b: ((a, "m"), (b, "n")), FACTORS, FACTORS)
ATOMS = st.one_of(
    st.just(ir.Flag("f")),
    st.builds(ir.Is, st.just("e"), st.sampled_from("ABC")),
    st.builds(
        lambda op, terms, const: ir.Linear(op, terms, const, "", ""),
        st.sampled_from(sorted(ir.OPERATORS)),
        st.one_of(SINGLE, SUMS),
        st.integers(-8, 8),
    ),
)
NODES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(ir.Not, inner),
        st.builds(ir.And, st.tuples(inner, inner)),
        st.builds(ir.Or, st.tuples(inner, inner)),
    ),
    max_leaves=6,
)


def worlds(*, known: bool) -> Iterator[ir.Env]:
    """Every state of the small world; with `known`, those in which all is known."""
    choices = [values[1:] if known else values for values in VALUES.values()]
    return (dict(zip(VALUES, chosen, strict=True)) for chosen in product(*choices))


@given(NODES)
def test_a_condition_without_cases_is_true_in_no_state(node: ir.Node) -> None:
    if _cases(node, KINDS) == []:
        assert not any(ir.truth(node, env) for env in worlds(known=True))


@given(NODES, NODES)
def test_a_covered_condition_never_says_more_than_the_one_that_covers_it(
    wide: ir.Node, narrow: ir.Node
) -> None:
    wider, narrower = _cases(wide, KINDS), _cases(narrow, KINDS)
    assert wider is not None and narrower is not None
    if not _covers(wider, narrower):
        return
    for env in worlds(known=False):
        first, second = ir.truth(narrow, env), ir.truth(wide, env)
        if narrower:  # a dead rule is named as dead, whatever covers it
            assert second is True or first is not True
        if first is None and second is False:
            assert not any(
                ir.truth(narrow, {**env, **more}) for more in worlds(known=True) if _agrees(more, env)
            )


def _agrees(more: ir.Env, env: ir.Env) -> bool:
    return all(value is None or more[name] == value for name, value in env.items())
