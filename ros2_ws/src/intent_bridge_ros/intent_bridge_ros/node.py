"""The bridge as a managed node: configure reads the vehicle, inactive listens, active may act.

unconfigured --configure--> inactive --activate--> active;  an error of ours leads through error processing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from lifecycle_msgs.msg import State
from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from intent_bridge.cli.exits import UsageProblem
from intent_bridge.errors import IntentBridgeError
from intent_bridge_ros.parameters import SPECS, Parameters, Spec
from intent_bridge_ros.peers import shield
from intent_bridge_ros.run import run
from intent_bridge_ros.session import Session
from intent_bridge_ros.vehicle import VehicleSession

SUCCESS, FAILURE, ERROR = (
    TransitionCallbackReturn.SUCCESS,
    TransitionCallbackReturn.FAILURE,
    TransitionCallbackReturn.ERROR,
)


class BridgeNode(LifecycleNode):
    """One vehicle, one engine, one session."""

    def __init__(
        self,
        name: str = "intent_bridge",
        session: Callable[[LifecycleNode, Parameters], VehicleSession] = Session,
        specs: Sequence[Spec] = SPECS,
    ) -> None:
        super().__init__(name)
        shield(self)
        self.parameters = Parameters(self, specs)
        self._make = session
        self.session: VehicleSession | None = None
        self._timer = None
        self._failed = ""
        """Why the node must leave the active state; empty while it may stay."""
        if self.parameters["autostart"]:
            self._start = self.create_timer(
                0.0, self._autostart, clock=Clock(clock_type=ClockType.STEADY_TIME)
            )

    # --- transitions --------------------------------------------------------------------------------

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Read the vehicle, check its proof, open its buses to listen. Wrong data is a FAILURE."""
        return self._guarded("configure", self._configure)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """From now on commands may leave."""
        return self._guarded("activate", self._activate)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop what moves, say neutral, fall silent."""
        return self._guarded("deactivate", self._deactivate)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Let go of everything."""
        return self._guarded("cleanup", self._release)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """As deactivate and cleanup, from whatever state."""
        return self._guarded("shutdown", self._release)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Let go of everything and begin anew, unconfigured; if even that fails the node is finalized."""
        self._failed = ""
        return self._guarded("error processing", self._release)

    def callback_failed(self, error: Exception) -> None:
        """An error of ours in any callback: nothing may act on what is left of it."""
        if self._active():
            self._failed = repr(error)
            self.trigger_deactivate()

    def leave(self) -> None:
        """The process ends."""
        if self._state_machine.current_state[0] in (
            State.PRIMARY_STATE_UNCONFIGURED,
            State.PRIMARY_STATE_INACTIVE,
            State.PRIMARY_STATE_ACTIVE,
        ):
            self.trigger_shutdown()

    # --- inside -------------------------------------------------------------------------------------

    def _guarded(self, name: str, action: Callable[[], TransitionCallbackReturn]) -> TransitionCallbackReturn:
        """rclpy swallows what a transition raises: say it."""
        try:
            return action()
        except Exception as error:
            self.get_logger().error(f"{name} failed: {error!r}")
            return ERROR

    def _configure(self) -> TransitionCallbackReturn:
        try:
            self.session = self._make(self, self.parameters)
        except (IntentBridgeError, UsageProblem, OSError) as error:
            for line in str(error).splitlines()[:20]:
                self.get_logger().error(line)
            return FAILURE
        period_s = self.parameters["step_period_ms"] / 1000
        steady = Clock(clock_type=ClockType.STEADY_TIME)  # simulated time may stand still; listening must not
        self._timer = self.create_timer(period_s, self._step, clock=steady)
        proof = self.session.certificate
        known = f"proved ({proof.key[:12]})" if proof else "NOT proved on this machine"
        vehicle = self.session.profile.file.vehicle
        self.get_logger().info(f"{vehicle}: {len(self.session.profile.actuators)} actuators, rules {known}")
        return SUCCESS

    def _activate(self) -> TransitionCallbackReturn:
        assert self.session is not None
        self.session.speak()
        self.parameters.active = True
        return SUCCESS

    def _deactivate(self) -> TransitionCallbackReturn:
        assert self.session is not None
        self.parameters.active = False
        self.session.fall_silent("deactivated")
        return ERROR if self._failed else SUCCESS

    def _release(self) -> TransitionCallbackReturn:
        self.parameters.active = False
        session, self.session = self.session, None
        if self._timer is not None:
            self.destroy_timer(self._timer)
            self._timer = None
        if session is not None:
            try:
                session.fall_silent("closed")
            finally:
                session.close()
        return SUCCESS

    def _active(self) -> bool:
        return bool(self._state_machine.current_state[0] == State.PRIMARY_STATE_ACTIVE)

    def _step(self) -> None:
        if self.session is not None:
            self.session.step()

    def _autostart(self) -> None:
        self.destroy_timer(self._start)
        if self.trigger_configure() == SUCCESS:
            self.trigger_activate()


def main(args: list[str] | None = None) -> int:
    """`ros2 run intent_bridge_ros intent_bridge`."""
    return run(BridgeNode, args)


if __name__ == "__main__":
    sys.exit(main())
