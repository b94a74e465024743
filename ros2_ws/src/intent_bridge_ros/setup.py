"""ament_python package of the nodes."""

from glob import glob

from setuptools import find_packages, setup

NAME = "intent_bridge_ros"

setup(
    name=NAME,
    version="0.1.0",
    packages=find_packages(exclude=["test"]),
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        (f"share/{NAME}", ["package.xml"]),
        (f"share/{NAME}/launch", glob("launch/*.launch.*")),
        (f"share/{NAME}/config", glob("config/*.yaml")),
        (f"share/{NAME}/sros2", glob("sros2/*.xml")),
    ],
    install_requires=["setuptools"],
    extras_require={"test": ["pytest"]},
    zip_safe=True,
    maintainer="The intent_bridge authors",
    maintainer_email="maintainers@intent-bridge.invalid",
    description="The engine of intent_bridge as ROS 2 nodes.",
    license="Apache-2.0",
    entry_points={
        "console_scripts": [
            "intent_bridge = intent_bridge_ros.node:main",
            "sim_ecus = intent_bridge_ros.sim_ecus:main",
            "guard_relay = intent_bridge_ros.relay:main",
            "call = intent_bridge_ros.call:main",
        ],
    },
)
