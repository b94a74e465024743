"""Print what the car does about a feeling in forty states: `python -m tests.comfort cold [lot] [--zh]`."""

import argparse

from intent_bridge.intents.feelings import STRENGTHS, served
from tests.comfort.cabins import PROFILE, Car, states


def rows(car: Car, feeling: str, strength: str, language: str) -> list[tuple[str, str]]:
    """(state, what is said) of one feeling in every state."""
    told = []
    for name, state in states().items():
        car.put(state)
        arguments = {"feeling": feeling, "strength": strength, "zone": "driver"}
        outcome = car.handle({"name": "adjust_comfort", "arguments": arguments})
        told.append((name, outcome.say(language)))
    return told


def main() -> None:
    """One table per feeling, as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    feelings = served(PROFILE)
    parser.add_argument("feeling", choices=[*feelings, "all"])
    parser.add_argument("strength", nargs="?", choices=STRENGTHS, default="some")
    parser.add_argument("--lang", default="en")
    given = parser.parse_args()
    with Car() as car:
        for feeling in feelings if given.feeling == "all" else [given.feeling]:
            print(f"| {feeling} | what the car does and says |\n|---|---|")
            for name, said in rows(car, feeling, given.strength, given.lang):
                print(f"| {name} | {said} |")
            print()


if __name__ == "__main__":
    main()
