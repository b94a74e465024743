#!/usr/bin/env bash
# Run a command in the environment that make_prefix.sh made: in_ros.sh FOLDER DISTRO COMMAND…
set -euo pipefail
prefix=$1; distro=$2; shift 2
if [ -r "/opt/ros/$distro/setup.bash" ]; then
    set +u; . "/opt/ros/$distro/setup.bash"; . "$prefix/local_setup.bash"; set -u
fi
exec "$@"
