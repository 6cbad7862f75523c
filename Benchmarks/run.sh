#!/bin/sh
# Runs every benchmark; results go to Benchmarks/results as CSV with machine and date, and from there
# into the READMEs. `--quick` measures less, in under five minutes, and only prints.
# Data sets are found in WITAN_DATA; without it, sets made on the spot show that all runs.
set -eu
cd "$(dirname "$0")/.."
sh Benchmarks/install-peers.sh
swift build -c release --product witan
if [ "${1:-}" = --quick ]; then
  python3 Benchmarks/run.py --quick
  exec python3 Benchmarks/tables.py --print --results Benchmarks/results/tmp
fi
swift build --package-path Benchmarks -c release
Benchmarks/.build/release/Streaming models/baseline/constitution.yaml Benchmarks/results/streaming.csv \
  models/embeddings/minilm-128.safetensors
Benchmarks/.build/release/Guard models/baseline/model.witan models/embeddings/minilm-128.safetensors \
  Benchmarks/results/guard.csv
Benchmarks/.build/release/Heads Benchmarks/results/heads.csv
python3 Benchmarks/run.py "$@"
python3 Benchmarks/tables.py
