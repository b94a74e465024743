"""A publisher that has never heard of this project: one std_msgs/Int32 on a topic, twenty times a second."""

import sys
import time

import rclpy
from rclpy.node import Node
from std_msgs.msg import Int32


def main() -> None:
    """stranger.py TOPIC VALUE"""
    rclpy.init()
    node = Node("stranger")
    publisher = node.create_publisher(Int32, sys.argv[1], 10)
    while True:
        publisher.publish(Int32(data=int(sys.argv[2])))
        time.sleep(0.05)


if __name__ == "__main__":
    main()
