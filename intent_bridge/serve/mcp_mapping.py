"""The mapping file of the proxy: somebody else's tools as our intents, their state as our paths.

    upstream: {command: [their-server, --flag]}              # or {url: …, token_file: …}
    tools:                                                    # what clients are offered, by their name
      set_ac: {intent: set_cabin_temperature, arguments: {celsius: {take: temp}, zone: {fixed: driver}}}
    reads: [get_status]                                       # tools that only look, passed on as they are
    state:                                                    # asked before every verdict
      - {tool: get_status, values: {Vehicle.Speed: {at: speed_kmh}}}
    actuators:                                                # how one permitted value is sent
      Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature: {tool: set_ac, value: temp, arguments: {seat: 1}}

What is not in the file is not offered and not sent.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from intent_bridge.errors import Problem, ProfileError
from intent_bridge.intents import Catalogue, ToolSpec
from intent_bridge.profile import Profile
from intent_bridge.profile.model import Argument, OwnTool
from intent_bridge.profile.yaml import read_yaml


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Upstream(_Model):
    """Where the other server is: a command to start, or the address of one that runs."""

    command: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    url: str | None = None
    token_file: Path | None = None
    """Holds the bearer token for `url`."""

    @model_validator(mode="after")
    def _one_of_them(self) -> "Upstream":
        if (self.command is None) == (self.url is None):
            raise ValueError("upstream has one of command and url")
        return self


class Offered(_Model):
    """One tool of theirs as one intent of ours."""

    intent: str
    arguments: dict[str, Argument] = {}


class Where(_Model):
    """Where in an answer a path's value stands (`climate.left.temp`), in VSS units; `map` renames values."""

    at: str
    map: dict[str, Any] = {}


class Asked(_Model):
    """One question about their state."""

    tool: str
    arguments: dict[str, Any] = {}
    values: Annotated[dict[str, Where], Field(min_length=1)]


class Sent(_Model):
    """How one path's value is sent: their tool, its fixed arguments, the one that takes it; `map` renames."""

    tool: str
    value: str
    arguments: dict[str, Any] = {}
    map: dict[str, Any] = {}


class Mapping_(_Model):
    """The file as a whole."""

    upstream: Upstream
    tools: dict[str, Offered] = {}
    reads: tuple[str, ...] = ()
    state: tuple[Asked, ...] = ()
    actuators: dict[str, Sent] = {}


def load_mapping(path: Path, profile: Profile) -> Mapping_:
    """Read the file; ProfileError with everything that does not fit the profile."""
    document = read_yaml(path)
    try:
        mapping = Mapping_.model_validate(document.data or {})
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        said = [(tuple(e["loc"]), f"{'.'.join(map(str, e['loc']))}: {e['msg'].lower()}") for e in found]
        raise ProfileError([Problem(path, document.line_of(at), what) for at, what in said]) from error
    unknown = [p for asked in mapping.state for p in asked.values if p not in profile.sensors]
    unknown += [p for p in mapping.actuators if p not in profile.actuators]
    twice = sorted(set(mapping.tools) & set(mapping.reads))
    problems = [Problem(path, None, f"the profile has no path {p}", "see `check VEHICLE`") for p in unknown]
    problems += [Problem(path, None, f"tool {t} is both guarded and passed on", "keep one") for t in twice]
    if problems:
        raise ProfileError(problems)
    return mapping


def offered_catalogue(
    mapping: Mapping_, profile: Profile, upstream: Mapping[str, ToolSpec], path: Path
) -> tuple[Catalogue, tuple[ToolSpec, ...]]:
    """The way from their calls to our intents, and the tools that are offered, reads included.

    `upstream` are their tools as they list them. Arguments their schema does not name are refused, whether
    it says so or not. ProfileError where the file and their server do not agree.
    """
    used = {*mapping.tools, *mapping.reads, *(a.tool for a in mapping.state)}
    used |= {sent.tool for sent in mapping.actuators.values()}
    missing = sorted(used - upstream.keys())
    if missing:
        gone = [Problem(path, None, f"their server has no tool {name}", "mend its name") for name in missing]
        raise ProfileError(gone)
    own = tuple(
        OwnTool(
            name=name,
            description=upstream[name].description,
            parameters={**upstream[name].parameters, "additionalProperties": False},
            intent=offered.intent,
            arguments=offered.arguments,
        )
        for name, offered in mapping.tools.items()
    )
    try:
        catalogue = Catalogue(replace(profile, own_tools=own))
    except ProfileError as error:
        raise ProfileError([Problem(path, None, p.what, p.mend) for p in error.problems]) from error
    guarded = [spec for spec in catalogue.tools if spec.name in mapping.tools]
    lost = sorted(mapping.tools.keys() - {spec.name for spec in guarded})
    if lost:
        lacks = [Problem(path, None, f"{name}: the profile has nothing that it could set") for name in lost]
        raise ProfileError(lacks)
    return catalogue, (*guarded, *(upstream[name] for name in mapping.reads))
