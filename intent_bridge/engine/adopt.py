"""Exchanges the rules of a session: at once, whole, and only where the active packs say that it is safe."""

from intent_bridge.engine.effects import Effect, Record
from intent_bridge.engine.ending import all_stopped
from intent_bridge.engine.engine import Engine
from intent_bridge.guard import Guard, Screen


def adopt(engine: Engine, guard: Guard, now_ms: int) -> list[Effect] | None:
    """Judge with another guard from now on; None, and nothing is changed, where the moment is wrong.

    Permits in flight die with their rules: running commands stop. Deferred calls are judged by the new rules,
    open questions are void because the digest they are bound to names the rules.
    """
    if not engine.guard.may_be_replaced(engine.state, now_ms):
        return None
    body = {"type": "policy", "at_ms": now_ms, "old": engine.guard.policy_hash, "new": guard.policy_hash}
    effects = [Record(body), *all_stopped(engine, "policy_changed", now_ms)]
    engine.guard = engine.judge.guard = engine.commands.guard = guard
    engine.screen = Screen(engine.profile, guard.rules)
    return effects
