"""`intent-bridge tools`: all tools or a choice, in a format that exists, and what they cost."""

import json

import pytest

from intent_bridge.cli.app import main
from intent_bridge.llm import TARGETS


def names(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert main(["tools", "demo_sedan", *words]) == 0
    return [tool["function"]["name"] for tool in json.loads(capsys.readouterr().out)]


def test_only_the_tools_are_shown_of_which_something_would_be_allowed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    every, chosen = names(capsys), names(capsys, "--domain", "seat")
    assert chosen and set(chosen) < set(every)
    parked = names(capsys, "--from", "driver")
    rear = names(capsys, "--from", "rear_left", "--set", "Vehicle.Speed=100")
    assert {"set_seat_position", "set_drive_mode"} <= set(parked) <= set(every)
    assert "set_reading_light" in rear and "set_drive_mode" not in rear


def test_the_cost_is_told_for_every_format_alike_in_words_and_as_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["tools", "demo_sedan", "--cost", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["dialect"] for row in rows] == list(TARGETS)
    assert all(row["tools"] > 0 and row["tokens"] < row["characters"] for row in rows)
    assert main(["tools", "demo_sedan", "--cost"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["dialect", "tools", "characters", "tokens", "hash"]
    for row, line in zip(rows, lines, strict=True):
        told = [row["dialect"], row["tools"], row["characters"], row["tokens"], row["digest"][:12]]
        assert line.split() == [str(one) for one in told]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--dialect", "latin"], "there is no dialect `latin`"),
        (["--domain", "kitchen"], "no tools of the domain `kitchen`"),
        (["--set", "Vehicle.No=1"], "Vehicle.No"),
    ],
)
def test_what_is_not_there_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], words: list[str], what: str
) -> None:
    assert main(["tools", "demo_sedan", *words]) == 2
    assert what in capsys.readouterr().err
