"""Reads one vehicle's folder, checks all of it, and ties its paths to its DBC signals."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..errors import Problem, ProfileError
from . import model
from .binding import Profile
from .link import Link
from .never import Never
from .report import Place, one_of
from .shape import Shaped, shape_profile, shape_tools
from .tools import check_tools
from .yaml import scan_yaml

if TYPE_CHECKING:
    from cantools.database.can import Database

_PROFILE: Final = "profile.yaml"
_TOOLS: Final = "tools.yaml"


def data_dir() -> Path:
    """The folder of the shipped vehicles: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_dbc"
    return inside if inside.is_dir() else package.parent / "dbc"


def shipped_vehicles() -> tuple[str, ...]:
    """Names of the vehicles that come with the library."""
    return tuple(sorted(file.parent.name for file in data_dir().glob(f"*/{_PROFILE}")))


def load_profile(vehicle: str | Path) -> Profile:
    """Load a shipped vehicle by its name, or any vehicle by its folder.

    Raises ProfileError that lists every problem of all the vehicle's files at once.
    """
    return _Loader(_folder(vehicle)).load()


def _folder(vehicle: str | Path) -> Path:
    shipped = shipped_vehicles()
    if isinstance(vehicle, str) and vehicle in shipped:
        return data_dir() / vehicle
    folder = Path(vehicle)
    if not folder.is_dir():
        mend = f"give a folder, or a shipped vehicle: {one_of(str(vehicle), shipped)}"
        raise ProfileError([Problem(folder, None, "no such vehicle", mend)])
    return folder


class _Loader:
    """One load: collects the problems, and the bytes of every file that was read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.read: dict[str, bytes] = {}
        self.own_only = False

    def load(self) -> Profile:
        shaped = self._profile()
        tools = self._tools(shaped)
        if shaped is None or shaped.file is None:
            raise ProfileError(self._sorted())
        databases = self._databases(shaped.file, shaped.place)
        self._packs(shaped.file, shaped.place)
        link = Link(shaped.file, databases, Never.load(), shaped.place, shaped.broken)
        link.run()
        if self.problems:
            raise ProfileError(self._sorted())
        return Profile(
            folder=self.folder,
            file=shaped.file,
            digest=self._digest(),
            databases=databases,
            sensors=link.sensors,
            actuators=link.actuators,
            messages=link.messages,
            facts=link.facts,
            own_tools=tools,
            own_only=self.own_only,
        )

    def _place(self, name: str) -> Place | None:
        self._bytes(name)
        document, problems = scan_yaml(self.folder / name)
        self.problems += problems
        return Place(document, self.problems) if document else None

    def _profile(self) -> Shaped | None:
        place = self._place(_PROFILE)
        return shape_profile(place) if place else None

    def _tools(self, shaped: Shaped | None) -> tuple[model.OwnTool, ...]:
        if not (self.folder / _TOOLS).is_file():
            return ()
        place = self._place(_TOOLS)
        file = shape_tools(place) if place else None
        if place is None or file is None:
            return ()
        said = shaped.file if shaped else None
        paths = {*said.sensors, *said.facts, *said.actuators} if said else set()
        names = {a.tool.name for a in said.actuators.values() if a.tool} if said else set()
        check_tools(file, names, paths, place)
        self.own_only = file.own_only
        return file.tools

    def _databases(self, file: model.ProfileFile, place: Place) -> Mapping[str, Database]:
        databases = {}
        for name, bus in file.buses.items():
            raw = self._bytes(bus.dbc)
            if raw is None:
                place.below("buses", name, "dbc").problem(
                    f"no file `{bus.dbc}` in this folder",
                    one_of(bus.dbc, (f.name for f in self.folder.glob("*.dbc"))),
                )
            elif (database := self._database(bus.dbc, raw)) is not None:
                databases[name] = database
        return databases

    def _database(self, name: str, raw: bytes) -> Database | None:
        # slow to import, with all of python-can; a vehicle without a bus does without
        import cantools
        from cantools.database.can import Database

        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")  # what DBC editors write
        try:
            database = cantools.database.load_string(text, "dbc", strict=True)
        except Exception as error:  # cantools names no common base: parse, key, value and type errors
            line = re.search(r"line (\d+)", str(error))
            text = " ".join(str(error).split()).removeprefix("DBC: ").strip('"') or type(error).__name__
            what = f"not a sound DBC: {text[:1].lower()}{text[1:]}"
            place = int(line[1]) if line else None
            self.problems.append(Problem(self.folder / name, place, what, "mend the DBC"))
            return None
        assert isinstance(database, Database)
        return database

    def _packs(self, file: model.ProfileFile, place: Place) -> None:
        """Packs of this folder belong to its digest; what they say is the guard's business."""
        for i, name in enumerate(file.packs):
            if name.endswith(".yaml") and self._bytes(name) is None:
                place.below("packs", i).problem(
                    f"no file `{name}` in this folder",
                    one_of(name, (f.name for f in self.folder.glob("*.yaml"))),
                )

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

    def _sorted(self) -> list[Problem]:
        return sorted(self.problems, key=lambda p: (str(p.file), p.line or 0))
