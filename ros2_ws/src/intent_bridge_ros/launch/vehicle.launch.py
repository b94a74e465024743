"""One vehicle: the bridge, and its simulated ECUs where asked for.

ros2 launch intent_bridge_ros vehicle.launch.py vehicle:=demo_sedan sim:=true
"""

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import LifecycleNode, Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

WAYS = ["frames", "signals", "can", "off"]
TRUTH = ["true", "false"]
# name, default, what it says, choices
ARGUMENTS = [
    ("namespace", "", "Namespace of all nodes of this vehicle.", None),
    ("vehicle", "demo_sedan", "A shipped vehicle's name, or its folder.", None),
    ("packs", "", "More packs of rules than the vehicle's, separated by commas.", None),
    ("input", "frames", "How state comes in, for buses that do not say it themselves.", WAYS),
    ("output", "frames", "How commands go out, for buses that do not say it themselves.", WAYS),
    ("buses", "", "For python-can: NAME=INTERFACE:CHANNEL, separated by blanks.", None),
    ("params_file", "", "Parameter file; empty: config/bridge.yaml of this package.", None),
    ("autostart", "true", "Configure and activate the bridge.", TRUTH),
    ("sim", "false", "Start the simulated ECUs too.", TRUTH),
    ("use_sim_time", "false", "Take time from /clock.", TRUTH),
    ("log_level", "info", "Lowest level that is logged.", None),
]


def _nodes(context: LaunchContext) -> list:
    given = {name: LaunchConfiguration(name).perform(context) for name, *_ in ARGUMENTS}
    package = FindPackageShare("intent_bridge_ros")
    file = given["params_file"] or PathJoinSubstitution([package, "config", "bridge.yaml"])
    parameters = {
        "vehicle": ParameterValue(given["vehicle"], value_type=str),
        "packs": [name.strip() for name in given["packs"].split(",")],
        "input": given["input"],
        "output": given["output"],
        "autostart": given["autostart"] == "true",
        "use_sim_time": given["use_sim_time"] == "true",
    }
    for text in given["buses"].split():
        name, _, place = text.partition("=")
        parameters[f"bus.{name}.can"] = ParameterValue(place, value_type=str)
    bridge = LifecycleNode(
        package="intent_bridge_ros",
        executable="intent_bridge",
        name="intent_bridge",
        namespace=given["namespace"],
        parameters=[file, parameters],
        arguments=["--ros-args", "--log-level", given["log_level"]],
        output="both",
    )
    simulated = Node(
        package="intent_bridge_ros",
        executable="sim_ecus",
        name="sim_ecus",
        namespace=given["namespace"],
        parameters=[
            {
                "vehicle": ParameterValue(given["vehicle"], value_type=str),
                "way": "signals" if given["input"] == "signals" else "frames",
                "use_sim_time": given["use_sim_time"] == "true",
            }
        ],
        condition=IfCondition(given["sim"]),
        output="both",
    )
    return [bridge, simulated]


def generate_launch_description() -> LaunchDescription:
    """The arguments, and the nodes they ask for."""
    declared = []
    for name, default, says, choices in ARGUMENTS:
        more = {"choices": choices} if choices else {}
        declared.append(DeclareLaunchArgument(name, default_value=default, description=says, **more))
    return LaunchDescription([*declared, OpaqueFunction(function=_nodes)])
