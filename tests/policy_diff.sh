#!/usr/bin/env bash
# What the last change of each rule pack lets out that its text before did not: fails on what nobody answers for.
set -euo pipefail
command=${1:?the intent-bridge command}
git rev-parse --git-dir >/dev/null 2>&1 || { echo "policy-diff: skipped, no git history here"; exit 0; }
old=$(mktemp -d)
trap 'rm -rf "$old"' EXIT
code=0
for pack in intent_bridge/packs/base.yaml dbc/*/oem.yaml; do
  case $pack in dbc/*) vehicle=$(basename "$(dirname "$pack")") ;; *) vehicle=demo_sedan ;; esac
  before=$(git log -1 --format=%H -- "$pack")
  if ! git show "$before^:$pack" >"$old/pack.yaml" 2>/dev/null; then
    echo "$pack: new, nothing to compare with"
    continue
  fi
  echo "$pack, changed by ${before:0:7}:"
  "$command" policy diff "$old/pack.yaml" "$pack" --vehicle "$vehicle" || code=1
done
exit $code
