"""Packs as files: what loads, and for everything that is wrong the file, the line and the mend."""

import json
from pathlib import Path

import pytest

from intent_bridge.guard.bind import match

from .car import (
    FAN,
    SEAT,
    guard,
    ids,
    judge,
    loaded,
    problem,
    problems,
    rule,
    tiny,
    with_pack,
    with_packs,
)

HEAD = "pack: {name: other, layer: oem, version: 1}\nrules:\n"


@pytest.mark.parametrize(
    ("pattern", "path", "places"),
    [
        ("Vehicle.A.B", "Vehicle.A.B", {}),
        ("Vehicle.A", "Vehicle.A.B", None),
        ("Vehicle.*.B", "Vehicle.A.B", {}),
        ("Vehicle.*", "Vehicle.A.B", None),
        ("Vehicle.**", "Vehicle.A.B", {}),
        ("Vehicle.A.B.**", "Vehicle.A.B", None),
        ("Vehicle.{row}.{side}", "Vehicle.A.B", {"row": "A", "side": "B"}),
        ("Vehicle.{row}.{row}", "Vehicle.A.B", None),
        ("Vehicle.{row}.{row}", "Vehicle.A.A", {"row": "A"}),
        ("Vehicle.{row}.**", "Vehicle.A.B.C", {"row": "A"}),
    ],
)
def test_a_pattern_matches_segment_by_segment(pattern: str, path: str, places: object) -> None:
    assert match(pattern, path) == places


@pytest.mark.parametrize(
    ("keys", "line", "what", "mend"),
    [
        ({"when": "Vehicle.Spede > 5 km/h"}, 11, "`Vehicle.Spede` is not a name", "mend the name"),
        ({"when": "Vehicle.Speed > 5"}, 11, "has no unit", "write it in km/h"),
        ({"when": "Vehicle.Speed > 5 mm"}, 11, "mixes km/h with mm", "use one kind of unit"),
        ({"when": "Vehicle.Speed > 5.05 km/h"}, 11, "lies between two steps", "give a multiple of 0.1 km/h"),
        ({"when": "Vehicle.Speed > 5000 km/h"}, 11, "never true", "mend the number or unit"),
        ({"when": "Vehicle.Speed >"}, 11, "`the end` at column 16", ""),
        (
            {"when": "Vehicle.{row}.Speed > 5 km/h"},
            11,
            "{row} is bound by nothing",
            "in every pattern of `on`",
        ),
        ({"effect": "forbid"}, 4, "rules.0.effect", "'watch', 'require' or 'limit'"),
        ({"sometimes": "x"}, 11, "extra inputs are not permitted", "remove the key"),
        ({"hazard": ""}, 3, "field required", "add the key"),
        ({"basis": "rumour"}, 8, "rules.0.basis", "give 'law', 'standard', 'oem' or 'design'"),
        ({"on": ["Vehicle.Seat"]}, 5, "matches no actuator", ""),
        ({"on": ["Vehicle.Cabin.Seat.**.Position"]}, 5, "is not a pattern of paths", "`*`, `{name}`"),
        ({"on": ["vehicle"]}, 5, "is not a pattern of paths", "`*`, `{name}`"),
        ({"effect": "clamp"}, 3, "a clamp, and nothing else, has lo or hi", ""),
        ({"lo": "5 mm"}, 3, "a clamp, and nothing else, has lo or hi", ""),
        ({"effect": "defer", "when": "Vehicle.Speed > 5 km/h"}, 3, "has deadline_ms", ""),
        ({"effect": "defer", "deadline_ms": 10}, 3, "a defer needs `when`", ""),
        ({"effect": "watch"}, 3, "a watch needs `when`", ""),
        ({"effect": "clamp", "hi": "value"}, 11, "`value` is not a name", ""),
        ({"effect": "clamp", "hi": "7 mm"}, 11, "lies between two steps", "give a multiple of 5 mm"),
        ({"effect": "clamp", "lo": "5 km/h"}, 11, "mixes km/h with mm", ""),
        ({"effect": "clamp", "hi": "400 mm"}, 11, "never moves a value", ""),
        (
            {"effect": "clamp", "hi": "5 mm", "on": ["Vehicle.ADAS.**"]},
            4,
            "a clamp on `Vehicle.ADAS",
            "use deny",
        ),
        ({"effect": "clamp", "hi": "5 mm", "on": [FAN]}, 11, "mixes mm with percent", ""),
    ],
)
def test_a_faulty_rule_is_refused_with_line_and_mend(
    tmp_path: Path, keys: dict[str, str], line: int, what: str, mend: str
) -> None:
    found = problems(with_pack(tmp_path, rule(**keys)))
    assert found
    assert (found[0].file, found[0].line) == (tmp_path / "test.yaml", line)
    assert what in found[0].what
    assert mend in found[0].mend


