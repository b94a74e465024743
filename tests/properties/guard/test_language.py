"""Random rules: compiled functions and reference interpreter say the same, unknown inputs included."""

from fractions import Fraction
from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st

from intent_bridge.guard import interp, ir
from intent_bridge.guard.check import Checker, Kind
from intent_bridge.guard.compile import compile_rules
from intent_bridge.guard.lang import RuleTextError, Tree, parse, spell
from intent_bridge.guard.quality import Gauge
from intent_bridge.guard.rules import CONTEXT, VALUE, Rule, RuleText, Trees
from intent_bridge.types import Channel, Provenance, Quality, Sample, SeatZone, Speaker, Value

NOW = 10_000
TARGET = "Vehicle.Seat"
KINDS = {
    "Vehicle.Speed": Kind("number", "km/h", "speed", Fraction(1, 10), 0, 3000),
    "Vehicle.Limit": Kind("number", "km/h", "speed", Fraction(5), 1, 30),
    "Vehicle.Gear": Kind("enum", members=("P", "R", "N", "D")),
    "Vehicle.Rain": Kind("boolean"),
    "Vehicle.Belt": Kind("boolean"),
    TARGET: Kind("number", "mm", "length", Fraction(5), -10, 50),
}
GAUGES = {
    "Vehicle.Speed": Gauge("Vehicle.Speed", 200, int, 0, 3000),
    "Vehicle.Limit": Gauge("Vehicle.Limit", 1000, int, 1, 30),
    "Vehicle.Gear": Gauge("Vehicle.Gear", 500, str, members=frozenset({"P", "R", "N", "D"})),
    "Vehicle.Rain": Gauge("Vehicle.Rain", 500, bool),
    "Vehicle.Belt": Gauge("Vehicle.Belt", 500, bool),
    TARGET: Gauge(TARGET, 500, int, -10, 50),
}
OPERATORS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
SPEEDS = st.one_of(
    st.sampled_from(["Vehicle.Speed", "Vehicle.Limit", "Vehicle.Speed + Vehicle.Limit"]),
    st.sampled_from(["2 * Vehicle.Speed", "Vehicle.Limit * 0.5", "3 * (Vehicle.Speed - Vehicle.Limit)"]),
    st.integers(-20, 3020).map(lambda n: f"{n / 10} km/h"),
    st.integers(0, 80).map(lambda n: f"{n} m/s"),
)
LENGTHS = st.one_of(
    st.sampled_from(["value", "current", "value - current", "current + 1 cm"]),
    st.integers(-12, 52).map(lambda n: f"{5 * n} mm"),
)
OWN_LENGTHS = st.one_of(
    st.sampled_from(["current", "current + 1 cm", "0.5 * current", "0.3 * current - 7 mm"]),
    st.integers(-12, 52).map(lambda n: f"{5 * n} mm"),
)


def comparisons(sums: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(sums, OPERATORS, sums).map(" ".join)


ATOMS = st.one_of(
    st.sampled_from(["Vehicle.Rain", "Vehicle.Belt", "untrusted_text"]),
    st.sampled_from(["P", "R", "N", "D"]).map(lambda m: f"Vehicle.Gear == {m}"),
    st.sampled_from(["P", "D"]).map(lambda m: f"{m} != Vehicle.Gear"),
    st.sampled_from([*Speaker]).map(lambda m: f"speaker == {m}"),
    st.sampled_from([*SeatZone]).map(lambda m: f"speaker_zone != {m}"),
    st.sampled_from([*Channel]).map(lambda m: f"channel == {m}"),
    comparisons(SPEEDS),
)


def conditions(atoms: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            inner.map(lambda a: f"not ({a})"),
            st.tuples(inner, inner).map(lambda t: f"({t[0]} and {t[1]})"),
            st.tuples(inner, inner).map(lambda t: f"({t[0]} or {t[1]})"),
        ),
        max_leaves=5,
    )


def made(number: int, effect: str, when: str | None, lo: str | None, hi: str | None) -> Rule:
    """One rule, typed; the range remarks are of no interest here."""
    kinds = {**CONTEXT, **KINDS}
    checker = Checker(kinds if effect == "clamp" else {**kinds, VALUE: KINDS[TARGET]}, TARGET)
    trees: dict[str, Tree | None] = {"when": None, "lo": None, "hi": None}
    for key, words in (("when", when), ("lo", lo), ("hi", hi)):
        if words is not None:
            trees[key] = parse(words)
    text = RuleText.model_construct(id=f"r.n{number}", effect=effect, on_unknown="deny", reason_key="r")
    return Rule(
        text,
        TARGET,
        None if trees["when"] is None else checker.condition(trees["when"]),
        None if trees["lo"] is None else checker.bound(trees["lo"], KINDS[TARGET], upper=False),
        None if trees["hi"] is None else checker.bound(trees["hi"], KINDS[TARGET], upper=True),
        Trees(trees["when"], trees["lo"], trees["hi"]),
        Path("none"),
        None,
    )


@st.composite
def rules(draw: st.DrawFn) -> tuple[Rule, ...]:
    pack: list[Rule] = []
    for number in range(draw(st.integers(1, 5))):
        try:
            if draw(st.booleans()):
                when = draw(st.none() | conditions(ATOMS))
                lo, hi = draw(st.tuples(st.none() | OWN_LENGTHS, st.none() | OWN_LENGTHS).filter(any))
                pack.append(made(number, "clamp", when, lo, hi))
            else:
                when = draw(st.none() | conditions(st.one_of(ATOMS, comparisons(LENGTHS))))
                pack.append(made(number, draw(st.sampled_from(["deny", "confirm"])), when, None, None))
        except RuleTextError:  # a comparison in which every name cancels out
            assume(False)
    return tuple(pack)


