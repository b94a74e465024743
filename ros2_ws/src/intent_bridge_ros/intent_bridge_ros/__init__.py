"""The engine of intent_bridge as ROS 2 nodes: the same rules, over DDS."""
