"""rclpy's own services, made to refuse what a peer asks wrongly where rclpy raises.

An exception in a callback is a fault of ours and takes the node out of `active`: no peer may cause one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.srv import SetParameters, SetParametersAtomically
from rclpy.node import Node

from intent_bridge_ros.messages import RCLError
from intent_bridge_ros.parameters import refused

_Answer = Callable[[Any, Any], Any]


def shield(node: Node) -> None:
    """Let the services that every node has, and those of a lifecycle node, answer whatever they are asked."""
    for service in node.services:
        shielded = _SHIELDED.get(service.srv_type)
        if shielded is not None:
            service.callback = partial(shielded, service.callback)


def _change(answer: _Answer, request: Any, response: Any) -> Any:
    try:
        return answer(request, response)
    except RCLError:  # of Jazzy, for a transition that the state does not have
        response.success = False
        return response


def _set(answer: _Answer, request: Any, response: Any) -> Any:
    try:
        return answer(request, response)
    except ValueError as error:  # for a kind of value that does not exist
        left = len(request.parameters) - len(response.results)
        response.results.extend([refused(str(error))] * left)
        return response


def _set_together(answer: _Answer, request: Any, response: Any) -> Any:
    try:
        return answer(request, response)
    except ValueError as error:
        response.result = refused(str(error))
        return response


_SHIELDED: Final = {ChangeState: _change, SetParameters: _set, SetParametersAtomically: _set_together}