def values(kind: Kind) -> st.SearchStrategy[Value]:
    if kind.type == "number":
        assert kind.low is not None and kind.high is not None
        return st.integers(kind.low, kind.high)
    return st.sampled_from(kind.members) if kind.type == "enum" else st.booleans()


def samples(path: str) -> st.SearchStrategy[Sample | None]:
    """Mostly sound samples, and every way in which one can be unusable."""
    good = values(KINDS[path])
    sound = good.map(lambda value: Sample(value, NOW, Quality.OK))
    times = st.sampled_from([NOW - 1001, NOW - 500, NOW - 200, NOW, NOW + 1])
    wrong = st.sampled_from([None, True, 1, -11, 3001, "P", "X"])
    return st.one_of(
        sound,
        sound,
        sound,
        st.none(),
        st.builds(Sample, good, times, st.sampled_from([*Quality])),
        st.builds(Sample, wrong, st.just(NOW), st.just(Quality.OK)),
    )


STATES = st.fixed_dictionaries({path: samples(path) for path in KINDS}).map(
    lambda state: {path: sample for path, sample in state.items() if sample is not None}
)
WHO = st.builds(
    Provenance,
    st.sampled_from([*Speaker]),
    st.sampled_from([*SeatZone]),
    st.sampled_from([*Channel]),
    st.booleans(),
)


def known(state: dict[str, Sample]) -> dict[str, Value | None]:
    return {path: GAUGES[path].read(state.get(path), NOW)[0] for path in KINDS}


def asked_by(who: Provenance) -> dict[str, str | bool]:
    return dict(zip(CONTEXT, (who.speaker, who.zone, who.channel, who.untrusted_text), strict=True))


@given(rules(), values(KINDS[TARGET]), STATES, WHO)
def test_compiled_rules_say_what_the_interpreter_says(
    pack: tuple[Rule, ...], value: Value, state: dict[str, Sample], who: Provenance
) -> None:
    program = compile_rules(GAUGES[TARGET], pack, GAUGES)
    inputs = program.read(state, NOW)
    values_now = known(state)
    assert inputs == tuple(values_now[path] for path in program.inputs)
    emitted, possible, certain = program.full(value, inputs, who)
    names = {path: interp.physical(KINDS[path], v) for path, v in values_now.items()}
    names |= {"current": names[TARGET], **asked_by(who)}
    expected, truths = interp.judge(pack, KINDS[TARGET], value, names)
    said = {
        rule.text.id: True if certain >> n & 1 else None if possible >> n & 1 else False
        for n, rule in enumerate(program.rules)
    }
    assert emitted == expected
    assert {rule_id: said[rule_id] for rule_id in truths} == truths
    passes = GAUGES[TARGET].fits(value) and None not in inputs
    if None not in inputs:
        assert program.fast(value, inputs, who) == (emitted, possible)
        assert possible == certain
        passes = passes and emitted == value and not possible & ~program.clamps
    assert program.passes(value, state, NOW, who) is passes


@given(rules(), values(KINDS[TARGET]), STATES, WHO)
def test_the_emitted_value_is_emitted_again(
    pack: tuple[Rule, ...], value: Value, state: dict[str, Sample], who: Provenance
) -> None:
    program = compile_rules(GAUGES[TARGET], pack, GAUGES)
    inputs = program.read(state, NOW)
    first = program.full(value, inputs, who)
    if first[0] is not None:
        assert program.full(first[0], inputs, who) == first


@given(rules(), st.randoms(), values(KINDS[TARGET]), STATES, WHO)
def test_the_order_of_rules_does_not_matter(
    pack: tuple[Rule, ...], shuffle: object, value: Value, state: dict[str, Sample], who: Provenance
) -> None:
    shuffled = list(pack)
    shuffle.shuffle(shuffled)  # type: ignore[attr-defined]
    one, two = (compile_rules(GAUGES[TARGET], rules, GAUGES) for rules in (pack, tuple(shuffled)))
    inputs = one.read(state, NOW)
    assert one.source == two.source
    assert one.full(value, inputs, who) == two.full(value, inputs, who)


@given(conditions(st.one_of(ATOMS, comparisons(LENGTHS))), values(KINDS[TARGET]), STATES, WHO)
def test_a_typed_condition_means_what_was_written(
    text: str, value: Value, state: dict[str, Sample], who: Provenance
) -> None:
    tree = parse(text)
    assert parse(spell(tree)) == tree
    try:
        node = Checker({**CONTEXT, **KINDS, VALUE: KINDS[TARGET]}, TARGET).condition(tree)
    except RuleTextError:
        assume(False)
    env = {**known(state), **asked_by(who), VALUE: value}
    names = {
        name: interp.physical({**CONTEXT, **KINDS, VALUE: KINDS[TARGET]}[name], v) for name, v in env.items()
    }
    names["current"] = names[TARGET]
    assert ir.truth(node, env) == interp.evaluate(tree, names)
    if ir.truth(node, env) is not False:
        way_out = interp.evaluate(parse(ir.until_false(node, env)), names)
        assert way_out is (None if ir.truth(node, env) is None else False)


@given(st.text(max_size=60))
def test_any_text_parses_or_is_refused_in_words(text: str) -> None:
    try:
        tree = parse(text)
    except RuleTextError as error:
        assert str(error)
    else:
        assert parse(spell(tree)) == tree
