"""What a person is told of a call that is carried out: conditions on the state as the call leaves it.

"The two sides are now more than three degrees apart" is true of the values after the call, and forbids
nothing. A rule reads the state before the call and decides; so this is kept apart from rules, compiler,
proofs and export.
"""

from collections.abc import Mapping, Sequence

from ..types import Action, Decision, RuleHit, State, Value
from . import ir
from .check import Checker, Kind
from .lang import RuleTextError, bind, names, parse
from .quality import Gauge
from .rules import Notice, NoticeText


def typed(
    text: NoticeText, places: Mapping[str, str], kinds: Mapping[str, Kind]
) -> tuple[Notice | None, str]:
    """The notice with its placeholders filled in, or None and a path it reads that this vehicle lacks.

    RuleTextError when it means nothing; what is remarkable is an error here.
    """
    tree = bind(parse(text.when), places)
    if lacking := sorted(name for name in names(tree) if "." in name and name not in kinds):
        return None, lacking[0]
    checker = Checker(kinds, "")
    when = checker.condition(tree)
    for remark in checker.remarks:
        raise RuleTextError(remark.what, remark.mend)
    return Notice(text, when), ""


class Notices:
    """The notices of one vehicle, asked after a call was allowed."""

    def __init__(self, notices: Mapping[str, tuple[Notice, ...]], gauges: Mapping[str, Gauge]) -> None:
        self._notices, self._gauges = notices, gauges

    def reads(self, path: str) -> frozenset[str]:
        """State paths that the notices on one actuator path read."""
        return frozenset[str]().union(*(ir.reads(notice.when) for notice in self._notices.get(path, ())))

    def told(self, emitted: Sequence[Action], state: State, now_ms: int) -> tuple[RuleHit, ...]:
        """What is to be told once these values are so, each notice once."""
        found: dict[str, RuleHit] = {}
        after: dict[str, Value] = {}
        for action in emitted:
            path = action.path
            for notice in self._notices.get(path, ()):
                after = after or {one.path: one.value for one in emitted}
                if ir.truth(notice.when, self._after(notice, after, state, now_ms)) is True:
                    text = notice.text
                    found.setdefault(text.id, RuleHit(text.id, path, Decision.ALLOW, text.reason_key))
        return tuple(found.values()) if found else ()

    def _after(
        self, notice: Notice, after: Mapping[str, Value], state: State, now_ms: int
    ) -> dict[str, Value | None]:
        return {
            path: after[path] if path in after else self._gauges[path].read(state.get(path), now_ms)[0]
            for path in ir.reads(notice.when)
        }
