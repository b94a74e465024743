"""Who may connect over MCP, and what each may do: data of the host, never of a client or a model.

A token is known by its SHA-256 only; it holds 256 random bits, so that nothing slower is needed. What is left
out has the fewest rights: nobody in particular speaks, and text of unknown origin stood in the context.
"""

import hashlib
import hmac
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from intent_bridge.errors import Problem, ProfileError
from intent_bridge.intents import Domain
from intent_bridge.profile.yaml import read_yaml
from intent_bridge.types import Channel, Provenance, SeatZone, Speaker

DOMAINS: Final[tuple[Domain, ...]] = get_args(Domain)
CALLS_PER_MINUTE: Final = 120
"""Tool calls of one client where the host says nothing else."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WhoFile(_Model):
    """Whom the client stands for."""

    speaker: Speaker = Speaker.APP
    zone: SeatZone = SeatZone.UNKNOWN
    channel: Channel = Channel.APP
    untrusted_text: bool = True


class RightsFile(_Model):
    """What one client may do, as it stands in the file.

    `confirm`: in these domains the client's own elicitation counts as a person's answer, because the host
    knows that a person at `from`'s seat sees it. Empty: questions go through the host's own channel only.
    `user`: whose preferences fill what was not said, and learn of what was done; nobody's where left out.
    """

    scopes: tuple[Domain, ...] = DOMAINS
    from_: Annotated[WhoFile, Field(alias="from")] = WhoFile()
    confirm: tuple[Domain, ...] = ()
    user: Annotated[str, Field(max_length=64)] = ""
    calls_per_minute: Annotated[int, Field(ge=1, le=6000)] = CALLS_PER_MINUTE


class ClientFile(RightsFile):
    """One client that connects over HTTP."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")]
    token_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class AccessFile(_Model):
    """The whole file. `origins` are web pages that may connect; none may unless it is named."""

    stdio: RightsFile = RightsFile()
    clients: tuple[ClientFile, ...] = ()
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Client:
    """One client and its rights."""

    name: str
    scopes: frozenset[Domain]
    who: Provenance
    confirm: frozenset[Domain] = frozenset()
    calls_per_minute: int = CALLS_PER_MINUTE
    user: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """Every client there is: the one at the other end of stdio, and those with a token."""

    stdio: Client
    tokens: tuple[tuple[bytes, Client], ...] = ()
    origins: tuple[str, ...] = ()

    def client_of(self, token: str) -> Client | None:
        """The client that holds a token. Takes as long whichever entry it is, or none."""
        digest, found = hashlib.sha256(token.encode()).digest(), None
        for known, client in self.tokens:
            if hmac.compare_digest(known, digest):
                found = client
        return found


def open_access(who: Provenance | None = None) -> Access:
    """Without a file: stdio only, all domains, for whom the host says."""
    return Access(_client("stdio", RightsFile(), who))


def load_access(path: Path, who: Provenance | None = None) -> Access:
    """Read the host's file; `who` replaces whom the stdio client stands for.

    Raises ProfileError with every problem. A file that others may write is refused: whoever writes it
    decides who may move things in the vehicle.
    """
    document = read_yaml(path)
    if path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ProfileError([Problem(path, None, "others may write this file", "chmod 600 it")])
    try:
        file = AccessFile.model_validate(document.data or {})
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        problems = [Problem(path, document.line_of(_place(e)), _problem(e)) for e in found]
        raise ProfileError(problems) from error
    twice = _twice([c.name for c in file.clients]) + _twice([c.token_sha256[:12] for c in file.clients])
    if twice:
        raise ProfileError([Problem(path, None, f"`{t}` stands here twice", "one entry each") for t in twice])
    tokens = tuple((bytes.fromhex(c.token_sha256), _client(c.name, c)) for c in file.clients)
    return Access(_client("stdio", file.stdio, who), tokens, file.origins)


def _client(name: str, rights: RightsFile, who: Provenance | None = None) -> Client:
    said = rights.from_
    spoken = Provenance(said.speaker, said.zone, said.channel, said.untrusted_text)
    scopes, confirm = frozenset(rights.scopes), frozenset(rights.confirm)
    return Client(name, scopes, who or spoken, confirm, rights.calls_per_minute, rights.user)


def _problem(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    return f"{where}: {error['msg'][:1].lower()}{error['msg'][1:]}"


def _place(error: Any) -> tuple[str | int, ...]:
    return tuple(error["loc"])


def _twice(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
