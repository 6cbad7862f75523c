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
mkdir -p Benchmarks/.build/panel
python3 Benchmarks/panel_models.py .build/release/witan Benchmarks/.build/panel
cat models/*/seeds/*.txt | head -c 1200000 > Benchmarks/.build/panel/texts.txt
for table in models/embeddings/minilm-128.safetensors none; do
  Benchmarks/.build/release/Panel "$table" Benchmarks/.build/panel/out.csv Benchmarks/.build/panel/texts.txt \
    Benchmarks/.build/panel/*.witan
  if [ "$table" = none ]; then tail -n +2 Benchmarks/.build/panel/out.csv >> Benchmarks/results/panel.csv
  else cp Benchmarks/.build/panel/out.csv Benchmarks/results/panel.csv; fi
done
python3 Benchmarks/run.py "$@"
python3 Benchmarks/tables.py
