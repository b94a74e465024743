"""Two vehicles in one graph, each with its bridge and its simulated ECUs in a namespace of its own.

ros2 launch intent_bridge_ros two_vehicles.launch.py second:=demo_compact
"""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.substitutions import FindPackageShare


def generate_launch_description() -> LaunchDescription:
    """vehicle.launch.py twice."""
    file = PathJoinSubstitution([FindPackageShare("intent_bridge_ros"), "launch", "vehicle.launch.py"])
    parts = []
    for name in ("first", "second"):
        parts.append(
            DeclareLaunchArgument(name, default_value="demo_sedan", description=f"The {name} vehicle.")
        )
        parts.append(
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(file),
                launch_arguments={
                    "namespace": f"/{name}",
                    "vehicle": LaunchConfiguration(name),
                    "sim": "true",
                }.items(),
            )
        )
    return LaunchDescription(parts)
