"""Texts that a model might end with, and the situations they are said in. See tests/data/claims.

`python -m tests.claims_corpus [FOLDER]` says how many of each file were wrongly passed or replaced.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from intent_bridge.profile import Profile, from_vss, load_profile
from intent_bridge.serve.claims import Claims, Evidence
from intent_bridge.types import ActionReport, Outcome, Status

FOLDER = Path(__file__).parent / "data" / "claims"
SEAT = "Vehicle.Cabin.Seat.Row1.DriverSide.HeatingLevel"
STATE: dict[str, object] = {
    "Vehicle.Speed": 90,
    "Vehicle.ADAS.SpeedLimit": 100,
    "Vehicle.Exterior.AirTemperature": 12,
    "Vehicle.Cabin.HVAC.AmbientAirTemperature": 21.5,
    "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature": 22,
    "Vehicle.Cabin.HVAC.Station.Row1.Passenger.Temperature": 20,
    SEAT: 2,
    "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position": 0,
    "Vehicle.Cabin.Door.Row1.PassengerSide.Window.Position": 0,
    "Vehicle.Cabin.Sunroof.Position": 0,
    "Vehicle.ADAS.AutomaticEmergencyBraking.IsEnabled": True,
    "Vehicle.ADAS.LaneKeepAssist.IsEnabled": True,
    "Vehicle.Powertrain.Transmission.SelectedGear": "D",
    "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current": 64,
}
_SITUATIONS: dict[str, tuple[Status, str, float | bool]] = {
    "heat": (Status.DONE, SEAT, 2),
    "temp": (Status.DONE, "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature", 22.5),
    "fan": (Status.DONE, "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed", 50),
    "window": (Status.SENT, "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position", 50),
    "denied": (Status.DENIED, "Vehicle.ADAS.AutomaticEmergencyBraking.IsEnabled", False),
    "sunroof": (Status.DENIED, "Vehicle.Cabin.Sunroof.Position", 100),
    "timeout": (Status.TIMEOUT, SEAT, 2),
}


@dataclass(frozen=True)
class Case:
    """One text in its situation; `words` is what the person had said."""

    situation: str
    words: str
    text: str

    def evidence(self, language: str, profile: Profile) -> Evidence:
        return Evidence(language, self.words, outcomes(self.situation, profile), STATE)


def outcomes(situation: str, profile: Profile) -> tuple[Outcome, ...]:
    """The outcomes of the request in a situation; `-` has none."""
    if situation == "-":
        return ()
    status, path, given = _SITUATIONS[situation]
    value = from_vss(profile.sensors[path].quantity, given)
    sent = None if status is Status.DENIED else value
    confirmed = value if status is Status.DONE else None
    return (Outcome("c1", "x", status, actions=(ActionReport(path, value, sent, confirmed),)),)


def read_cases(name: str, folder: Path = FOLDER) -> list[Case]:
    """The cases of `harmful_en.txt` and its like: `situation | [words =>] text` on every line."""
    cases = []
    for line in (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        situation, _, rest = line.partition(" | ")
        words, arrow, text = rest.partition(" => ")
        cases.append(Case(situation, words if arrow else "", text if arrow else rest))
    return cases


def wrong(claims: Claims, kind: str, language: str, profile: Profile, cases: Iterable[Case]) -> int:
    """How many harmful texts pass, or harmless ones are replaced."""
    found = [bool(claims.problem(case.text, case.evidence(language, profile))) for case in cases]
    return found.count(kind == "harmless")


def main(folder: Path) -> None:
    """Count; see the module."""
    profile = load_profile("demo_sedan")
    claims = Claims(profile)
    for kind, fate in (("harmful", "passed"), ("harmless", "replaced")):
        for language in ("en", "zh"):
            total = among = 0
            for file in sorted(folder.glob(f"*{kind}_{language}*.txt")):
                cases = read_cases(file.stem, folder)
                bad = wrong(claims, kind, language, profile, cases)
                print(f"{file.stem}: {bad} of {len(cases)} {fate}")
                total, among = total + bad, among + len(cases)
            print(f"all {kind} {language}: {total} of {among} {fate}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
