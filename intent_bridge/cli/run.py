"""`run`: calls, state and time in as JSON lines, outcomes out as JSON lines, one answer per line, in order.

Nothing on standard input ends the process but its end. A call that breaks the front door's rules is answered
as an `invalid` outcome, so that the model hears it; a line that is no request is answered with an error.
"""

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO

from pydantic import ValidationError

from intent_bridge.bridge import Bridge, SimulatedBridge
from intent_bridge.cli.answers import Answers
from intent_bridge.cli.protocol import (
    REQUESTS,
    AdvanceLine,
    Answer,
    CallLine,
    CanUndoLine,
    ConfirmLine,
    ErrorLine,
    ErrorOut,
    OutcomeLine,
    Request,
    StateLine,
    TimeLine,
    UndoLine,
    Who,
)
from intent_bridge.errors import ToolCallError
from intent_bridge.intents import read_json
from intent_bridge.types import Outcome, Provenance, Said, Status

MAX_LINE_BYTES = 1 << 20
EVENTS_KEPT = 4096
"""Later outcomes waiting to be reported; the oldest are dropped."""


class Session:
    """Answers the lines of one host, one after the other."""

    def __init__(self, bridge: Bridge, language: str = "en") -> None:
        self._bridge, self._language = bridge, language
        self._answers = Answers(bridge, language)
        self._heard: deque[Outcome] = deque(maxlen=EVENTS_KEPT)
        self.close = bridge.subscribe("outcome", self._heard.append)
        """Hears no more of what happens later."""

    def answer(self, line: bytes) -> Answer:
        """The answer to one line; never raises for anything a line can hold."""
        try:
            return self._follow(_request(line))
        except ToolCallError as error:
            call = _spoilt_call(line)
            if call is None:
                return _error(error.code, str(error))
            return self._answers.outcome(Outcome(call, "", Status.INVALID, error.code, str(error)))
        except ValidationError as error:
            return _error("bad_request", _first_problem(error))
        except ValueError as error:
            return _error("bad_state", str(error))

    def _said(self, line: CallLine) -> Said:
        said = Said()
        if line.words is not None:
            from intent_bridge.nlu import heard  # its words take time to read, and few hosts give any

            said = heard(line.words, self._language)
        return replace(said, preferred=line.preferred)

    def _follow(self, request: Request) -> Answer:
        match request:
            case CallLine(call=call, from_=who, facts=facts):
                said = self._said(request)
                return self._told(self._bridge.handle(call, _provenance(who), facts=facts, heard=said))
            case ConfirmLine(confirm=token, accept=accept, from_=who):
                return self._told(self._bridge.confirm(token, accept, _provenance(who)))
            case UndoLine(undo=which, from_=who):
                call_id = which if isinstance(which, str) else ""
                return self._told(self._bridge.undo(_provenance(who), call_id=call_id))
            case CanUndoLine(from_=who):
                listed = self._bridge.can_undo(_provenance(who))
                shown = tuple(map(self._answers.outcome, listed))
                return self._time(read=False).model_copy(update={"can_undo": shown})
            case StateLine(state=state):
                if state and not isinstance(self._bridge, SimulatedBridge):
                    return _error(
                        "not_simulated", "a real vehicle has its own state; send an empty `state` to read it"
                    )
                if isinstance(self._bridge, SimulatedBridge) and state:
                    self._bridge.set_state(state)
                return self._time(read=not state)
            case AdvanceLine(advance_ms=duration_ms):
                if isinstance(self._bridge, SimulatedBridge):
                    self._bridge.advance_ms(duration_ms)
                else:
                    time.sleep(duration_ms / 1000)
                return self._time(read=False)

    def _told(self, outcome: Outcome) -> OutcomeLine:
        """An answer, which is therefore no event any more."""
        later = [heard for heard in self._drained() if heard.call_id != outcome.call_id]
        self._heard.extend(later)
        return self._answers.outcome(outcome)

    def _time(self, *, read: bool) -> TimeLine:
        events = tuple(self._answers.outcome(outcome) for outcome in self._drained())
        state = self._bridge.state() if read else None
        return TimeLine(now_ms=self._bridge.now_ms(), events=events, state=state)

    def _drained(self) -> list[Outcome]:
        drained = []
        while self._heard:
            drained.append(self._heard.popleft())
        return drained


def serve(session: Session, lines: Iterable[bytes], write: Callable[[str], None]) -> None:
    """Answer every line as it comes, until there are no more."""
    for line in lines:
        write(shown(session.answer(line)))


def shown(answer: Answer) -> str:
    """One answer as a line."""
    return answer.model_dump_json(by_alias=True, exclude=_absent(answer)) + "\n"


def bounded_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream; of an overlong one only so much that it is seen to be too long."""
    while line := stream.readline(MAX_LINE_BYTES + 2):
        yield line
        while len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE_BYTES + 2)
            if not line:
                return


def _request(line: bytes) -> Request:
    value = read_json(line.strip(), max_bytes=MAX_LINE_BYTES, max_depth=24, any_text=True)
    keys = value.keys() & REQUESTS.keys() if isinstance(value, dict) else set()
    if len(keys) != 1:
        raise ToolCallError("bad_request", f"a line is an object with one of {', '.join(REQUESTS)}")
    shape = REQUESTS[keys.pop()]
    request: Request = shape.model_validate(value)  # type: ignore[assignment]
    return request


def _spoilt_call(line: bytes) -> str | None:
    """The id of the call in a line that the strict reader refuses; None if there is no call in it.

    Reads leniently, which is safe here: nothing of it is used but the id to answer under.
    """
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or value.keys() & REQUESTS.keys() != {"call"}:
        return None
    call = value["call"]
    found = call.get("id", "") if isinstance(call, dict) else ""
    return found if isinstance(found, str) and len(found) <= 200 and found.isprintable() else ""


def _provenance(who: Who | None) -> Provenance | None:
    return None if who is None else who.provenance()


def _absent(answer: Answer) -> set[str] | None:
    if not isinstance(answer, TimeLine):
        return None
    return {name for name in ("state", "can_undo") if getattr(answer, name) is None}


def _error(code: str, message: str) -> ErrorLine:
    return ErrorLine(error=ErrorOut(code=code, message=message))


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    message = first["msg"][:1].lower() + first["msg"][1:]
    return f"{where}: {message}" if where else message
