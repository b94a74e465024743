"""Checks that every message belongs to one ECU that can send, receive, protect and answer it."""

from collections.abc import Mapping

from ...profile.report import Place, one_of
from ..model import SimFile
from ..names import Names


def check(names: Names, file: SimFile, place: Place) -> None:
    """Note every message that is missing, doubled, misplaced or cannot be answered."""
    profile = names.profile
    commands = {spec.command.split(".")[0] for spec in profile.file.actuators.values()}  # lacking ones too
    owner: dict[str, str] = {}
    for name, ecu in file.ecus.items():
        for key, messages in (("sends", ecu.sends), ("receives", ecu.receives)):
            for i, message in enumerate(messages):
                here = place.below("ecus", name, key, i)
                if message not in profile.messages:
                    here.problem(f"no message `{message}` in the profile", one_of(message, profile.messages))
                elif message in owner:
                    here.problem(f"`{message}` belongs to `{owner[message]}` too", "name it once")
                else:
                    owner[message] = name
                    _direction(message, key, message in commands, here)
    for message in sorted(profile.messages.keys() - owner.keys()):
        place.below("ecus").problem(f"`{message}` belongs to no ECU", "add it to sends or receives")
    for path, actuator in profile.actuators.items():
        _same_ecu(owner, actuator.command.message, actuator.status.message, f"`{path}`", place)
    for message in sorted(commands):
        _response(names, file, owner, message, place)


def _direction(message: str, key: str, is_command: bool, place: Place) -> None:
    if is_command != (key == "receives"):
        right = "sends" if key == "receives" else "receives"
        place.problem(f"`{message}` cannot stand in {key}", f"move it to {right}")


def _same_ecu(owner: Mapping[str, str], command: str, status: str, what: str, place: Place) -> None:
    receiver, sender = owner.get(command), owner.get(status)
    if receiver and sender and receiver != sender:
        place.below("ecus", receiver, "receives").problem(
            f"`{receiver}` takes the command of {what}, but `{sender}` sends its status `{status}`",
            f"move `{status}` to `{receiver}`",
        )


def _response(names: Names, file: SimFile, owner: Mapping[str, str], message: str, place: Place) -> None:
    response = names.profile.messages[message].spec.response
    if response is None:
        return
    status, signal = response.result.split(".")
    _same_ecu(owner, message, status, f"`{message}`", place)
    choices = names.profile.messages[status].dbc.get_signal_by_name(signal).choices
    known = [str(name) for name in choices.values()] if choices else []
    for key, name in file.results:
        if name not in known:
            place.below("results", key).problem(f"`{response.result}` has no `{name}`", one_of(name, known))
