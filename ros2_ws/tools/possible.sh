#!/bin/sh
# Whether ROS 2 can be had here: possible.sh DISTRO. Says why not on one line, with exit code 77.
[ -r "/opt/ros/$1/setup.bash" ] && exit 0
if [ "$(uname -sm)" != "Linux x86_64" ] || ! ldd --version 2>&1 | grep -qiE 'glibc|gnu libc'; then
    echo "ROS 2 is skipped: no /opt/ros/$1, and its wheels are for x86_64 Linux with glibc only"
    exit 77
fi
for tool in cmake gcc g++; do
    command -v "$tool" >/dev/null || { echo "ROS 2 is skipped: no $tool; install cmake and a C++ compiler"; exit 77; }
done
