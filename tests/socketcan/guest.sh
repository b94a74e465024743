#!/usr/bin/env bash
# guest.sh [-t SECONDS] COMMAND [ARGUMENT]...
#
# Runs a command under a user-mode-linux kernel that has SocketCAN, and exits with its exit code.
# For machines whose own kernel has no AF_CAN: no root, no KVM and no installed package is needed, only
# ptrace, `apt-get download` and some 170 MB in the cache.
#
# The command sees this machine's files through an overlay: everything looks writable, nothing on the
# host changes. It runs as root of the guest in the same directory, with vcan0 to vcan3 (CAN FD) up,
# can-utils on the PATH and INTENT_BRIDGE_GUEST=1 set.
#
# Exit code 77: this machine cannot do it (the line on standard error says why); 124: out of time;
# 125: the guest broke, its console is shown.
set -euo pipefail

limit_s=600
if [ "${1:-}" = -t ]; then limit_s=$2; shift 2; fi
[ $# -gt 0 ] || { sed -n '2,14p' "$0"; exit 2; }

packages=(user-mode-linux busybox-static can-utils)
modules=(overlay can can-raw can-bcm can-gw can-dev vcan slcan)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${INTENT_BRIDGE_GUEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/intent-bridge/guest}

cannot() { echo "socketcan tests skipped: $1" >&2; exit 77; }

# --- what the machine must allow ------------------------------------------------------------------

[ "$(uname -sm)" = "Linux x86_64" ] || cannot "user-mode-linux is packaged for x86_64 only"
for tool in apt-get dpkg flock timeout python3 ip; do
  command -v "$tool" >/dev/null || cannot "this machine has no $tool"
done
python3 "$here/ptrace_allowed.py" || cannot "ptrace is forbidden here"

# --- packages, unpacked once ----------------------------------------------------------------------

mkdir -p "$cache" 2>/dev/null || cannot "the cache $cache cannot be written"
exec 9>"$cache/lock"; flock 9
if [ ! -e "$cache/ready" ]; then
  rm -rf "$cache/debs" "$cache/root"; mkdir -p "$cache/debs"
  (cd "$cache/debs" && apt-get download "${packages[@]}" >"$cache/download.log" 2>&1) ||
    cannot "the packages ${packages[*]} cannot be downloaded ($(tail -n 1 "$cache/download.log"))"
  for deb in "$cache"/debs/*.deb; do dpkg -x "$deb" "$cache/root"; done
  rm -r "$cache/debs"
  touch "$cache/ready"
fi
flock -u 9; exec 9>&-
root=$cache/root
busybox=$root/bin/busybox
[ -x "$busybox" ] || busybox=$root/usr/bin/busybox
"$root/usr/bin/linux.uml" --version >/dev/null 2>&1 || cannot "its kernel does not start on this machine"

# --- one run --------------------------------------------------------------------------------------

control=$(mktemp -d "${TMPDIR:-/tmp}/intent-bridge-guest.XXXXXX")
kernel=
cleanup() { [ -z "$kernel" ] || kill "$kernel" 2>/dev/null || true; rm -rf "$control"; }
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

{ echo "#!$busybox sh"
  printf 'busybox=%q control=%q modules_folder=%q\n' "$busybox" "$control" "$(echo "$root"/usr/lib/uml/modules/*)"
  echo "modules=\"${modules[*]}\""
  cat "$here/guest_init.sh"
} > "$control/init"
chmod +x "$control/init"
{ printf 'cd %q || exit 126\n' "$PWD"
  printf 'export HOME=%q LANG=C.UTF-8 INTENT_BRIDGE_GUEST=1 PYTHONDONTWRITEBYTECODE=1\n' "$HOME"
  printf 'export PATH=%q\n' "$PATH:$root/usr/bin:/usr/sbin:/sbin"
  printf 'exec'; printf ' %q' "$@"; echo
} > "$control/command"

mkfifo "$control/out" "$control/err"
cat "$control/out" & out=$!
cat "$control/err" >&2 & err=$!
# The guest's memory is a file: in /dev/shm where that is big enough (in containers it often is 64 MB).
memory_mb=1024 memory_folder=/dev/shm
[ "$(df -Pm /dev/shm 2>/dev/null | awk 'END { print $4 + 0 }')" -gt $memory_mb ] || memory_folder=${TMPDIR:-/tmp}
set +e
TMPDIR=$memory_folder timeout -k 5 "$limit_s" "$root/usr/bin/linux.uml" mem=${memory_mb}M uml_dir="$control/uml" \
  root=/dev/root rootfstype=hostfs rootflags=/ ro init="$control/init" \
  con=null con0=null,fd:1 con1=null,fd:7 con2=null,fd:8 panic=-1 loglevel=4 \
  </dev/null >"$control/console" 2>&1 7>"$control/out" 8>"$control/err" &
kernel=$!
wait $kernel; code=$?
kernel=
: <>"$control/out"; : <>"$control/err"  # frees the readers where the kernel never opened the pipes
wait $out $err
set -e

[ ! -s "$control/code" ] || exit "$(cat "$control/code")"
case $code in 124 | 137) echo "guest: out of time ($limit_s s)" >&2; exit 124;; esac
if grep -qi 'ptrace.*\(failed\|errno\)' "$control/console"; then cannot "ptrace is forbidden here"; fi
echo "guest: it ended without an exit code ($code); its last lines:" >&2
tail -n 25 "$control/console" >&2
exit 125
