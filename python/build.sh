#!/bin/sh
# Builds the wheel from what packaging/build.sh has built. Usage: python/build.sh [FOLDER]
set -eu
cd "$(dirname "$0")"
out=${1:-../.build/wheel}
mkdir -p "$out"
rm -f "$out"/witan-*.whl
echo "$out/$(python3 -c 'import backend, sys; print(backend.build_wheel(sys.argv[1]))' "$out")"
