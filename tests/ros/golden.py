"""Messages from plain data, to hold what `rclpy` writes against what is written without ROS."""

from typing import Any

from intent_bridge_msgs import msg


def built(kind: type, fields: dict[str, Any]) -> Any:
    """A message from plain data; lists of objects are lists of PathValue, the only ones there are."""
    message = kind()
    for name, value in fields.items():
        if isinstance(value, dict):
            value = built(type(getattr(message, name)), value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            value = [built(msg.PathValue, one) for one in value]
        setattr(message, name, value)
    return message