def test_every_problem_is_listed_at_once(tmp_path: Path) -> None:
    bad = [rule(id=f"a.r{n}", when=f"Vehicle.Speed > {n} mm") for n in range(3)]
    assert [p.line for p in problems(with_pack(tmp_path, *bad))] == [11, 20, 29]


def test_one_problem_of_many_paths_is_named_once_per_kind(tmp_path: Path) -> None:
    only = problem(tmp_path, rule(on=["Vehicle.Cabin.**"], when="Vehicle.Nothing"))
    assert "`Vehicle.Nothing` is not a name" in only.what


def test_a_repeated_id_is_refused(tmp_path: Path) -> None:
    only = problem(tmp_path, rule(), rule())
    assert (only.line, only.what) == (11, "rule id `a.rule` stands twice")


def test_a_repeated_id_in_another_pack_is_refused(tmp_path: Path) -> None:
    with_pack(tmp_path, rule())
    (tmp_path / "other.yaml").write_text(HEAD + rule(), encoding="utf-8")
    (only,) = problems(with_packs(tmp_path, "test.yaml", "other.yaml"))
    assert (only.file.name, only.mend) == ("other.yaml", "rename one, the other is in test.yaml")


def test_a_repeated_key_is_refused(tmp_path: Path) -> None:
    assert "stands twice" in problem(tmp_path, rule() + "  effect: confirm\n").what


def test_a_missing_pack_is_refused(tmp_path: Path) -> None:
    (only,) = problems(with_packs(tmp_path, "absent.yaml"))
    assert "cannot be read" in only.what


def test_problems_of_all_packs_are_listed_at_once(tmp_path: Path) -> None:
    with_pack(tmp_path, rule(when="Vehicle.Nothing"))
    (tmp_path / "other.yaml").write_text("pack: [", encoding="utf-8")
    found = problems(with_packs(tmp_path, "test.yaml", "other.yaml", "absent.yaml"))
    assert [one.file.name for one in found] == ["test.yaml", "other.yaml", "absent.yaml"]


def test_a_policy_is_what_is_written_and_no_more(tmp_path: Path) -> None:
    """So that the texts of a pack stay what they were when the language learns a new word."""
    (source,) = loaded(tmp_path, rule(when="untrusted_text")).sources
    assert json.loads(source.rules["a.rule"]) == {
        "id": "a.rule", "effect": "deny", "on": [SEAT], "when": "untrusted_text",
    }  # fmt: skip
    assert source.rules.keys() == {"a.rule"}


def test_how_often_may_be_asked_again_is_kept_of_each_pack(tmp_path: Path) -> None:
    rules = loaded(tmp_path, rule(), head="retries: {denials: 3, window_ms: 1000}\n")
    assert [(one.denials, one.window_ms) for one in rules.retries] == [(3, 1000)]


def test_every_name_that_any_rule_reads_is_known(tmp_path: Path) -> None:
    names = "".join(f"  Vehicle.{one}.IsOn: {{type: boolean}}\n" for one in "AB")
    rules = [rule(id=f"a.{one.lower()}", when=f"Vehicle.{one}.IsOn") for one in "AB"]
    found = loaded(tmp_path, *rules, layer="base", head=f"names:\n{names}")
    assert {"Vehicle.A.IsOn", "Vehicle.B.IsOn"} <= found.kinds.keys()


def test_an_unknown_shipped_pack_is_refused(tmp_path: Path) -> None:
    (only,) = problems(with_packs(tmp_path, "nonsense"))
    assert only.file.name == "nonsense.yaml"


def test_a_pack_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.yaml").write_text("[1, 2]\n", encoding="utf-8")
    (only,) = problems(with_packs(tmp_path, "list.yaml"))
    assert "the file" in only.what


def test_packs_stand_in_the_order_of_their_layers(tmp_path: Path) -> None:
    with_pack(tmp_path, rule())
    base = HEAD.replace("oem", "base") + rule(id="b.rule", effect="confirm")
    (tmp_path / "other.yaml").write_text(base, encoding="utf-8")
    (only,) = problems(with_packs(tmp_path, "test.yaml", "other.yaml"))
    assert only.what == "a base pack after a oem pack"
    assert only.mend == "list packs in the order base, market, oem, user"
    assert problems(with_packs(tmp_path, "other.yaml", "test.yaml")) == []


def test_only_a_pack_for_every_vehicle_lists_names(tmp_path: Path) -> None:
    head = """\
        names:
          Vehicle.Speed: {type: number, unit: km/h}
        """
    assert problem(tmp_path, rule(), head=head).what == "`names` in a pack of layer oem"
    assert problems(with_pack(tmp_path, rule(), head=head, layer="base")) == []


