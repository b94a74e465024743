"""The services of the bridge node, each on a name of its own so that access can be granted one by one."""

from __future__ import annotations

from typing import Any

from intent_bridge_msgs import srv
from rclpy.node import Node

from intent_bridge.guard import Guard
from intent_bridge.guard.proof import certificate
from intent_bridge.profile import Profile
from intent_bridge.types import Frame, Outcome
from intent_bridge_ros.checked import make
from intent_bridge_ros.messages import clean, header, verdict_message


class Services:
    """Answers from a session; never waits."""

    def __init__(self, node: Node, session: Any) -> None:
        self._node, self._session = node, session
        kinds = {
            "list_tools": (srv.ListTools, self._tools),
            "explain": (srv.ExplainToolCall, self._explain),
            "confirm": (srv.Confirm, self._confirm),
            "undo": (srv.Undo, self._undo),
            "policy_status": (srv.PolicyStatus, self._status),
            "reload_policy": (srv.ReloadPolicy, self._reload),
        }
        self._services = [
            node.create_service(kind, f"~/{name}", answer) for name, (kind, answer) in kinds.items()
        ]

    def close(self) -> None:
        """Serve no more."""
        for service in self._services:
            self._node.destroy_service(service)

    def _outcome(self, outcome: Outcome) -> Any:
        return self._session.said(outcome, header(self._session.clock.stamp()))

    def _tools(self, request: Any, answer: Any) -> Any:
        import json

        try:
            tools = self._session.bridge.tools(request.dialect or "openai")
        except (ValueError, KeyError) as error:
            return make(srv.ListTools.Response, success=False, message=clean(str(error), 1000))
        return make(srv.ListTools.Response, success=True, tools=json.dumps(tools, ensure_ascii=False))

    def _explain(self, request: Any, answer: Any) -> Any:
        session = self._session
        outcome = session.bridge.explain(request.call_json, session.who(request.provenance))
        policy, head = session.bridge.engine.guard.policy_hash, header(session.clock.stamp())
        verdict = verdict_message(outcome.verdict, outcome.call_id, policy, head, 0)
        frames = [_written(frame) for frame in outcome.frames]
        return make(
            srv.ExplainToolCall.Response, outcome=session.said(outcome, head), verdict=verdict, frames=frames
        )

    def _confirm(self, request: Any, answer: Any) -> Any:
        session = self._session
        outcome = session.bridge.confirm(request.token, request.accept, session.who(request.provenance))
        session.judged(outcome)
        session.goals.told(outcome)
        return make(srv.Confirm.Response, outcome=self._outcome(outcome))

    def _undo(self, request: Any, answer: Any) -> Any:
        session = self._session
        outcome = session.bridge.undo(session.who(request.provenance))
        session.judged(outcome)
        return make(srv.Undo.Response, outcome=self._outcome(outcome))

    def _status(self, _: Any, answer: Any) -> Any:
        session = self._session
        rules, profile = session.bridge.engine.guard.rules, session.profile
        session.certificate = found = certificate(profile, rules)
        packs = [f"{s.header.name} {s.header.version} ({s.header.layer})" for s in rules.sources]
        return make(
            srv.PolicyStatus.Response,
            success=True,
            policy=session.bridge.engine.guard.policy_hash,
            packs=packs,
            proved=found is not None,
            certificate=found.key if found is not None else "",
            vehicle=profile.file.vehicle,
            profile=profile.digest,
        )

    def _reload(self, request: Any, answer: Any) -> Any:
        done = self._session.bridge.reload(list(request.packs) or None, prove=_proved_before)
        policy, why = done.policy, clean(done.why, 1000)
        return make(srv.ReloadPolicy.Response, success=done.ok, policy=policy, step=done.step, message=why)


def _proved_before(profile: Profile, guard: Guard) -> str:
    """Why rules are not taken: a node that may be moving something does not stop for a proof."""
    if certificate(profile, guard.rules) is not None:
        return ""
    return "not proved on this machine; rehearse it with `intent-bridge policy reload`, which keeps the proof"


def _written(frame: Frame) -> str:
    raw = frame.raw
    return f"{raw.bus}#{raw.can_id:0{8 if raw.extended else 3}X}#{raw.data.hex().upper()}"
