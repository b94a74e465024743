"""The gate for another stack: its command topics pass through the rules of a vehicle.

ros2 launch intent_bridge_ros guard_relay.launch.py map:=/path/to/relay.yaml speaker:=driver
"""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import LifecycleNode
from launch_ros.parameter_descriptions import ParameterValue

# name, default, what it says; without a default it has to be given
ARGUMENTS = [
    ("namespace", "", "Namespace of the relay and of the topics it guards."),
    ("vehicle", "demo_sedan", "A shipped vehicle's name, or its folder."),
    ("map", None, "File that says what the stack's messages mean (docs/ros.md)."),
    ("speaker", "unknown", "For whom the stack speaks: driver, passenger, … or unknown."),
    ("input", "frames", "How the vehicle's state comes in: frames, signals, can."),
]


def generate_launch_description() -> LaunchDescription:
    """The arguments, and the relay."""
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=says)
        for name, default, says in ARGUMENTS
    ]
    texts = {
        name: ParameterValue(LaunchConfiguration(name), value_type=str)
        for name in ("vehicle", "map", "speaker", "input")
    }
    relay = LifecycleNode(
        package="intent_bridge_ros",
        executable="guard_relay",
        name="guard_relay",
        namespace=LaunchConfiguration("namespace"),
        parameters=[{**texts, "autostart": True}],
        output="both",
    )
    return LaunchDescription([*declared, relay])
