#!/usr/bin/env bash
# Run `colcon test` on this workspace in the environment that make_prefix.sh made: colcon_test.sh FOLDER
set -euo pipefail
ws=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
prefix=$(realpath "$1")
export PATH="$prefix/bin:$PATH" COLCON_HOME="$prefix/.colcon"
colcon=("$prefix/bin/python" -m colcon --log-base "$prefix/.colcon/log")
build=(--build-base "$prefix/.colcon/build")
cd "$ws"
"${colcon[@]}" test "${build[@]}" --merge-install --install-base "$prefix" --base-paths src \
    --packages-select intent_bridge_ros --return-code-on-test-failure --event-handlers console_direct-
"${colcon[@]}" test-result "${build[@]/#--build-base/--test-result-base}" --all
