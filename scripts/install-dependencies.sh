#!/bin/sh
# Installs what a bare Debian machine lacks: BLAS and LAPACK by their standard names, OpenBLAS behind
# them. Says what to run when it may not. Does nothing where all is there.
set -eu

if ! command -v swift >/dev/null; then
  echo "Swift 6.1 or later is needed: https://www.swift.org/install" >&2
  exit 2
fi
[ "$(uname)" = Linux ] || exit 0  # Apple has Accelerate

missing=
has() { ldconfig -p 2>/dev/null | grep -q "$1"; }
linkable() { printf 'int main(void){return 0;}' | cc -x c - -l"$1" -o /dev/null 2>/dev/null \
  || printf 'int main(void){return 0;}' | clang -x c - -l"$1" -o /dev/null 2>/dev/null; }
linkable blas || missing="$missing libblas-dev"
linkable lapack || missing="$missing liblapack-dev"
has libopenblas || missing="$missing libopenblas0-pthread"
[ -n "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends$missing"
if ! command -v apt-get >/dev/null; then
  echo "Missing:$missing (Debian's names). Install BLAS and LAPACK with your package manager." >&2
  exit 2
fi
if [ "$(id -u)" = 0 ]; then
  echo "installing$missing"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $install -qq >/dev/null
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  sudo apt-get update -qq
  sudo DEBIAN_FRONTEND=noninteractive $install -qq >/dev/null
else
  echo "Missing:$missing. Run: sudo apt-get update && sudo $install" >&2
  exit 2
fi