@pytest.mark.parametrize(
    "kind",
    ["{type: number}", "{type: enum}", "{type: boolean, unit: mm}", "{type: enum, values: [A], unit: mm}"],
)
def test_a_name_says_exactly_what_its_type_needs(tmp_path: Path, kind: str) -> None:
    only = problem(tmp_path, rule(), head=f"names:\n  Vehicle.A: {kind}\n", layer="base")
    assert (only.line, only.what) == (3, f"`names.Vehicle.A`: {only.what.rpartition(': ')[2]}")
    assert only.what.rpartition(": ")[2].startswith("a number needs unit")


def test_a_pack_for_every_vehicle_reads_only_what_it_lists(tmp_path: Path) -> None:
    only = problem(tmp_path, rule(when="Vehicle.Speed > 5 km/h"), layer="base")
    assert "`Vehicle.Speed` is not under `names`" in only.what


LACKING = """\
    names:
      Vehicle.Cabin.Seat.*.*.HasChildRestraint: {type: boolean}
      Vehicle.Weather: {type: enum, values: [DRY, WET]}
      Vehicle.Height: {type: number, unit: m}
    """


@pytest.mark.parametrize(
    "when",
    [
        "Vehicle.Cabin.Seat.{row}.{side}.HasChildRestraint",
        "Vehicle.Weather == WET",
        "Vehicle.Height > 2.5 m",
    ],
)
def test_a_rule_whose_sensor_is_lacking_always_denies_and_is_named(tmp_path: Path, when: str) -> None:
    text = rule(on=["Vehicle.Cabin.Seat.{row}.{side}.Position"], when=when, effect="confirm")
    rules = loaded(tmp_path, text, head=LACKING, layer="market")
    assert len(rules.warnings) == 2
    assert "test.yaml:7: " in rules.warnings[0]
    assert "is not in this vehicle, so `a.rule` always denies" in rules.warnings[0]


def test_a_pack_for_every_vehicle_may_fit_this_one_badly(tmp_path: Path) -> None:
    head = """\
        names:
          Vehicle.Speed: {type: number, unit: km/h}
          Vehicle.Cabin.HVAC.Station.*.*.AirDistribution: {type: enum, values: [FACE, CEILING]}
        """
    airflow = ["Vehicle.Cabin.HVAC.Station.*.*.AirDistribution"]
    rules = loaded(
        tmp_path,
        rule(id="a.none", on=["Vehicle.Nowhere"]),
        rule(id="a.never", when="Vehicle.Speed > 400 km/h"),
        rule(id="a.grain", when="Vehicle.Speed > 5.05 km/h"),
        rule(id="a.member", on=airflow, when="value == CEILING or current == CEILING"),
        head=head,
        layer="base",
    )
    never, grain, idle = (w.split(": ", 1)[1] for w in rules.warnings)
    assert idle == "rule `a.never` can never fire; mend its condition"
    assert (
        never
        == f"rule `a.never` on `{SEAT}`: `Vehicle.Speed > 400 km/h` is never true in the range of its names"
    )
    assert "a number in `Vehicle.Speed > 5.05 km/h` lies between two steps" in grain


def test_a_misspelt_member_is_refused_on_every_vehicle(tmp_path: Path) -> None:
    head = """\
        names:
          Vehicle.Powertrain.Transmission.SelectedGear: {type: enum, values: [P, R, N, D]}
        """
    only = problem(
        tmp_path, rule(when="Vehicle.Powertrain.Transmission.SelectedGear == X"), head=head, layer="base"
    )
    assert "`X` is not a value of" in only.what


def test_the_digest_changes_with_the_pack_and_with_the_vehicle(tmp_path: Path) -> None:
    first = loaded(tmp_path, rule())
    assert loaded(tmp_path, rule()).digest == first.digest
    assert loaded(tmp_path, rule(when="Vehicle.Speed > 5 km/h")).digest != first.digest
    assert first.digest != tiny().digest


def test_the_first_pattern_that_matches_binds(tmp_path: Path) -> None:
    both = ["Vehicle.Cabin.Seat.{row}.{side}.Position", "Vehicle.Cabin.Seat.{side}.{row}.Position"]
    made = guard(tmp_path, rule(on=both, when="Vehicle.Cabin.Seat.{row}.{side}.HeatingLevel > 1 level"))
    assert ids(judge(made, SEAT, 30, {"Vehicle.Cabin.Seat.Row1.DriverSide.HeatingLevel": 2})) == ["a.rule"]


def test_somebody_answers_for_a_looser_version_and_only_for_one_that_exists(tmp_path: Path) -> None:
    for version, fine in ((2, True), (3, False)):
        looser = f"{{version: {version}, approver: A. Person, reason: the margin was measured}}"
        head = f"pack: {{name: t, layer: oem, version: 2, looser: {looser}}}\nrules:\n"
        (tmp_path / "t.yaml").write_text(head + rule(), encoding="utf-8")
        found = problems(with_packs(tmp_path, "t.yaml"))
        assert (found == []) is fine
    assert "looser.version is above" in found[0].what
