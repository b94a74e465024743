"""Read one vehicle's folder, check all of it, and tie its paths to its DBC signals."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import cantools
from cantools.database.can import Database
from pydantic import BaseModel, ValidationError

from ..errors import Problem, ProfileError
from . import model
from .binding import Profile
from .link import Link
from .report import Report
from .yaml import scan_yaml

_Model = TypeVar("_Model", bound=BaseModel)


def data_dir() -> Path:
    """The folder of the shipped vehicles: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_dbc"
    return inside if inside.is_dir() else package.parent / "dbc"


def shipped_vehicles() -> tuple[str, ...]:
    """Names of the vehicles that come with the library."""
    return tuple(sorted(p.parent.name for p in data_dir().glob("*/profile.yaml")))


def load_profile(vehicle: str | Path) -> Profile:
    """Load a shipped vehicle by name, or any vehicle by its folder.

    Raises ProfileError that lists every problem of all the vehicle's files at once.
    """
    folder = _folder(vehicle)
    return _Loader(folder).load()


def _folder(vehicle: str | Path) -> Path:
    if isinstance(vehicle, str) and vehicle in shipped_vehicles():
        return data_dir() / vehicle
    folder = Path(vehicle)
    if not (folder / "profile.yaml").is_file():
        known = ", ".join(shipped_vehicles())
        raise ProfileError([Problem(folder, None, "no such vehicle", f"give a folder with profile.yaml, or one of: {known}")])
    return folder


class _Loader:
    """One load: collects problems and the bytes of every file read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.read: dict[str, bytes] = {}

    def load(self) -> Profile:
        got = self._model("profile.yaml", model.ProfileFile)
        tools = self._model("tools.yaml", model.ToolsFile) if (self.folder / "tools.yaml").is_file() else None
        if got is None:
            raise ProfileError(self.problems)
        file, report = got
        databases = self._databases(file, report)
        link = Link(file, databases, report)
        link.run()
        for name in file.packs:
            if name.endswith(".yaml"):
                self._bytes(name)
        self.problems += report.problems
        if self.problems:
            raise ProfileError(self.problems)
        return Profile(
            folder=self.folder,
            file=file,
            digest=self._digest(),
            databases=databases,
            sensors=link.sensors,
            actuators=link.actuators,
            messages=link.messages,
            own_tools=tools[0].tools if tools else (),
        )

    def _model(self, name: str, shape: type[_Model]) -> tuple[_Model, Report] | None:
        self._bytes(name)
        document, problems = scan_yaml(self.folder / name)
        self.problems += problems
        if document is None:
            return None
        report = Report(document)
        try:
            return shape.model_validate_json(json.dumps(document.data), strict=True), report
        except ValidationError as error:
            for e in error.errors(include_url=False, include_context=False):
                report.add(e["loc"], f"`{'.'.join(map(str, e['loc']))}`: {e['msg'].lower()}", "")
        self.problems += report.problems
        return None

    def _databases(self, file: model.ProfileFile, report: Report) -> Mapping[str, Database]:
        databases: dict[str, Database] = {}
        for name, bus in file.buses.items():
            raw = self._bytes(bus.dbc)
            if raw is None:
                report.add(("buses", name, "dbc"), f"no file `{bus.dbc}`", "put the DBC file into the folder")
                continue
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError:
                text = raw.decode("cp1252", errors="replace")  # what DBC editors write
            try:
                loaded = cantools.database.load_string(text, "dbc", strict=True)
            except Exception as error:
                line = re.search(r"line (\d+)", str(error))
                what = str(error).splitlines()[0]
                self.problems.append(Problem(self.folder / bus.dbc, int(line[1]) if line else None, what, "mend the DBC"))
                continue
            assert isinstance(loaded, Database)
            databases[name] = loaded
        return databases

    def _bytes(self, name: str) -> bytes | None:
        try:
            self.read[name] = (self.folder / name).read_bytes()
        except OSError:
            return None
        return self.read[name]

    def _digest(self) -> str:
        whole = hashlib.sha256()
        for name, raw in sorted(self.read.items()):
            whole.update(f"{name}\0{len(raw)}\0".encode() + raw)
        return whole.hexdigest()
