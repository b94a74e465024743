"""What stands on the command line, read into the library's words."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from intent_bridge.cli.exits import UsageProblem
from intent_bridge.profile import Profile
from intent_bridge.types import Channel, Provenance, SeatZone, Speaker

_BUS = re.compile(r"(?P<name>\w+)=(?P<interface>\w+):(?P<channel>[^,]*)(?P<more>(,\w+=[^,]*)*)")


def read_buses(texts: Sequence[str]) -> dict[str, dict[str, Any]]:
    """`body=socketcan:can0,bitrate=500000` as python-can options by bus name."""
    buses: dict[str, dict[str, Any]] = {}
    for text in texts:
        found = _BUS.fullmatch(text)
        if found is None:
            raise UsageProblem(
                f"`--bus {text}` is not a bus", "write --bus NAME=INTERFACE:CHANNEL[,OPTION=VALUE]…"
            )
        options: dict[str, Any] = {"interface": found["interface"], "channel": found["channel"]}
        for pair in found["more"].split(",")[1:]:
            key, _, value = pair.partition("=")
            options[key] = json_or_text(value)
        buses[found["name"]] = options
    return buses


def read_state(texts: Sequence[str]) -> dict[str, Any]:
    """`Vehicle.Speed=100` as values in VSS units; `null` stops publication."""
    state: dict[str, Any] = {}
    for text in texts:
        path, sign, value = text.partition("=")
        if not sign or not path:
            raise UsageProblem(
                f"`--set {text}` sets nothing", "write --set PATH=VALUE, for example Vehicle.Speed=100"
            )
        state[path.strip()] = json_or_text(value.strip())
    return state


def read_who(text: str | None) -> Provenance | None:
    """`driver` (a seat), or `speaker=app,zone=driver,channel=touch,untrusted_text=true`."""
    if text is None:
        return None
    if "=" not in text:
        seat = f",zone={text}" if text in list(SeatZone) else ""
        text = f"speaker={text}{seat},channel=voice"
    given = dict(part.partition("=")[::2] for part in text.split(","))
    kinds: Mapping[str, type[Speaker] | type[SeatZone] | type[Channel]]
    kinds = {"speaker": Speaker, "zone": SeatZone, "channel": Channel}
    untrusted = given.pop("untrusted_text", "false")
    wrong = [
        f"{key}={value}" for key, value in given.items() if key not in kinds or value not in list(kinds[key])
    ]
    if wrong or untrusted not in ("true", "false"):
        words = "; ".join(f"{key} is one of {', '.join(kind)}" for key, kind in kinds.items())
        raise UsageProblem(f"`--from {text}` is nobody", f"{words}; untrusted_text is true or false")
    return Provenance(
        Speaker(given.get("speaker", "unknown")),
        SeatZone(given.get("zone", "unknown")),
        Channel(given.get("channel", "unknown")),
        untrusted == "true",
    )


def read_call(text: str) -> str:
    """The call's own text; `-` reads standard input, `@FILE` a file."""
    if text == "-":
        return sys.stdin.read()
    if text.startswith("@"):
        try:
            return Path(text[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageProblem(
                f"the call in `{text[1:]}` cannot be read: {error}", "give a UTF-8 file"
            ) from error
    return text


def json_or_text(text: str) -> Any:
    """A JSON number, boolean or null, else the text itself."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if not isinstance(value, dict | list) else text


def read_all_buses(words: Sequence[str], profile: Profile) -> dict[str, dict[str, Any]]:
    """`read_buses` for verbs that need every bus of the vehicle."""
    wanted = read_buses(words)
    if wanted.keys() != profile.file.buses.keys():
        names = ", ".join(profile.file.buses)
        raise UsageProblem(
            f"{profile.file.vehicle} has the buses {names}", "give --bus NAME=INTERFACE:CHANNEL for each"
        )
    return wanted
